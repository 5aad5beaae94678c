import fc from "fast-check";
import { Fragment } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, test } from "vitest";
import { sourceOf, type Block } from "./blocks.js";
import { createDocumentReader } from "./document-reader.js";
import type { MarkRenderer } from "./marked-words.js";
import { normalizeText } from "./clean-text.js";
import { parseMarkdown } from "./parser.js";
import { renderTokens } from "./render-tokens.js";
import { createKnowledge } from "./rules/footnotes.js";
import { drawBlock } from "./markdown-block.js";

const marks: MarkRenderer = { point: () => null, text: (_mark, words) => words, end: () => null };

/** The text in one piece, by the parser alone. Twice, since definitions reach upwards. */
function inOnePiece(text: string): string {
  const known = createKnowledge();
  parseMarkdown(text, known);
  const tokens = parseMarkdown(text, known);
  return bare(renderToStaticMarkup(<>{renderTokens(tokens, { marks, headingLevel: 3, isPending: false, isCut: false })}</>));
}

function ofBlocks(blocks: readonly Block[]): string {
  const drawn = blocks.map((block, index) => (
    <Fragment key={index}>{drawBlock({ block, headingLevel: 3, live: false, isCut: false })}</Fragment>
  ));
  return bare(renderToStaticMarkup(<>{drawn}</>));
}

/** How many lines of code stand in one group is nobody's business but the painter's. */
function bare(html: string): string {
  return html.replaceAll(/<span class="unsay-lines">|<\/span>/g, "");
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
  "A note[^1] and [a label].",
  "[^1]: The note\nover lines\n\n    and paragraphs",
  "[a label]: https://label.example 'title'",
  "- [ ] open\n- [x] done ~struck~",
  "https://bare.example/a_b and www.bare.example.",
);
const markdown = fc
  .array(fc.tuple(fc.oneof(prose, list, nested, fence, other), fc.constantFrom("\n\n", "\n", "\n\n\n")), { maxLength: 7 })
  .map((blocks) => blocks.map(([block, gap]) => block + gap).join(""));

describe("reading a growing text", () => {
  test("blocks joined are the text, and render as it does in one piece", () => {
    fc.assert(
      fc.property(markdown, (text) => {
        const blocks = createDocumentReader()(text, true);
        expect(blocks.map(sourceOf).join("")).toBe(text);
        expect(ofBlocks(blocks)).toBe(inOnePiece(text));
      }),
      { numRuns: 500 },
    );
  }, 90_000);

  test("whatever pieces it came in, the blocks at the end render the same", () => {
    fc.assert(
      fc.property(markdown, fc.array(fc.tuple(fc.nat(400), fc.boolean()), { maxLength: 24 }), (text, cuts) => {
        const read = createDocumentReader();
        for (const [length, isWhole] of cuts.toSorted(([a], [b]) => a - b)) read(text.slice(0, length), isWhole);
        const blocks = read(text, true);
        expect(blocks.map(sourceOf).join("")).toBe(text);
        expect(ofBlocks(blocks)).toBe(inOnePiece(text));
      }),
      { numRuns: 500 },
    );
  }, 90_000);

  test("words written behind others are drawn as if all had come at once, at every moment", () => {
    const beginning = fc.constantFrom("", "# ", "> ", "- ", "- [ ] ", "a\n", "| a | b |\n|---|---|\n| 1 | ", "- | a |\n  |---|\n  | x | ");
    const piece = fc.constantFrom(
      "ab",
      "c ",
      " d",
      ". e",
      "(f",
      ") g",
      "!",
      "[x",
      "](http://y",
      "**",
      "_",
      "_z_",
      "`",
      "www",
      ".a.b",
      "@h.io",
      "https:",
      "//q.r",
      "&am",
      "p;",
      ..."\\ | ~ # $ 7 - = < > ́ 😀".split(" "),
    );
    const drawn = (blocks: readonly Block[]): string =>
      blocks.map((block) => renderToStaticMarkup(drawBlock({ block, headingLevel: 3, live: true, isCut: false }))).join("");
    fc.assert(
      fc.property(beginning, fc.array(piece, { minLength: 1, maxLength: 12 }), (first, pieces) => {
        const read = createDocumentReader();
        const text = pieces.reduce((before, next) => {
          read(before, false);
          return before + next;
        }, first);
        expect([text, drawn(read(text, false))]).toEqual([text, drawn(createDocumentReader()(text, false))]);
      }),
      { numRuns: 500 },
    );
  }, 90_000);

  test("a row of a table that looks like a note defines nothing", () => {
    const text = "| a | b |\n|---|---|\n| 1 | 2 |\n[^1]: The note\n\nA note[^1].\n";
    expect(ofBlocks(createDocumentReader()(text, true))).toBe(inOnePiece(text));
  });

  test("code after code is another block, wherever the text had been cut", () => {
    const text = `\`\`\`\nalpha alpha alpha alpha\n\n# not a heading\n\n- no list\n\`\`\`\n\n\`\`\`\nalpha\n\n# not a heading\n\n- no list\n\`\`\`\n\n    indented\n\n    code\n\n`;
    for (let cut = 0; cut <= text.length; cut += 1) {
      const read = createDocumentReader();
      read(text.slice(0, 4), false);
      read(text.slice(0, cut), false);
      expect([cut, ofBlocks(read(text, true))]).toEqual([cut, inOnePiece(text)]);
    }
  });

  test.each([
    ["* a\n\n* **", "bold**"],
    ["* a\n\n*", " b"],
    ["a\n-", "b"],
    ["a\n===", " b"],
    ["~~~\nx\n~~~\n\n* a\n\n* **", "bold**"],
    ["see [x]\n\n[x]: https://a.example", "b/c"],
  ])("%j that was read as whole may go on", (beginning, rest) => {
    const read = createDocumentReader();
    read("~~~\n", false);
    expect(ofBlocks(read(beginning, true))).toBe(inOnePiece(beginning));
    expect(ofBlocks(read(beginning + rest, true))).toBe(inOnePiece(beginning + rest));
  });

  test("a text rewritten in the middle is read anew from there", () => {
    fc.assert(
      fc.property(markdown, markdown, markdown, (head, before, after) => {
        const read = createDocumentReader();
        read(head + before, false);
        expect(ofBlocks(read(head + after, true))).toBe(inOnePiece(head + after));
      }),
      { numRuns: 300 },
    );
  }, 90_000);

  test("a block, an item, a row and a group of lines that are finished keep their identity while the text grows", () => {
    const read = createDocumentReader();
    const parts = ["one\n\n", "- a\n- b\n- c\n\n", "| h |\n|---|\n| 1 |\n| 2 |\n\n", `\`\`\`js\n${"line\n".repeat(100)}`];
    const before = [...read(parts.join(""), false)];
    const after = [...read(`${parts.join("")}more\nand more`, false)];
    expect(after.slice(0, -1)).toEqual(before.slice(0, -1));
    after.slice(0, -1).forEach((block, index) => expect(block).toBe(before[index]));
    const [code, grown] = [before.at(-1), after.at(-1)];
    if (code?.kind !== "code" || grown?.kind !== "code") throw new Error("The last block is code.");
    expect(grown.groups.slice(0, 3)).toEqual(code.groups.slice(0, 3));
  });

  test.each([
    ["items", "- one\n- two\n- three is ", "long"],
    ["numbered items apart", "1. one\n\n2. two\n\n3. three is ", "long"],
    ["rows", "| h |\n|---|\n| 1 |\n| 2 |\n| 3", " |"],
  ])("%s that are finished keep their identity while the last one grows", (_name, text, more) => {
    const read = createDocumentReader();
    const before = read(text, false).at(-1);
    const after = read(text + more, false).at(-1);
    if (before === undefined || after === undefined || !("segments" in before) || !("segments" in after)) throw new Error("No segments.");
    expect(after.segments).toHaveLength(3);
    expect(after.segments[0]).toBe(before.segments[0]);
    expect(after.segments[1]).toBe(before.segments[1]);
    expect(after.segments[2]).not.toBe(before.segments[2]);
  });

  test("a line of nothing but markers waits until it is known what it is", () => {
    const read = createDocumentReader();
    expect(read("1. one\n\n2", false).map(sourceOf)).toEqual(["1. one\n\n"]);
    expect(read("1. one\n\n2. two", false).map(sourceOf)).toEqual(["1. one\n\n2. two"]);
    for (const pending of ["para\n-", "para\n===", "para\n\n#", "para\n``", "| a | b |\n|---|--"])
      expect(ofBlocks(createDocumentReader()(pending, false))).toMatch(/^<p>[^<]*<\/p>$/);
    expect(ofBlocks(createDocumentReader()("para\n===", true))).toBe("<h4>para</h4>");
  });

  test("a definition below makes links of the words above, the first definition of a label holds, and only those blocks change", () => {
    const read = createDocumentReader();
    const text = "see [Docs]\n\nplain\n\nmore\n\n";
    const before = read(text, false);
    const after = read(`${text}[docs]: https://one.example\n\n[docs]: https://two.example\n\nend`, false);
    expect(ofBlocks(after)).toContain('href="https://one.example/"');
    expect(after[1]).toBe(before[1]);
    expect(after[0]).not.toBe(before[0]);
  });

  test("a definition that a correction takes away takes its links with it", () => {
    const read = createDocumentReader();
    read("see [docs]\n\nplain\n\nmore\n\n[docs]: https://one.example\n\nend\n\n", false);
    expect(ofBlocks(read("see [docs]\n\nplain\n\nmore\n\nnothing\n\nend\n\n", true))).not.toContain("href");
  });

  test("carriage returns and NUL are what the parser makes of them", () => {
    expect(normalizeText("a\r\nb\rc\0")).toBe("a\nb\nc\uFFFD");
  });
});
