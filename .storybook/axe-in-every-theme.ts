import { afterEach as runAxe } from "@storybook/addon-a11y/preview";
import type { Preview } from "@storybook/react-vite";

type Context = Parameters<Extract<Preview["afterEach"], (context: never) => unknown>>[0];

/** What the addon has not looked at: a story is drawn once, in the theme of the toolbar, and shown to it in that alone. */
const THEMES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  dark: { "data-theme": "dark" },
  "more contrast": { "data-theme": "light", "data-contrast": "more" },
  "more contrast, dark": { "data-theme": "dark", "data-contrast": "more" },
  "right to left": { dir: "rtl" },
};

/** Statement 98: with more contrast every text has 7:1, so the stricter rule is asked for too. */
const ENHANCED = { "color-contrast-enhanced": { enabled: true } };

/**
 * In tests, runs axe again on the story as its `play` left it, in every other theme. Only attributes change, as an app
 * would change them; nothing mounts again.
 */
export async function axeInEveryTheme(context: Context): Promise<void> {
  const root = context.canvasElement.querySelector(".unsay-root");
  if (!isTest() || root === null) return;
  endFades();
  for (const [theme, attributes] of Object.entries(THEMES)) {
    const restore = dress(root, { "data-motion": "none", ...attributes });
    try {
      await runAxe(withRules(context, attributes["data-contrast"] === "more" ? ENHANCED : {}));
    } catch (error) {
      throw new Error(`In the theme “${theme}”: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    } finally {
      restore();
    }
  }
}

/** The addon throws on a violation only then, too. */
function isTest(): boolean {
  return import.meta.env["VITEST_STORYBOOK"] === "false";
}

/** A block that has just settled goes over from a tone of the theme it was drawn in. */
function endFades(): void {
  for (const animation of document.getAnimations()) if (animation.effect?.getComputedTiming().endTime !== Infinity) animation.finish();
}

function dress(root: Element, attributes: Readonly<Record<string, string>>): () => void {
  const before = Object.keys(attributes).map((name) => [name, root.getAttribute(name)] as const);
  for (const [name, value] of Object.entries(attributes)) root.setAttribute(name, value);
  return () => {
    for (const [name, value] of before)
      if (value === null) root.removeAttribute(name);
      else root.setAttribute(name, value);
  };
}

function withRules(context: Context, rules: object): Context {
  const a11y: { readonly options?: { readonly rules?: object } } = context.parameters["a11y"] ?? {};
  const options = { ...a11y.options, rules: { ...a11y.options?.rules, ...rules } };
  return { ...context, parameters: { ...context.parameters, a11y: { ...a11y, options } } };
}
