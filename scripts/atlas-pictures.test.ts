import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import type { Server } from "node:http";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, chromium, type Page } from "playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Atlas, ATLASES, COMPARED, type ColumnName, openAtlas, PICTURE_ARGS, pictureOf, serveAtlases } from "./atlas-pictures.ts";
import { chromiumLaunchOptions } from "./chromium.mjs";
import { type Area, comparePictures, halvePicture, pairsAlike, type Silhouette } from "./compare-pictures.ts";

/**
 * Layout, lines, shapes and colours of every state, compared by pixels with the pictures that somebody looked at and
 * accepted. Letters are boxes of a font that is made here, so no font of the machine is in a picture.
 *
 * Tolerance: at half size, 16 of 255 in a channel and 8 pixels in a state. It is for how machines smooth edges and round
 * corners; other fonts, full hinting and smoothing in single colours stay within it. The faintest line there is, a
 * decorative border of one pixel, changes a channel by 18 in each of some hundred pixels; one wrong ink some hundreds.
 */
const TOLERANCE = { channel: 16, pixels: 8 };

/** Accept what is new: npx vitest run --config scripts/vitest.config.ts --project house atlas-pictures -u */
const REFERENCES = fileURLToPath(new URL("../packages/ui/src/testing/atlas/pictures/", import.meta.url));
/** What a failed comparison leaves to look at. */
const LEFT = fileURLToPath(new URL("../node_modules/.unsay-atlas/", import.meta.url));

let server: Server;
let origin: string;
let browser: Browser;
let bench: Page;

beforeAll(async () => {
  ({ server, origin } = await serveAtlases());
  const { args, ...options } = chromiumLaunchOptions();
  browser = await chromium.launch({ ...options, args: [...args, ...PICTURE_ARGS] });
  bench = await browser.newPage();
});
afterAll(async () => {
  await browser?.close();
  server?.close();
});

interface Seen {
  readonly picture: Buffer;
  readonly areas: readonly Area[];
}

/** The page's own letters go; lines under and through them stay. */
const WITHOUT_WORDS = ".atlas-cell * { -webkit-text-fill-color: transparent !important; }";

async function look(atlas: Atlas, column: ColumnName): Promise<Seen> {
  const page = await openAtlas(browser, origin, { atlas, column, withBoxes: true });
  const areas = await page.evaluate(() =>
    Array.from(document.querySelectorAll(".atlas-cell"), (cell) => {
      const { x, y, width, height } = cell.getBoundingClientRect();
      return { name: cell.querySelector("h2")?.textContent ?? "", x, y: y + scrollY, width, height };
    }),
  );
  const picture = await halvePicture(bench, await pictureOf(page));
  await page.context().close();
  return { picture, areas };
}

type Update = "all" | "new" | "none";

/** What `-u` said, and whether this is a machine that may write at all. */
function updateAsked(): Update {
  return (expect.getState().snapshotState as unknown as { readonly _updateSnapshot: Update })._updateSnapshot;
}

function write(path: string, content: Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

async function expectAsAccepted(name: string, { picture, areas }: Seen): Promise<void> {
  const path = join(REFERENCES, `${name}.png`);
  const update = updateAsked();
  if (update === "all" || (update === "new" && !existsSync(path))) return write(path, picture);
  const { where, marked } = await comparePictures(bench, { reference: readFileSync(path), actual: picture }, areas, TOLERANCE);
  if (where.length > 0) write(join(LEFT, `${name}.png`), picture);
  if (where.length > 0) write(join(LEFT, `${name}-marked.png`), marked);
  expect(where, `${name}: look at ${LEFT}`).toEqual([]);
}

describe.each(ATLASES)("the atlas of each %s", (atlas) => {
  it.each(COMPARED)("looks as it was accepted: %s", async (column) => {
    await expectAsAccepted(`${atlas}-${column}`, await look(atlas, column));
  });
});

/** The start of the rule beside an answer, and the sign that stands at its end. */
function silhouettesOf(page: Page): Promise<readonly Silhouette[]> {
  return page.evaluate(() =>
    Array.from(document.querySelectorAll(".atlas-cell"), (cell) => {
      const answer = cell.querySelector('[data-unsay="answer"]');
      const at = (element: Element | null, width: number, height: number) => {
        const box = element?.getBoundingClientRect();
        return box === undefined ? null : { x: Math.round(box.x), y: Math.round(box.y + scrollY), width, height };
      };
      return {
        name: cell.querySelector("h2")?.textContent ?? "",
        kind: answer?.getAttribute("data-status") ?? "",
        places: [at(answer, 12, 24), at(answer?.querySelector('[data-unsay="answer.end-shape"]') ?? null, 64, 12)],
      };
    }).filter(({ kind }) => kind !== ""),
  );
}

describe("statement 99", () => {
  it("in greyscale and without words, any two statuses differ in the picture of their rule or their end", async () => {
    const page = await openAtlas(browser, origin, { atlas: "state", column: "grey", withBoxes: true });
    await page.addStyleTag({ content: WITHOUT_WORDS });
    const silhouettes = await silhouettesOf(page);
    const alike = await pairsAlike(bench, await pictureOf(page), silhouettes, 16);
    await page.context().close();
    expect(new Set(silhouettes.map(({ kind }) => kind)).size).toBe(5);
    expect(alike).toEqual([]);
  });
});

describe("the pictures", () => {
  it("have no letter of a font of this machine", async () => {
    const page = await openAtlas(browser, origin, { atlas: "state", column: "light", withBoxes: true });
    const families = await page.evaluate(() =>
      Array.from(document.querySelectorAll(".unsay-root *"), (element) => getComputedStyle(element).fontFamily.split(",")[0] ?? ""),
    );
    const loaded = await page.evaluate(() => Array.from(document.fonts, ({ status }) => status));
    await page.context().close();
    expect([...new Set(families)].sort()).toEqual(['"Boxes Mono"', "Boxes"]);
    expect(loaded).toEqual(["loaded", "loaded", "loaded", "loaded"]);
  });
});

/** Runs in the page: texts with less than 4.5:1 against what is painted behind them. */
function faintTexts(): string[] {
  const channelsOf = (color: string): number[] => (color.match(/[\d.]+/gu) ?? []).map(Number);
  const isPainted = (element: Element): boolean => (channelsOf(getComputedStyle(element).backgroundColor)[3] ?? 1) > 0;
  const groundOf = (element: Element | null): string =>
    element === null
      ? "rgb(255, 255, 255)"
      : isPainted(element)
        ? getComputedStyle(element).backgroundColor
        : groundOf(element.parentElement);
  const lightOf = (color: string): number => {
    const [red = 0, green = 0, blue = 0] = channelsOf(color).map((value) => (value / 255) ** 2.2);
    return red * 0.2126 + green * 0.7152 + blue * 0.0722 + 0.05;
  };
  return Array.from(document.querySelectorAll(".atlas-cell *"))
    .filter((element) => Array.from(element.childNodes).some((node) => node.nodeType === Node.TEXT_NODE && node.nodeValue?.trim() !== ""))
    .filter((element) => {
      const [one, other] = [lightOf(getComputedStyle(element).color), lightOf(groundOf(element))];
      return Math.max(one, other) / Math.min(one, other) < 4.5;
    })
    .map((element) => `${element.className} ${element.textContent}`);
}

describe("forced colours", () => {
  it.each(ATLASES.flatMap((atlas) => (["forced", "forced-light"] as const).map((column) => [atlas, column] as const)))(
    "leave no text in the colour of what is behind it: %s, %s",
    async (atlas, column) => {
      const page = await openAtlas(browser, origin, { atlas, column, withBoxes: false });
      const faint = await page.evaluate(faintTexts);
      await page.context().close();
      expect(faint).toEqual([]);
    },
  );
});
