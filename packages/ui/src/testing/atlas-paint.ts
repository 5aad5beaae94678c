/** How a state is painted, apart from its words and their layout, so that it is the same on machines with other fonts. */

export interface PaintFacts {
  /** Part, and where it stands: `answer.end-shape`. */
  readonly part: string;
  readonly [property: string]: string;
}

const PROPERTIES = [
  "border-inline-start-style",
  "border-inline-start-width",
  "border-block-start-style",
  "border-block-start-width",
  "border-start-start-radius",
  "text-decoration-line",
  "text-decoration-style",
  "text-decoration-thickness",
  "outline-style",
  "display",
  "visibility",
  "opacity",
  "animation-name",
  "mask-size",
] as const;

const COLORS = ["color", "background-color", "border-inline-start-color", "text-decoration-color"] as const;

/** What an element has that nobody styled. */
const NOTHING = new Set(["none", "0px", "auto", "1", "visible", "block", "solid", "rgba(0, 0, 0, 0)"]);

/** Shapes have their own size, whatever the font. */
const SHAPES = ["answer.end-shape"];

/** Each marked part of a cell, in document order. */
export function paintFactsOf(cell: Element, { withColors = true }: { readonly withColors?: boolean } = {}): readonly PaintFacts[] {
  return Array.from(cell.querySelectorAll("[data-unsay], ins, del"), (element) => factsOf(element, withColors));
}

function factsOf(element: Element, withColors: boolean): PaintFacts {
  const style = getComputedStyle(element);
  const read = (names: readonly string[]) =>
    Object.fromEntries(
      names
        .map((name) => [name, style.getPropertyValue(name)] as const)
        .filter(([name, value]) => !NOTHING.has(value) && (name === "color" || value !== style.color)),
    );
  const part = element.getAttribute("data-unsay") ?? element.localName;
  const { width, height } = element.getBoundingClientRect();
  return {
    part,
    ...read(PROPERTIES),
    ...(withColors ? read(COLORS) : {}),
    ...(SHAPES.includes(part) ? { size: `${Math.round(width)} × ${Math.round(height)}`, mask: hashOf(style.maskImage) } : {}),
  };
}

/** A mask is an image in the style sheet; its text is long and says nothing to a reader. */
function hashOf(text: string): string {
  let hash = 0;
  for (const character of text) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) >>> 0;
  return hash.toString(36);
}

/** What is left of a state for an eye without colours and without words: its rule and the place where it ends. */
export function silhouetteOf(cell: Element): string {
  const answer = cell.querySelector('[data-unsay="answer"]');
  if (answer === null) return "";
  const rule = [answer, ...answer.querySelectorAll('[data-unsay="answer.rule"], [data-unsay="answer.body"]')].flatMap((element) => [
    getComputedStyle(element).borderInlineStartStyle,
    getComputedStyle(element).borderInlineStartWidth,
    getComputedStyle(element, "::before").borderInlineStartStyle,
    getComputedStyle(element, "::before").borderInlineStartWidth,
  ]);
  const end = answer.querySelector('[data-unsay="answer.end-shape"]');
  const caret = answer.querySelector('[data-unsay="answer.caret"], .unsay-caret');
  return [
    ...rule,
    end === null ? "no end" : JSON.stringify(factsOf(end, false)),
    caret === null ? "no caret" : `${getComputedStyle(caret).backgroundColor === "rgba(0, 0, 0, 0)" ? "hollow" : "full"}`,
    answer.querySelector('[data-unsay="retraction-notice"], [data-unsay="answer.retraction"]') === null ? "" : "notice",
  ].join(" ");
}
