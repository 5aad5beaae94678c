import { afterEach, describe, expect, it } from "vitest";
import { render } from "vitest-browser-react";
import radix from "./bridges/radix-themes.css?inline";
import shadcn from "./bridges/shadcn.css?inline";
import { Button } from "../button/button.js";
import { UnsayRoot, type UnsayRootProps } from "../thread/unsay-root.js";
import { CONTRAST_CLAIMS, worstOf } from "./contrast.js";
import styles from "./index.css?inline";

const added: HTMLStyleElement[] = [];

function addStyle(css: string): CSSStyleSheet {
  const element = document.createElement("style");
  element.textContent = css;
  document.head.append(element);
  added.push(element);
  return element.sheet as CSSStyleSheet;
}

afterEach(() => {
  for (const element of added.splice(0)) element.remove();
  document.documentElement.className = "";
});

async function mountRoot(props: UnsayRootProps = {}): Promise<HTMLElement> {
  const { container } = await render(<UnsayRoot {...props} />);
  return container.querySelector(".unsay-root") as HTMLElement;
}

describe("statement 98: contrast of the tokens", () => {
  it.each([
    ["light", "normal"],
    ["light", "more"],
    ["dark", "normal"],
    ["dark", "more"],
  ] as const)("text and control boundaries in %s, %s contrast", async (theme, contrast) => {
    addStyle(styles);
    const root = await mountRoot({ theme, contrast });
    const failures = CONTRAST_CLAIMS.filter((claim) => worstOf(claim, root) < claim[contrast]).map(
      (claim) => `${claim.text} on ${claim.on.join(", ")}: ${worstOf(claim, root).toFixed(2)} < ${claim[contrast]}`,
    );
    expect(failures).toEqual([]);
  });

  /** As the design states them: the lowest over canvas, surface, raised and sunken. */
  it.each([
    ["light", { fg: 14.63, "fg-muted": 6.67, "fg-subtle": 4.83, "border-strong": 3.46, focus: 5.47, "ink-flux": 5.29, "ink-cut": 4.97 }],
    ["dark", { fg: 13.62, "fg-muted": 7.99, "fg-subtle": 5.99, "border-strong": 3.73, focus: 8.58, "ink-flux": 10.18, "ink-cut": 8.93 }],
  ] as const)("is what the table of seeds says in %s", async (theme, table) => {
    addStyle(styles);
    const root = await mountRoot({ theme });
    for (const [text, worst] of Object.entries(table)) {
      const claim = CONTRAST_CLAIMS.find((candidate) => candidate.text === text);
      expect(claim === undefined ? 0 : worstOf(claim, root), text).toBeCloseTo(worst, 0);
    }
  });
});

describe("statement 104: an unlayered rule of one class overrides any of ours", () => {
  function* styleRules(rules: CSSRuleList, layer = ""): Generator<{ readonly layer: string; readonly rule: CSSStyleRule }> {
    for (const rule of rules) {
      if (rule instanceof CSSStyleRule) yield { layer, rule };
      else if (rule instanceof CSSLayerBlockRule) yield* styleRules(rule.cssRules, rule.name);
      else if (rule instanceof CSSGroupingRule) yield* styleRules(rule.cssRules, layer);
    }
  }

  it.each([
    ["styles.css", styles],
    ["bridges/shadcn.css", shadcn],
    ["bridges/radix-themes.css", radix],
  ])("every rule of %s stands in a layer of ours, without specificity and without !important", (_name, css) => {
    const rules = [...styleRules(addStyle(css).cssRules)];
    expect(rules.length).toBeGreaterThan(0);
    expect(rules.filter(({ layer }) => !layer.startsWith("unsay.")).map(({ rule }) => rule.selectorText)).toEqual([]);
    expect(rules.flatMap(({ rule }) => splitSelectors(rule.selectorText)).filter((selector) => !hasNoSpecificity(selector))).toEqual([]);
    expect(css).not.toContain("!important");
  });

  it("and it does so on the page", async () => {
    addStyle(styles);
    addStyle(".mine { background: rgb(1 2 3); border-radius: 1px; min-block-size: 90px }");
    const { container } = await render(
      <UnsayRoot contrast="more" motion="none" density="compact">
        <Button tone="danger" className="mine" aria-disabled="true" />
      </UnsayRoot>,
    );
    const { backgroundColor, borderRadius, minBlockSize } = getComputedStyle(container.querySelector("button") as HTMLElement);
    expect({ backgroundColor, borderRadius, minBlockSize }).toEqual({
      backgroundColor: "rgb(1, 2, 3)",
      borderRadius: "1px",
      minBlockSize: "90px",
    });
  });

  it("a seed that an app sets with one class holds in every mode", async () => {
    addStyle(styles);
    addStyle(".mine { --unsay-fg: rgb(1 2 3) }");
    const root = await mountRoot({ className: "mine", contrast: "more", theme: "dark" });
    expect(getComputedStyle(root).color).toBe("rgb(1, 2, 3)");
  });

  function splitSelectors(list: string): readonly string[] {
    const parts: string[] = [""];
    let depth = 0;
    for (const character of list) {
      depth += character === "(" ? 1 : character === ")" ? -1 : 0;
      if (character === "," && depth === 0) parts.push("");
      else parts[parts.length - 1] += character;
    }
    return parts.map((part) => part.trim());
  }

  /** Nothing but `:where()`, joined; a pseudo-element cannot stand in it and counts as an element. */
  function hasNoSpecificity(selector: string): boolean {
    let rest = selector;
    for (let before = ""; before !== rest;) {
      before = rest;
      rest = rest.replace(/:where\([^()]*(\([^()]*(\([^()]*\)[^()]*)*\)[^()]*)*\)/gu, "");
    }
    return /^[\s>+~*]*(::[\w-]+(\([\w-]*\))?)?$/u.test(rest);
  }
});

describe("attributes of the root", () => {
  it("theme, contrast, density and motion change what they name", async () => {
    addStyle(styles);
    const read = (root: HTMLElement, name: string) => getComputedStyle(root).getPropertyValue(`--unsay-${name}`);
    expect(getComputedStyle(await mountRoot({ theme: "dark" })).colorScheme).toBe("dark");
    expect(read(await mountRoot({ density: "compact" }), "density")).toBe("0.8");
    expect(read(await mountRoot({ density: "roomy" }), "density")).toBe("1.2");
    expect(read(await mountRoot({ motion: "none" }), "dur-3")).toBe("0s");
    expect(read(await mountRoot({ contrast: "more" }), "rule-width")).toBe("4px");
  });

  it(".dark above it is dark", async () => {
    addStyle(styles);
    document.documentElement.className = "dark";
    expect(getComputedStyle(await mountRoot()).colorScheme).toBe("dark");
  });
});

describe("bridges", () => {
  /** The neutral theme as shadcn/ui generates it. */
  const SHADCN = `:root { --background: oklch(1 0 0); --foreground: oklch(0.145 0 0); --muted-foreground: oklch(0.556 0 0);
    --primary: oklch(0.205 0 0); --primary-foreground: oklch(0.985 0 0); --border: oklch(0.922 0 0); --destructive: oklch(0.577 0.245 27.325); }
    .dark { --background: oklch(0.145 0 0); --foreground: oklch(0.985 0 0); --muted-foreground: oklch(0.708 0 0);
    --primary: oklch(0.922 0 0); --primary-foreground: oklch(0.205 0 0); --border: oklch(1 0 0 / 10%); --destructive: oklch(0.704 0.191 22.216); }`;

  it.each(["", "dark"])(
    "shadcn: colours are those of the app%s, whichever file came first, and text on the canvas can be read",
    async (scheme) => {
      addStyle(shadcn);
      addStyle(SHADCN);
      addStyle(styles);
      document.documentElement.className = scheme;
      const root = await mountRoot();
      expect(getComputedStyle(root).color).toBe(scheme === "" ? "oklch(0.145 0 0)" : "oklch(0.985 0 0)");
      for (const text of ["fg", "fg-muted", "ink-danger"]) {
        expect(worstOf({ text, on: ["canvas"], normal: 4.5, more: 7 }, root), text).toBeGreaterThanOrEqual(4.5);
      }
      expect(worstOf({ text: "accent-fg", on: ["accent"], normal: 4.5, more: 7 }, root)).toBeGreaterThanOrEqual(4.5);
    },
  );

  it("Radix Themes: colours are those of the app, and only inside its theme", async () => {
    addStyle(styles);
    addStyle(radix);
    addStyle(".radix-themes { --gray-12: rgb(32 32 32); --color-background: rgb(255 255 255) }");
    const { container } = await render(
      <>
        <div className="radix-themes">
          <UnsayRoot id="inside" />
        </div>
        <UnsayRoot id="outside" theme="light" />
      </>,
    );
    const colorOf = (id: string) => getComputedStyle(container.querySelector(id) as Element).color;
    expect(colorOf("#inside")).toBe("rgb(32, 32, 32)");
    expect(colorOf("#outside")).not.toBe("rgb(32, 32, 32)");
  });
});
