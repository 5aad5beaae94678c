import { blockStartLines } from "./parser.js";

/** Cuts normalised text into top-level blocks; joined, they are the text again. */
export type BlockCutter = (text: string) => readonly string[];

/**
 * Remembers the blocks that can no longer change while the text grows, so that a commit reads only what follows them.
 * A text that grew otherwise (a correction above) is cut anew from the first block that differs.
 */
export function createBlockCutter(): BlockCutter {
  let settled: readonly string[] = [];
  let previous = "";
  return (text) => {
    const kept = keepSettled(settled, text, previous);
    const tail = cutTail(text.slice(kept.reduce((sum, block) => sum + block.length, 0)));
    settled = [...kept, ...tail.slice(0, -1)];
    previous = text;
    return [...settled, ...tail.slice(-1)];
  };
}

/** A block is final because of what follows it, so where the text was rewritten the block above goes with it. */
function keepSettled(blocks: readonly string[], text: string, previous: string): readonly string[] {
  if (text.startsWith(previous)) return blocks;
  let offset = 0;
  const differs = blocks.findIndex((block) => {
    const matches = text.startsWith(block, offset);
    offset += block.length;
    return !matches;
  });
  return blocks.slice(0, Math.max(0, (differs === -1 ? blocks.length : differs) - 1));
}

function cutTail(text: string): readonly string[] {
  const lines = text.split("\n");
  const cuts = blockStartLines(text)
    .slice(1)
    .filter((line) => isFinal(lines, line));
  return splitAtLines(lines, cuts);
}

/**
 * What stands above a block is final once the block's first line is whole: an unfinished `#` under a paragraph may turn
 * out to be its next line. After a blank line even an unfinished one will do, unless it may grow into the next item of
 * the list above.
 */
function isFinal(lines: readonly string[], line: number): boolean {
  if (line < lines.length - 1) return true;
  return lines[line - 1]?.trim() === "" && !MAY_BECOME_ITEM.test(lines[line] ?? "");
}

const MAY_BECOME_ITEM = /^ {0,3}(?:\d{1,9}[.)]?|[-+*])?\s*$/;

function splitAtLines(lines: readonly string[], cuts: readonly number[]): readonly string[] {
  const starts = [0, ...cuts];
  const blocks = starts.map((start, index) => {
    const end = starts[index + 1];
    return lines.slice(start, end).join("\n") + (end === undefined ? "" : "\n");
  });
  return blocks.filter((block) => block !== "");
}
