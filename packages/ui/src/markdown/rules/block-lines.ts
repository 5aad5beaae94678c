import type { StateBlock } from "../markdown-it-types.js";

/** The words of a line, without what it is indented by. */
export function lineAt(state: StateBlock, line: number): string {
  return state.src.slice((state.bMarks[line] ?? 0) + (state.tShift[line] ?? 0), state.eMarks[line]);
}

/** Columns that a line is indented by, inside the blocks it stands in. */
export function indentOf(state: StateBlock, line: number): number {
  return (state.sCount[line] ?? 0) - state.blkIndent;
}
