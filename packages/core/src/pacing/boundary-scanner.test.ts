import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BoundaryScanner, type ScannerOptions } from "./boundary-scanner.js";

const SENTENCES: ScannerOptions = { level: "sentence", isCode: false };

/** The pieces of a text that came letter by letter, and what was left behind the last boundary. */
function pieces(text: string, options: ScannerOptions = SENTENCES, size = 1): readonly string[] {
  const scanner = new BoundaryScanner(options);
  const ends: number[] = [];
  for (let at = 0; at < text.length; at += size) ends.push(...scanner.push(text.slice(at, at + size)).map(({ end }) => end));
  return [0, ...ends].map((from, index) => text.slice(from, ends[index] ?? text.length));
}

describe("BoundaryScanner", () => {
  it("ends a sentence once a letter stands behind it, and not at a full stop that may go on", () => {
    expect(pieces("It costs 3.5 euros. Then (maybe) more. And")).toEqual(["It costs 3.5 euros. ", "Then (maybe) more. ", "And"]);
    expect(pieces("Ask. (2) then go. Yes")).toEqual(["Ask. (2) then go. ", "Yes"]);
  });

  it("knows the full stops of other writing systems", () => {
    expect(pieces("先放空。然后切换。最")).toEqual(["先放空。", "然后切换。", "最"]);
  });

  it("takes no list number for a sentence", () => {
    expect(pieces("1. Drain it. 2. Go\n2. Flip")).toEqual(["1. Drain it. ", "2. ", "Go\n", "2. Flip"]);
  });

  it("releases code line by line and a fence with its first line", () => {
    expect(pieces("Run:\n```sh\na. B\nc\n```\nDone. It")).toEqual(["Run:\n", "```sh\na. B\n", "c\n", "```\n", "Done. ", "It"]);
  });

  it("releases a table with its first two rows at once, then row by row", () => {
    expect(pieces("See:\n| a. B | c |\n|---|---|\n| 1 | 2 |\n| 3")).toEqual(["See:\n", "| a. B | c |\n|---|---|\n", "| 1 | 2 |\n", "| 3"]);
  });

  it("releases whole paragraphs only, a fence being one", () => {
    expect(pieces("One. Two.\nThree.\n\n```\na\n\nb\n```\nFour.", { level: "paragraph", isCode: false })).toEqual([
      "One. Two.\nThree.\n\n",
      "```\na\n\nb\n```\n",
      "Four.",
    ]);
  });

  it("holds the paragraph that begins like a decision, and no other", () => {
    const holds = (beginning: string) => beginning.startsWith("Yes");
    expect(pieces("Look. Here.\n\nYes. You can. Go\nnow.\n\nBut. Not", { ...SENTENCES, holds })).toEqual([
      "Look. ",
      "Here.\n",
      "\n",
      "Yes. You can. Go\nnow.\n\n",
      "But. ",
      "Not",
    ]);
  });

  it("finds the same boundaries however the text is cut into deltas, and gives every character once", () => {
    const word = fc.constantFrom(
      "Go. ",
      "no",
      "? ",
      "3.",
      "5 ",
      "e.g. ",
      "\n",
      "\n\n",
      "| a ",
      "```",
      "~~~",
      "- ",
      "1. ",
      "Ça va! ",
      "“Yes.” ",
      "好。",
      "👩‍👧 ",
      "...",
      "(",
      ")",
    );
    const texts = fc.array(word, { maxLength: 30 }).map((words) => words.join(""));
    fc.assert(
      fc.property(
        texts,
        fc.constantFrom<ScannerOptions["level"]>("sentence", "paragraph"),
        fc.integer({ min: 1, max: 9 }),
        (text, level, size) => {
          const whole = pieces(text, { level, isCode: false }, Math.max(1, text.length));
          expect(pieces(text, { level, isCode: false }, size)).toEqual(whole);
          expect(whole.join("")).toBe(text);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it("never ends where the whole line, read at once, has no end", () => {
    const segmenter = new Intl.Segmenter(undefined, { granularity: "sentence" });
    const word = fc.constantFrom("Go. ", "no ", "? ", "3.", "5 ", "etc. ", "Ça va! ", "“Yes.” ", "好。", "... ", "(a) ", "B. ", "c! ");
    fc.assert(
      fc.property(fc.array(word, { maxLength: 20 }), (words) => {
        const line = `Start ${words.join("")}`;
        const known = new Set(Array.from(segmenter.segment(line), ({ index }) => index));
        let end = 0;
        for (const piece of pieces(line).slice(0, -1)) expect(known.has((end += piece.length))).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });
});
