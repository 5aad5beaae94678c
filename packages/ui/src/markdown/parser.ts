import MarkdownIt, { type Token } from "markdown-it";
import { stripMarkup } from "./sentinels.js";

export type { Token };

/** Deep nesting is the cheap way to make a parser and a page slow; thirty-two levels is more than people write. */
const MAX_NESTING = 32;

const parser = createParser();

function createParser(): InstanceType<typeof MarkdownIt> {
  const instance = new MarkdownIt({ html: false, linkify: false, typographer: false, maxNesting: MAX_NESTING });
  // The walker decides what becomes a link: a refused address is shown as words instead of as raw markup.
  instance.validateLink = () => true;
  const normalize = instance.normalizeLink.bind(instance);
  instance.normalizeLink = (url) => normalize(stripMarkup(url));
  return instance;
}

/** Line endings as the parser has them, so that offsets by line hold. */
export function normalizeText(text: string): string {
  return text.replace(/\r\n?/g, "\n").replaceAll("\0", "\uFFFD");
}

/** Tokens of normalised text. Never throws on input. */
export function parseMarkdown(text: string): readonly Token[] {
  return parser.parse(text, {});
}

/** First lines of the top-level blocks of normalised text, in order. Inline markup is not looked at. */
export function blockStartLines(text: string): readonly number[] {
  const tokens: Token[] = [];
  parser.block.parse(text, parser, {}, tokens);
  return tokens.filter((token) => token.level === 0 && token.nesting >= 0 && token.map !== null).map((token) => token.map?.[0] ?? 0);
}
