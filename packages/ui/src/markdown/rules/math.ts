import type { MarkdownIt, StateBlock, StateInline } from "../markdown-it-types.js";
import { indentOf, lineAt } from "./block-lines.js";

/** `$x$`, `\(x\)`, `$$x$$` and `\[x\]`. Added only where a plug-in can draw them. */
export function mathSyntax(md: MarkdownIt): void {
  md.block.ruler.before("fence", "unsay_math", readBlock, { alt: ["paragraph", "reference", "blockquote", "list"] });
  md.inline.ruler.before("escape", "unsay_math", readInline);
}

const BLOCK_OPENERS: ReadonlyMap<string, string> = new Map([
  ["$$", "$$"],
  ["\\[", "\\]"],
]);

/** A block that is not closed is not mathematics yet, and stands there as it was written. */
function readBlock(state: StateBlock, startLine: number, endLine: number, silent: boolean): boolean {
  const first = lineAt(state, startLine);
  const closer = BLOCK_OPENERS.get(first.slice(0, 2));
  if (closer === undefined || indentOf(state, startLine) >= 4) return false;
  const last = closingLine(state, startLine, endLine, closer);
  if (last === null) return false;
  if (silent) return true;
  const token = state.push("math_block", "", 0);
  token.map = [startLine, last + 1];
  token.content = textBetween(state, startLine, last);
  state.line = last + 1;
  return true;
}

function closingLine(state: StateBlock, startLine: number, endLine: number, closer: string): number | null {
  for (let line = startLine; line < endLine; line++) {
    const text = line === startLine ? lineAt(state, line).slice(2) : lineAt(state, line);
    if (text.trimEnd().endsWith(closer)) return line;
    if (state.isEmpty(line) || text.includes(closer)) return null;
  }
  return null;
}

function textBetween(state: StateBlock, first: number, last: number): string {
  return state
    .getLines(first, last + 1, state.blkIndent, false)
    .trim()
    .slice(2, -2)
    .trim();
}

const INLINE: readonly RegExp[] = [
  /\$\$([^$\n]{1,4096}?)\$\$/y,
  /\$(?!\s)([^$\n]{1,1024}?)(?<![\s\\])\$(?!\d)/y,
  /\\\(([^\n]{1,1024}?)\\\)/y,
];

function readInline(state: StateInline, silent: boolean): boolean {
  const character = state.src[state.pos];
  if (character !== "$" && character !== "\\") return false;
  for (const pattern of INLINE) {
    pattern.lastIndex = state.pos;
    const found = pattern.exec(state.src);
    if (found === null) continue;
    if (!silent) state.push("math_inline", "", 0).content = found[1] ?? "";
    state.pos += found[0].length;
    return true;
  }
  return false;
}
