/** Any CSS colour as the browser paints it, in sRGB from 0 to 255. */
export type Paint = readonly [red: number, green: number, blue: number];

/** `element` gives the custom properties and the colour scheme that the colour is computed under. */
export function paintOf(color: string, element: Element): Paint {
  const probe = document.createElement("span");
  probe.style.color = color;
  element.append(probe);
  const computed = getComputedStyle(probe).color;
  probe.remove();
  const context = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  if (context === null) return [0, 0, 0];
  context.fillStyle = computed;
  context.fillRect(0, 0, 1, 1);
  const [red = 0, green = 0, blue = 0] = context.getImageData(0, 0, 1, 1).data;
  return [red, green, blue];
}

/** WCAG 2 contrast, from 1 to 21. */
export function contrastOf(one: Paint, other: Paint): number {
  const [lighter = 0, darker = 0] = [luminanceOf(one), luminanceOf(other)].sort((a, b) => b - a);
  return (lighter + 0.05) / (darker + 0.05);
}

function luminanceOf(paint: Paint): number {
  const [red = 0, green = 0, blue = 0] = paint.map((value) => {
    const share = value / 255;
    return share <= 0.040_45 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** Backgrounds that text stands on. */
export const GROUNDS = ["canvas", "surface", "raised", "sunken"] as const;
export const INKS = ["flux", "cut", "changed", "danger", "done"] as const;

export interface ContrastClaim {
  /** Custom property without `--unsay-`. */
  readonly text: string;
  readonly on: readonly string[];
  /** The least that is accepted. */
  readonly normal: number;
  readonly more: number;
}

const text = (name: string, on: readonly string[] = GROUNDS): ContrastClaim => ({ text: name, on, normal: 4.5, more: 7 });
const edge = (name: string): ContrastClaim => ({ text: name, on: GROUNDS, normal: 3, more: 3 });

/** What the tokens promise. Fills under the canvas colour are text of the canvas colour on them. */
export const CONTRAST_CLAIMS: readonly ContrastClaim[] = [
  ...["fg", "fg-muted", "fg-subtle"].map((name) => text(name)),
  ...INKS.map((ink) => text(`ink-${ink}`)),
  ...INKS.map((ink) => ({ ...text(`ink-${ink}`, [`tint-${ink}`]), more: 4.5 })),
  ...INKS.map((ink) => text("fg", [`tint-${ink}`])),
  ...INKS.map((ink) => text("canvas", [`ink-${ink}`])),
  { ...text("accent-fg", ["accent"]), more: 4.5 },
  edge("border-strong"),
  edge("focus"),
];

/** The lowest contrast of a claim under the tokens of `root`. */
export function worstOf({ text: name, on }: ContrastClaim, root: Element): number {
  const front = paintOf(`var(--unsay-${name})`, root);
  return Math.min(...on.map((ground) => contrastOf(front, paintOf(`var(--unsay-${ground})`, root))));
}
