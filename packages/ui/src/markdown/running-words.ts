import type { Block, Segment } from "./blocks.js";
import type { Token } from "./parser.js";

/** Words of prose, with nothing in them that Markdown or an address is made of, or that could end what has begun. */
const PROSE = /^[\p{L}\p{M}\p{N} .,:!?'"(\-–—…“”‘’]+$/u;
/** Behind a letter nothing is undecided, and one space there is a space. */
const LETTER_AT_END = /([\p{L}\p{N}])( ?)$/u;
/** A number alone may become that of an item. */
const LETTER = /\p{L}/u;
const PART_OF_ADDRESS = /@|:\/|www/i;
const LONGEST_WORD = 256;

/** The block with more words at its end, where the parser would only have made its last text longer; else `null`. */
export function appendWords(block: Block, added: string): Block | null {
  if (block.kind !== "flow" && block.kind !== "list") return null;
  const last = block.segments.at(-1);
  const grown = last === undefined || !PROSE.test(added) ? null : longerSegment(last, added);
  return grown === null ? null : ({ ...block, segments: [...block.segments.slice(0, -1), grown] } as Block);
}

function longerSegment(segment: Segment, added: string): Segment | null {
  const { source, tokens, rest } = segment;
  const index = tokens.findLastIndex(({ nesting }) => nesting !== -1);
  const inline = tokens[index];
  if (rest !== "" || inline?.type !== "inline" || !HOLDS_PROSE.has(tokens[index - 1]?.type ?? "")) return null;
  const [, letter = "", space = ""] = LETTER_AT_END.exec(source.slice(-3)) ?? [];
  const longer = letter === "" ? null : longerInline(inline, letter, space + added);
  return longer === null
    ? null
    : { ...segment, source: source + added, tokens: [...tokens.slice(0, index), longer, ...tokens.slice(index + 1)] };
}

/** Not the cells of a table: a row may have more of them than are shown. */
const HOLDS_PROSE: ReadonlySet<string> = new Set(["paragraph_open", "heading_open"]);

function longerInline(inline: Token, letter: string, words: string): Token | null {
  const text = inline.children?.at(-1);
  if (text?.type !== "text" || !isProse(text.content, letter) || mayBeAddress(text.content, words)) return null;
  const longer = copyWith(text, { content: (text.content + words).trimEnd() });
  return copyWith(inline, { content: (inline.content + words).trimEnd(), children: [...(inline.children ?? []).slice(0, -1), longer] });
}

function isProse(text: string, letter: string): boolean {
  return text.endsWith(letter) && LETTER.test(text.slice(0, LONGEST_WORD));
}

function mayBeAddress(text: string, words: string): boolean {
  const word = /\S*$/.exec(text.slice(-LONGEST_WORD))?.[0] ?? "";
  return word.length === LONGEST_WORD || PART_OF_ADDRESS.test(word + words);
}

/** What was drawn of the shorter one stays as it is. */
function copyWith(token: Token, change: Partial<Token>): Token {
  return Object.assign(Object.create(Object.getPrototypeOf(token) as object) as Token, token, change);
}
