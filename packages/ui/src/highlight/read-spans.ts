import type { CodeToken, CodeTokenKind } from "../markdown/code-highlight.js";

const KINDS: Readonly<Record<string, CodeTokenKind>> = {
  addition: "inserted",
  attr: "name",
  attribute: "name",
  built_in: "name",
  bullet: "meta",
  char: "string",
  comment: "comment",
  deletion: "deleted",
  doctag: "comment",
  formula: "string",
  keyword: "keyword",
  link: "string",
  literal: "number",
  meta: "meta",
  name: "keyword",
  number: "number",
  property: "name",
  quote: "comment",
  regexp: "string",
  section: "name",
  "selector-tag": "keyword",
  string: "string",
  symbol: "number",
  "template-tag": "keyword",
  "template-variable": "name",
  title: "name",
  type: "type",
};

const PIECE = /<span class="hljs-([\w-]+)[^"]*">|<span[^>]*>|<\/span>|[^<]+/g;
const ENTITIES: Readonly<Record<string, string>> = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#x27;": "'" };

/** The highlighter's own markup as tokens. It never reaches the page as markup. */
export function readSpans(markup: string): readonly CodeToken[] {
  const open: (CodeTokenKind | undefined)[] = [];
  const tokens: CodeToken[] = [];
  for (const [piece, name] of markup.matchAll(PIECE)) {
    if (piece.startsWith("</")) open.pop();
    else if (piece.startsWith("<")) open.push((name === undefined ? undefined : KINDS[name]) ?? open.at(-1));
    else tokens.push(tokenOf(decode(piece), open.at(-1)));
  }
  return tokens;
}

function tokenOf(text: string, kind: CodeTokenKind | undefined): CodeToken {
  return kind === undefined ? { text } : { text, kind };
}

function decode(text: string): string {
  return text.replace(/&(?:amp|lt|gt|quot|#x27);/g, (entity) => ENTITIES[entity] ?? entity);
}
