import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { cdp, page } from "vitest/browser";
import { render } from "vitest-browser-react";
import styles from "../styles/index.css?inline";
import { ar } from "../strings/ar.js";
import { StringsProvider } from "../strings/strings.js";
import { UnsayRoot, type UnsayRootProps } from "../thread/unsay-root.js";
import { paintFactsOf, silhouetteOf } from "./atlas-paint.js";
import { StateAtlas } from "./state-atlas.js";

/** The columns of the atlas. `media` is what the system asks for. */
const COLUMNS: Readonly<
  Record<string, { readonly root?: UnsayRootProps; readonly media?: Readonly<Record<string, string>>; readonly width?: number }>
> = {
  light: { root: { theme: "light" } },
  dark: { root: { theme: "dark" } },
  "more contrast": { root: { theme: "light" }, media: { "prefers-contrast": "more" } },
  "forced dark": { media: { "forced-colors": "active", "prefers-color-scheme": "dark" } },
  "forced light": { media: { "forced-colors": "active", "prefers-color-scheme": "light" } },
  "reduced motion": { root: { theme: "light" }, media: { "prefers-reduced-motion": "reduce" } },
  "right to left": { root: { theme: "light", dir: "rtl" } },
  "320 px": { root: { theme: "light" }, width: 320 },
};

const CONDITIONS = ["forced-colors", "prefers-color-scheme", "prefers-contrast", "prefers-reduced-motion"];

async function emulate(media: Readonly<Record<string, string>> = {}): Promise<void> {
  const features = CONDITIONS.map((name) => ({ name, value: media[name] ?? "" }));
  await cdp().send("Emulation.setEmulatedMedia", { features });
}

beforeAll(() => {
  const sheet = document.createElement("style");
  sheet.textContent = styles;
  document.head.append(sheet);
});

afterEach(async () => {
  await emulate();
  await page.viewport(1280, 900);
});

async function mount(column: string): Promise<readonly Element[]> {
  const { root, media, width = 1280 } = COLUMNS[column] ?? {};
  await emulate(media);
  await page.viewport(width, 900);
  const { container } = await render(
    <UnsayRoot {...root}>
      <StateAtlas />
    </UnsayRoot>,
  );
  return Array.from(container.querySelectorAll(".atlas-cell"));
}

const nameOf = (cell: Element): string => cell.querySelector("h2")?.textContent ?? "";
const statusOf = (cell: Element): string | null => cell.querySelector('[data-unsay="answer"]')?.getAttribute("data-status") ?? null;

describe.each(Object.keys(COLUMNS))("the atlas, %s", (column) => {
  /**
   * Compared are colours, lines, shapes and motion as computed, not pixels: they are the same whatever fonts a machine
   * has. Tolerance: none, but for whole pixels of the shapes. `-u` accepts a change.
   */
  it("is painted as it was", async () => {
    const cells = await mount(column);
    const painted = Object.fromEntries(cells.map((cell) => [nameOf(cell), summarise(cell)]));
    await expect(`${JSON.stringify(painted, null, 1)}\n`).toMatchFileSnapshot(`./atlas/${column.replaceAll(" ", "-")}.json`);
  });
});

/** One short line a part; a part of the same paint as the one before it is left out. */
function summarise(cell: Element): readonly string[] {
  const lines = paintFactsOf(cell).map(
    ({ part, ...facts }) =>
      `${part}: ${Object.entries(facts)
        .map((entry) => entry.join(" "))
        .join(", ")}`,
  );
  return lines.filter((line, place) => line !== lines[place - 1]);
}

describe("statement 4", () => {
  it("from its first text to its end the rule beside the whole answer is dashed, however it flows, and none beside a complete one", async () => {
    const cells = await mount("light");
    const ruleOf = (cell: Element) => {
      const answer = cell.querySelector('[data-unsay="answer"]') as HTMLElement;
      const { borderInlineStartStyle, borderInlineStartWidth } = getComputedStyle(answer);
      const text = answer.querySelector('[data-unsay="answer.body"]')?.getBoundingClientRect();
      const { top, bottom } = answer.getBoundingClientRect();
      return {
        style: borderInlineStartStyle,
        width: borderInlineStartWidth,
        isWhole: text === undefined || (top <= text.top && bottom >= text.bottom),
      };
    };
    const streaming = cells.filter((cell) => statusOf(cell) === "streaming");
    expect(streaming.length).toBeGreaterThan(6);
    for (const cell of streaming) expect(ruleOf(cell), nameOf(cell)).toEqual({ style: "dashed", width: "3px", isWhole: true });
    for (const cell of cells.filter((one) => statusOf(one) === "complete")) expect(ruleOf(cell).width, nameOf(cell)).toBe("0px");
  });
});

describe("statement 99", () => {
  it.each(["light", "dark", "forced dark", "forced light"])(
    "in %s any two statuses differ without colour and without words, in their rule or at their end",
    async (column) => {
      const cells = (await mount(column)).filter((cell) => statusOf(cell) !== null);
      const seen = new Map<string, { readonly name: string; readonly status: string | null }>();
      const alike: string[] = [];
      for (const cell of cells) {
        const silhouette = silhouetteOf(cell);
        const other = seen.get(silhouette);
        if (other !== undefined && other.status !== statusOf(cell)) alike.push(`${other.name} = ${nameOf(cell)}`);
        seen.set(silhouette, { name: nameOf(cell), status: statusOf(cell) });
      }
      expect(cells.length).toBeGreaterThan(15);
      expect(alike).toEqual([]);
    },
  );
});

describe("statement 101", () => {
  it.each([
    ["320 px", "ltr", 100],
    ["320 px in Arabic", "rtl", 100],
    ["text at 200 %", "ltr", 200],
  ] as const)("nothing scrolls sideways: %s", async (_name, dir, percent) => {
    await page.viewport(percent === 200 ? 640 : 320, 900);
    document.documentElement.style.fontSize = `${percent}%`;
    const { container } = await render(
      <StringsProvider value={dir === "rtl" ? ar : undefined}>
        <UnsayRoot dir={dir}>
          <StateAtlas />
        </UnsayRoot>
      </StringsProvider>,
    );
    const wide = Array.from(container.querySelectorAll(".atlas-cell"))
      .filter((cell) => cell.scrollWidth > cell.clientWidth + 1)
      .map(nameOf);
    const { scrollWidth, clientWidth } = document.documentElement;
    document.documentElement.style.fontSize = "";
    expect(wide).toEqual([]);
    expect(scrollWidth).toBeLessThanOrEqual(clientWidth);
  });
});

describe("statement 102", () => {
  it("under reduced motion nothing animates, and no change takes time", async () => {
    const cells = await mount("reduced motion");
    const moving = cells.flatMap((cell) =>
      cell
        .getAnimations({ subtree: true })
        .filter(({ effect }) => effect?.getComputedTiming().activeDuration !== 0)
        .map(() => nameOf(cell)),
    );
    const slow = cells.flatMap((cell) =>
      Array.from(cell.querySelectorAll("*"))
        .filter((element) =>
          getComputedStyle(element)
            .transitionDuration.split(",")
            .some((duration) => Number.parseFloat(duration) > 0),
        )
        .map((element) => `${nameOf(cell)}: ${element.className}`),
    );
    expect(moving).toEqual([]);
    expect(slow).toEqual([]);
  });
});

describe("statement 103", () => {
  it("right to left mirrors the rule and the place of buttons, and neither code nor numbers", async () => {
    const places = async (dir: "ltr" | "rtl") => {
      const { container, unmount } = await render(
        <UnsayRoot dir={dir} style={{ inlineSize: 800 }}>
          <StateAtlas />
        </UnsayRoot>,
      );
      const answer = container.querySelector('[data-unsay="answer"][data-status="truncated"]') as HTMLElement;
      const { borderLeftWidth, borderRightWidth } = getComputedStyle(answer);
      const code = Array.from(container.querySelectorAll("code"), (element) => getComputedStyle(element).direction);
      await unmount();
      return { left: Number.parseFloat(borderLeftWidth), right: Number.parseFloat(borderRightWidth), code };
    };
    const [ltr, rtl] = [await places("ltr"), await places("rtl")];
    expect(rtl.right).toBe(ltr.left);
    expect(rtl.left).toBe(ltr.right);
    expect(new Set(rtl.code)).toEqual(new Set(["ltr"]));
  });
});

describe("statement 103", () => {
  it("words of the kit inside a text do not turn it around: English stays English in an Arabic page", async () => {
    const { container } = await render(
      <StringsProvider value={ar}>
        <UnsayRoot dir="rtl">
          <StateAtlas />
        </UnsayRoot>
      </StringsProvider>,
    );
    const blocks = Array.from(container.querySelectorAll<HTMLElement>('[data-unsay="answer.block"]'));
    const turned = blocks.filter((block) => getComputedStyle(block).direction === "rtl").map((block) => block.textContent);
    expect(blocks.length).toBeGreaterThan(10);
    expect(turned).toEqual([]);
  });
});

/** A custom property, which the type of styles does not know. */
const SMALL = { "--unsay-target": "10px" } as UnsayRootProps["style"];

describe("statement 100", () => {
  it.each([
    ["32 px by default", {}, 32],
    ["24 px at the least, however dense", { density: "compact", style: SMALL }, 24],
  ] as const satisfies readonly (readonly [string, UnsayRootProps, number])[])("buttons are %s", async (_name, root, least) => {
    const { container } = await render(
      <UnsayRoot {...root}>
        <StateAtlas />
      </UnsayRoot>,
    );
    const small = Array.from(container.querySelectorAll<HTMLElement>("button.unsay-button"))
      .filter((button) => button.offsetParent !== null && Math.min(button.offsetHeight, button.offsetWidth) < least)
      .map((button) => `${button.textContent} ${button.offsetWidth} × ${button.offsetHeight}`);
    expect(small).toEqual([]);
  });
});
