import type { MarkdownIt, StateCore, Token } from "../markdown-it-types.js";

/**
 * Bare addresses in running text become links, as GitHub's flavour of Markdown has it. Works on text that no other
 * syntax has claimed, so an address in code or in a link stays what it is.
 */
export function autolinks(md: MarkdownIt): void {
  md.core.ruler.push("unsay_autolinks", (state) => {
    for (const token of state.tokens) if (token.children !== null) token.children = linkTexts(token.children, state);
  });
}

function linkTexts(tokens: Token[], state: StateCore): Token[] {
  let depth = 0;
  return tokens.flatMap((token) => {
    if (token.type === "link_open") depth += 1;
    if (token.type === "link_close") depth -= 1;
    return token.type === "text" && depth === 0 ? splitAtAddresses(token, state) : [token];
  });
}

interface Address {
  readonly start: number;
  readonly text: string;
  readonly href: string;
}

/** Words of a model may carry the sentinels of marks: no address reaches over one. */
const WEB = /(?:https?:\/\/|www\.)[^\s<>"\uFDD0-\uFDEF]+/giu;
const MAY_STAND_BEFORE = /[\s*_~("'[\uFDD0-\uFDEF]$/u;
/** Longer than any mailbox, and short enough that a line of nothing but letters costs nothing. */
const MAX_MAILBOX = 64;
const MAX_DOMAIN = 255;

function splitAtAddresses(token: Token, state: StateCore): Token[] {
  const found = addressesIn(token.content);
  if (found.length === 0) return [token];
  const pieces: Token[] = [];
  let offset = 0;
  for (const address of found) {
    if (address.start > offset) pieces.push(textToken(token.content.slice(offset, address.start), state));
    pieces.push(...linkTokens(address, state));
    offset = address.start + address.text.length;
  }
  if (offset < token.content.length) pieces.push(textToken(token.content.slice(offset), state));
  return pieces;
}

function addressesIn(text: string): readonly Address[] {
  const found = [...webAddresses(text), ...mailAddresses(text)].sort((one, other) => one.start - other.start);
  let end = 0;
  return found.filter((address) => {
    const isFree = address.start >= end;
    if (isFree) end = address.start + address.text.length;
    return isFree;
  });
}

function* webAddresses(text: string): Generator<Address> {
  for (const match of text.matchAll(WEB)) {
    if (!canBegin(text, match.index)) continue;
    const address = webAddress(match[0]);
    if (address !== null) yield { start: match.index, ...address };
  }
}

function canBegin(text: string, start: number): boolean {
  return start === 0 || MAY_STAND_BEFORE.test(text[start - 1] ?? "");
}

function* mailAddresses(text: string): Generator<Address> {
  for (let at = text.indexOf("@"); at !== -1; at = text.indexOf("@", at + 1)) {
    const mailbox = /[\w.+-]+$/.exec(text.slice(Math.max(0, at - MAX_MAILBOX), at))?.[0] ?? "";
    const domain = /^[\w-]+(?:\.[\w-]+)+/.exec(text.slice(at + 1, at + 1 + MAX_DOMAIN))?.[0] ?? "";
    const address = `${mailbox}@${domain}`;
    if (mailbox === "" || domain === "" || /[-_]$/.test(domain) || !canBegin(text, at - mailbox.length)) continue;
    yield { start: at - mailbox.length, text: address, href: `mailto:${address}` };
  }
}

function webAddress(raw: string): { text: string; href: string } | null {
  const text = withoutTrailing(raw);
  const host = /^(?:https?:\/\/)?([^/?#:]*)/i.exec(text)?.[1] ?? "";
  const labels = host.split(".");
  if (labels.length < 2 || labels.some((label) => label === "") || labels.slice(-2).some((label) => label.includes("_"))) return null;
  return { text, href: /^www\./i.test(text) ? `http://${text}` : text };
}

/** Punctuation at the end belongs to the sentence; so does a bracket that nothing inside the address opens. */
function withoutTrailing(raw: string): string {
  let end = raw.length;
  let unopened = count(raw, ")") - count(raw, "(");
  for (;;) {
    const last = raw[end - 1] ?? "";
    if (/[?!.,:*_~'"]/.test(last)) end -= 1;
    else if (last === ")" && unopened > 0) {
      end -= 1;
      unopened -= 1;
    } else if (last === ";") end = beforeEntity(raw, end);
    else return raw.slice(0, end);
  }
}

/** An entity is at most 33 characters long, so the search for its beginning is bounded. */
function beforeEntity(raw: string, end: number): number {
  const entity = /&[a-z0-9]+;$/i.exec(raw.slice(Math.max(0, end - 33), end));
  return end - (entity === null ? 1 : entity[0].length);
}

function count(text: string, character: string): number {
  return text.split(character).length - 1;
}

function textToken(content: string, state: StateCore): Token {
  const token = new state.Token("text", "", 0);
  token.content = content;
  return token;
}

function linkTokens({ text, href }: Address, state: StateCore): Token[] {
  const open = new state.Token("link_open", "a", 1);
  open.attrs = [["href", href]];
  open.markup = "autolink";
  return [open, textToken(text, state), new state.Token("link_close", "a", -1)];
}
