import fc from "fast-check";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, test } from "vitest";
import { en } from "../strings/en.js";
import { createBlockCutter } from "./block-cutter.js";
import { normalizeText, parseMarkdown } from "./parser.js";
import { renderTokens, type MarkRenderer } from "./render-tokens.js";

const noMarks: MarkRenderer = { point: () => null, text: (_mark, words) => words, end: () => null };

function html(text: string): string {
  return renderToStaticMarkup(<>{renderTokens(parseMarkdown(text), { strings: en, marks: noMarks, headingLevel: 3 })}</>);
}

const word = fc.constantFrom("alpha", "beta", "**bold**", "`code`", "_em_", "1", "a|b", "ünï", "😀", "#tag", "-x");
const prose = fc.array(word, { minLength: 1, maxLength: 6 }).map((words) => words.join(" "));
const list = fc
  .tuple(fc.constantFrom("-", "1.", "*"), fc.array(prose, { minLength: 1, maxLength: 3 }), fc.constantFrom("\n", "\n\n"))
  .map(([marker, items, gap]) => items.map((item) => `${marker} ${item}`).join(gap));
const nested = fc.tuple(prose, prose).map(([a, b]) => `- ${a}\n\n  ${b}\n\n  \`\`\`\n  x\n\n  y\n  \`\`\``);
const fence = fc
  .tuple(fc.constantFrom("```", "~~~~", "```js"), prose)
  .map(([mark, text]) => `${mark}\n${text}\n\n# not a heading\n\n- no list\n${mark.replace("js", "")}`);
const other = fc.constantFrom(
  "# Heading",
  "Title\n=====",
  "> quote\n> more",
  "---",
  "    indented\n\n    code",
  "| a | b |\n|---|---|\n| 1 | 2 |",
  "```\nopen fence\n\nstill open",
);
const markdown = fc
  .array(fc.tuple(fc.oneof(prose, list, nested, fence, other), fc.constantFrom("\n\n", "\n", "\n\n\n")), { maxLength: 7 })
  .map((blocks) => blocks.map(([block, gap]) => block + gap).join(""));

describe("cutting a growing text", () => {
  test("blocks joined are the text, and render as it does in one piece", () => {
    fc.assert(
      fc.property(markdown, (text) => {
        const blocks = createBlockCutter()(text);
        expect(blocks.join("")).toBe(text);
        expect(blocks.map(html).join("")).toBe(html(text));
      }),
      { numRuns: 300 },
    );
  });

  test("whatever pieces it came in, the blocks at the end render the same", () => {
    fc.assert(
      fc.property(markdown, fc.array(fc.nat(400), { maxLength: 12 }), (text, cuts) => {
        const cut = createBlockCutter();
        for (const length of [...cuts].sort((a, b) => a - b)) cut(text.slice(0, length));
        expect(cut(text).map(html).join("")).toBe(html(text));
      }),
      { numRuns: 300 },
    );
  });

  test("a text rewritten in the middle is cut anew from there", () => {
    fc.assert(
      fc.property(markdown, markdown, markdown, (head, before, after) => {
        const cut = createBlockCutter();
        cut(head + before);
        expect(
          cut(head + after)
            .map(html)
            .join(""),
        ).toBe(html(head + after));
      }),
      { numRuns: 200 },
    );
  });

  test("a number under a list waits until it is known not to be the next item", () => {
    const cut = createBlockCutter();
    expect(cut("1. one\n\n2")).toEqual(["1. one\n\n2"]);
    expect(cut("1. one\n\n2. two")).toEqual(["1. one\n\n2. two"]);
    expect(createBlockCutter()("1. one\n\n2 cats")).toEqual(["1. one\n\n", "2 cats"]);
  });

  test("finished blocks keep their text while only the last one grows", () => {
    const cut = createBlockCutter();
    const text = "one\n\ntwo\n\nthree";
    const before = cut(text);
    const after = cut(`${text} and more`);
    expect(after.slice(0, 2)).toEqual(before.slice(0, 2));
    expect(after.at(-1)).toBe("three and more");
  });

  test("carriage returns and NUL are what the parser makes of them", () => {
    expect(normalizeText("a\r\nb\rc\0")).toBe("a\nb\nc\uFFFD");
  });
});
