import type { MarkdownIt, StateBlock } from "../markdown-it-types.js";

/** What a rule may open at once: a list and its item. */
const LEVELS_OF_A_RULE = 2;

/**
 * What is nested deeper than so many levels stands there as it was written. The parser by itself leaves it out, together with
 * all that follows.
 */
export function deepAsText(levels: number): (md: MarkdownIt) => void {
  return (md) => {
    md.set({ maxNesting: levels + LEVELS_OF_A_RULE });
    md.block.ruler.before("table", "unsay_deep", (state, startLine, endLine, silent) => {
      if (silent || state.level < levels) return false;
      writeAsText(state, startLine, lineAfter(state, startLine, endLine));
      return true;
    });
  };
}

/** The next line that belongs to an element further out. */
function lineAfter(state: StateBlock, startLine: number, endLine: number): number {
  let next = startLine + 1;
  for (let line = next; line < endLine; line++) {
    if (state.isEmpty(line)) continue;
    if ((state.sCount[line] ?? 0) < state.blkIndent) break;
    next = line + 1;
  }
  return next;
}

function writeAsText(state: StateBlock, first: number, next: number): void {
  state.push("paragraph_open", "p", 1).map = [first, next];
  const inline = state.push("inline", "", 0);
  inline.content = state.getLines(first, next, state.blkIndent, false).trim();
  inline.map = [first, next];
  inline.children = [];
  state.push("paragraph_close", "p", -1);
  state.line = next;
}
