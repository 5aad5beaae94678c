import MarkdownIt, { type MarkdownIt as Parser, type Token } from "markdown-it";
import { autolinks } from "./rules/autolinks.js";
import { deepAsText } from "./rules/deep-as-text.js";
import { createKnowledge, footnotes, type ParserKnowledge } from "./rules/footnotes.js";
import { mathSyntax } from "./rules/math.js";
import { singleTildes } from "./rules/single-tildes.js";
import { taskItems } from "./rules/task-items.js";
import type { StateCore } from "./markdown-it-types.js";
import { stripMarkup } from "./sentinels.js";

export type { Token };

/** Deep nesting is the cheap way to make a parser and a page slow; thirty-two levels is more than people write. */
const MAX_NESTING = 32;

const plain = createParser();
let withMath: Parser | null = null;

function createParser(): Parser {
  const instance = new MarkdownIt({ html: false, linkify: false, typographer: false });
  // The walker decides what becomes a link: a refused address is shown as words instead of as raw markup.
  instance.validateLink = () => true;
  const normalize = instance.normalizeLink.bind(instance);
  instance.normalizeLink = (url) => normalize(stripMarkup(url));
  instance.core.ruler.at("block", takeBlocks);
  return instance.use(deepAsText(MAX_NESTING)).use(footnotes).use(singleTildes).use(autolinks).use(taskItems);
}

/** Blocks that were read before are not read again. */
function takeBlocks(state: StateCore): void {
  const { blocks } = state.env as { readonly blocks?: Token[] };
  if (blocks === undefined) state.md.block.parse(state.src, state.md, state.env, state.tokens);
  else state.tokens = blocks;
}

/** Dollar signs mean mathematics only where something can draw it. */
export interface Syntax {
  readonly math: boolean;
}

export const PLAIN: Syntax = { math: false };

function parserFor({ math }: Syntax): Parser {
  if (!math) return plain;
  withMath ??= createParser().use(mathSyntax);
  return withMath;
}

/** Tokens of normalised text; what it defines is written into `known`. Never throws on input. */
export function parseMarkdown(text: string, known: ParserKnowledge, syntax: Syntax = PLAIN): readonly Token[] {
  return parserFor(syntax).parse(text, { ...known });
}

/** The same, where its blocks are known and define nothing. Writes into their tokens, so it can be done once. */
export function parseInline(blocks: readonly Token[], known: ParserKnowledge, syntax: Syntax = PLAIN): readonly Token[] {
  return parserFor(syntax).parse("", { ...known, blocks });
}

/** Tokens of the blocks of normalised text. Inline markup is not looked at, and definitions are not kept. */
export function parseBlocks(text: string, syntax: Syntax = PLAIN): readonly Token[] {
  const parser = parserFor(syntax);
  const tokens: Token[] = [];
  parser.block.parse(text, parser, { ...createKnowledge() }, tokens);
  return tokens;
}
