import type { MarkdownIt, StateBlock, StateInline, Token } from "../markdown-it-types.js";
import { indentOf, lineAt } from "./block-lines.js";

/**
 * `[^label]` and `[^label]: text`. The note stays where the model wrote it and keeps its label, so that nothing above
 * is renumbered while the text grows.
 */
export function footnotes(md: MarkdownIt): void {
  md.block.ruler.before("reference", "unsay_footnote", defineFootnote, { alt: ["paragraph", "reference"] });
  md.inline.ruler.after("image", "unsay_footnote_reference", referToFootnote);
}

/** What the parser knows beyond the text in hand. Records without a prototype, so that any label is only a label. */
export interface ParserKnowledge {
  readonly references: Record<string, { readonly title: string; readonly href: string }>;
  readonly footnotes: Record<string, true>;
  isInFootnote?: boolean;
}

export function createKnowledge(): ParserKnowledge {
  return {
    references: Object.create(null) as ParserKnowledge["references"],
    footnotes: Object.create(null) as ParserKnowledge["footnotes"],
  };
}

/** Everything known, and room for more that shall not be remembered. */
export function extendKnowledge(known: ParserKnowledge): ParserKnowledge {
  return {
    references: Object.create(known.references) as ParserKnowledge["references"],
    footnotes: Object.create(known.footnotes) as ParserKnowledge["footnotes"],
  };
}

/** Labels defined in `known` itself, as the parser compares them. */
export function ownLabels(known: ParserKnowledge): readonly string[] {
  return [...Object.keys(known.references), ...Object.keys(known.footnotes).map((label) => `^${label}`)];
}

/** The parser hands its environment through untyped. */
function knowledgeOf(environment: unknown): ParserKnowledge {
  return environment as ParserKnowledge;
}

const DEFINITION = /^\[\^([^\]\s]{1,64})\]:[ \t]*/;
const REFERENCE = /\[\^([^\]\s]{1,64})\]/y;

function defineFootnote(state: StateBlock, startLine: number, endLine: number, silent: boolean): boolean {
  const known = knowledgeOf(state.env);
  // A note in a note would let a line of them nest as deeply as it is long.
  if (state.level > 0 || known.isInFootnote === true || indentOf(state, startLine) >= 4) return false;
  const found = DEFINITION.exec(lineAt(state, startLine));
  if (found === null) return false;
  if (silent) return true;
  const next = lineAfterNote(state, startLine, endLine);
  writeFootnote(state, startLine, next, found);
  known.footnotes[found[1] ?? ""] ??= true;
  return true;
}

/** The note goes on over the rest of its paragraph and over whatever is indented below. */
function lineAfterNote(state: StateBlock, startLine: number, endLine: number): number {
  let line = startLine + 1;
  let last = line;
  let wasEmpty = false;
  for (; line < endLine; line++) {
    if (state.isEmpty(line)) wasEmpty = true;
    else if (indentOf(state, line) < 4 && (wasEmpty || startsBlock(state, line, endLine))) break;
    else last = line + 1;
  }
  return last;
}

function startsBlock(state: StateBlock, line: number, endLine: number): boolean {
  return state.md.block.ruler.getRules("paragraph").some((rule) => rule(state, line, endLine, true));
}

function writeFootnote(state: StateBlock, startLine: number, next: number, found: RegExpExecArray): void {
  const open = state.push("footnote_open", "div", 1);
  open.map = [startLine, next];
  open.info = found[1] ?? "";
  const known = knowledgeOf(state.env);
  const rest = state.getLines(startLine + 1, next, 4, false);
  const inner: Token[] = [];
  known.isInFootnote = true;
  state.md.block.parse(`${lineAt(state, startLine).slice(found[0].length)}\n${rest}`, state.md, state.env, inner);
  known.isInFootnote = false;
  state.tokens.push(...inner.map(asInner));
  state.push("footnote_close", "div", -1);
  state.line = next;
}

/** Lines of the note are not lines of the text around it. */
function asInner(token: Token): Token {
  token.level += 1;
  token.map = null;
  return token;
}

function referToFootnote(state: StateInline, silent: boolean): boolean {
  REFERENCE.lastIndex = state.pos;
  const found = state.src[state.pos] === "[" ? REFERENCE.exec(state.src) : null;
  const label = found?.[1] ?? "";
  const known = knowledgeOf(state.env);
  if (found === null || known.footnotes[label] === undefined) return false;
  if (!silent) state.push("footnote_reference", "sup", 0).content = label;
  state.pos += found[0].length;
  return true;
}
