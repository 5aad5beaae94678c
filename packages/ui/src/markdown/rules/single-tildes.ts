import type { MarkdownIt, StateInline } from "../markdown-it-types.js";

/** One tilde on each side strikes words out as two do. Two are the parser's own. */
export function singleTildes(md: MarkdownIt): void {
  md.inline.ruler.before("strikethrough", "unsay_single_tilde", scanTilde);
  md.inline.ruler2.before("strikethrough", "unsay_single_tilde", pairTildes);
}

const TILDE = 0x7e;
/** Pairs are told apart from those of the parser's own rule by a marker that is no character of a text. */
const MARKER = -TILDE;

function scanTilde(state: StateInline, silent: boolean): boolean {
  if (silent || state.src.charCodeAt(state.pos) !== TILDE) return false;
  const scanned = state.scanDelims(state.pos, true);
  if (scanned.length !== 1) return false;
  state.push("text", "", 0).content = "~";
  state.delimiters.push({
    marker: MARKER,
    length: 0,
    token: state.tokens.length - 1,
    end: -1,
    open: scanned.can_open,
    close: scanned.can_close,
  });
  state.pos += 1;
  return true;
}

function pairTildes(state: StateInline): boolean {
  const lists = [state.delimiters, ...state.tokens_meta.map((meta) => meta?.delimiters ?? [])];
  for (const delimiters of lists)
    for (const { marker, end, token } of delimiters) {
      const closing = end === -1 ? undefined : delimiters[end];
      if (marker === MARKER && closing !== undefined) strike(state, token, closing.token);
    }
  return true;
}

function strike(state: StateInline, from: number, to: number): void {
  for (const [index, nesting] of [[from, 1] as const, [to, -1] as const]) {
    const token = state.tokens[index];
    if (token === undefined) continue;
    token.type = nesting === 1 ? "s_open" : "s_close";
    token.tag = "s";
    token.nesting = nesting;
    token.markup = "~";
    token.content = "";
  }
}
