import { createRoot, type Root } from "react-dom/client";
import { flushSync } from "react-dom";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { AnswerText } from "../message/answer-text.js";
import { preload } from "../on-demand/pieces.js";
import "../styles/index.css";

const LONG = 400_000;
const words = "as many words on one line as anybody wants ";
const kinds: readonly (readonly [string, string])[] = [
  ["words", words],
  ["one word without an end", "letters"],
  ["characters of several code points", "👩‍👩‍👧"],
  ["emphasis over all of it", `${words}é`],
];

let root: Root;
let container: HTMLElement;
beforeEach(async () => {
  await preload("markdown");
  container = document.body.appendChild(document.createElement("div"));
  container.className = "unsay-root";
  root = createRoot(container);
});
afterEach(() => {
  root.unmount();
  container.remove();
});

const show = (text: string, live = false): void => flushSync(() => root.render(<AnswerText text={text} live={live} />));

describe("a paragraph as long as a book", () => {
  test.each(kinds)("of %s is copied as it was written", (name, piece) => {
    const text = piece.repeat(LONG / piece.length).trim();
    show(name.startsWith("emphasis") ? `**${text}**` : text);
    expect(container.querySelectorAll(".unsay-stretch").length).toBeGreaterThan(10);
    expect(container.textContent).toBe(text);
    getSelection()?.selectAllChildren(container);
    expect(getSelection()?.toString().trim()).toBe(text);
  });

  test("is laid out where it is near what is in view, and nowhere else", async () => {
    show(words.repeat(LONG / words.length));
    await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    const laidOut = [...container.querySelectorAll(".unsay-stretch")].filter((stretch) => isRendered(stretch));
    expect(laidOut.length).toBeLessThan(4);
  });

  test("keeps what stands there while it grows", () => {
    const text = words.repeat(LONG / words.length);
    show(text.slice(0, LONG / 2), true);
    const before = [...container.querySelectorAll(".unsay-stretch")];
    show(text.slice(0, LONG / 2 + 40_000), true);
    const after = [...container.querySelectorAll(".unsay-stretch")];
    expect(after.length).toBeGreaterThan(before.length);
    expect(after.slice(0, before.length)).toEqual(before);
  });
});

/** What is in it, and not the box itself. */
function isRendered(stretch: Element): boolean {
  const probe = stretch.appendChild(document.createElement("i"));
  const isSeen = probe.checkVisibility({ contentVisibilityAuto: true });
  probe.remove();
  return isSeen;
}
