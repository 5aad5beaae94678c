import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createBlockGrouper, type BlockGroup } from "./block-groups.js";
import type { Block } from "./blocks.js";
import { createDocumentReader } from "./document-reader.js";

const blocksOf = (text: string): readonly Block[] => createDocumentReader()(text, true);
const sizes = (groups: readonly BlockGroup[]): readonly number[] => groups.map(({ blocks }) => blocks.length);
const paragraphs = (count: number): string => Array.from({ length: count }, (_paragraph, index) => `Paragraph ${index}.\n\n`).join("");

const piece = fc.constantFrom(
  "A paragraph.\n\n",
  "[label]: https://label.example\n\n",
  "A [label] here.\n\n",
  "\n\n\n",
  "# Heading\n",
  "- one\n- two\n\n",
  "```\ncode\n```\n",
  "[^1]: A note.\n\n",
);
const texts = fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(""));

describe("blocks in groups", () => {
  it("stand eight together, and empty lines and definitions do not count", () => {
    const text = `${paragraphs(5)}[label]: https://label.example\n\n${paragraphs(6)}`;
    expect(sizes(createBlockGrouper()(blocksOf(text)))).toEqual([8, 3]);
  });

  it("hold every block that shows something, once and in order, whatever came before", () => {
    fc.assert(
      fc.property(texts, texts, (before, text) => {
        const group = createBlockGrouper();
        group(blocksOf(before));
        const grouped = group(blocksOf(text)).flatMap(({ blocks }) => blocks);
        expect(grouped).toEqual(createBlockGrouper()(blocksOf(text)).flatMap(({ blocks }) => blocks));
      }),
    );
  });

  it("are the same at the end of a stream as of a record", () => {
    fc.assert(
      fc.property(texts, fc.integer({ min: 1, max: 9 }), (text, step) => {
        const read = createDocumentReader();
        const group = createBlockGrouper();
        for (let end = step; end < text.length; end += step) group(read(text.slice(0, end), false));
        expect(sizes(group(read(text, true)))).toEqual(sizes(createBlockGrouper()(blocksOf(text))));
      }),
    );
  });

  it("keep their identity once they are full, so that nothing above the last group is drawn for a word", () => {
    const read = createDocumentReader();
    const group = createBlockGrouper();
    const before = group(read(paragraphs(20), false));
    const after = group(read(`${paragraphs(20)}And one more`, false));
    expect(sizes(after)).toEqual([8, 8, 5]);
    expect(after[0]).toBe(before[0]);
    expect(after[1]).toBe(before[1]);
  });

  it("are cut anew from a block on that a later definition changed", () => {
    const read = createDocumentReader();
    const group = createBlockGrouper();
    const text = `${paragraphs(8)}A [label] here.\n\n${paragraphs(12)}`;
    const before = group(read(text, false));
    const after = group(read(`${text}[label]: https://label.example\n\nEnd`, false));
    expect(after[0]).toBe(before[0]);
    expect(after[1]).not.toBe(before[1]);
    expect(after[1]?.blocks[0]).not.toBe(before[1]?.blocks[0]);
  });
});
