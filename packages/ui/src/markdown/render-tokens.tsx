import { Fragment, createElement, type ReactNode } from "react";
import type { Strings } from "../strings/en.js";
import { LINK_REL, hostOf, needsVisibleTarget, parseSafeUrl, targetOf } from "./links.js";
import type { Token } from "./parser.js";
import { readSentinels, stripMarkup, type Sentinel } from "./sentinels.js";

/** What draws the marks that the sentinels stand for. Called with the number of the mark. */
export interface MarkRenderer {
  /** Before the first words of a mark, or in place of its words. */
  readonly point: (mark: number) => ReactNode;
  /** A run of marked words; `first` once per mark and block. */
  readonly text: (mark: number, words: ReactNode, first: boolean) => ReactNode;
  /** After the last words of a mark. */
  readonly end: (mark: number) => ReactNode;
}

export interface RenderOptions {
  readonly strings: Strings;
  readonly marks: MarkRenderer;
  /** Level of the article's own heading; headings of the model start one below. */
  readonly headingLevel: number;
  /** Stands behind the very last words. */
  readonly tail?: ReactNode;
}

/**
 * Tokens to elements. Marks are applied to the runs of text themselves, not as a level of their own, so that a
 * correction may begin inside one emphasis and end in the next.
 */
export function renderTokens(tokens: readonly Token[], options: RenderOptions): ReactNode {
  return new TokenWalker(tokens, options).render();
}

const TAGS: ReadonlySet<string> = new Set([
  "p",
  "h1",
  "h2",
  "h3",
  "h4",
  "h5",
  "h6",
  "ul",
  "ol",
  "li",
  "blockquote",
  "strong",
  "em",
  "s",
  "table",
  "thead",
  "tbody",
  "tr",
  "th",
  "td",
]);

const LEAVES_WITH_WORDS: ReadonlySet<string> = new Set(["inline", "fence", "code_block"]);

class TokenWalker {
  private active: number | null = null;
  private readonly begun = new Set<number>();
  private readonly tokens: readonly Token[];
  private readonly options: RenderOptions;
  private readonly lastLeaf: Token | undefined;

  constructor(tokens: readonly Token[], options: RenderOptions) {
    this.tokens = tokens;
    this.options = options;
    this.lastLeaf = tokens.findLast((token) => LEAVES_WITH_WORDS.has(token.type));
  }

  render(): ReactNode {
    const body = this.siblings(this.tokens);
    return this.lastLeaf === undefined ? [...body, <Fragment key="tail">{this.options.tail}</Fragment>] : body;
  }

  private siblings(tokens: readonly Token[]): ReactNode[] {
    const nodes: ReactNode[] = [];
    for (let index = 0; index < tokens.length; index++) {
      const token = tokens[index];
      if (token === undefined) continue;
      const end = token.nesting === 1 ? closingIndex(tokens, index) : index;
      const node = token.nesting === 1 ? this.element(token, tokens.slice(index + 1, end)) : this.leaf(token);
      nodes.push(<Fragment key={index}>{node}</Fragment>);
      index = end;
    }
    return nodes;
  }

  private element(token: Token, inner: readonly Token[]): ReactNode {
    if (token.type === "link_open") return this.link(token, inner);
    const children = this.siblings(inner);
    if (token.hidden || !TAGS.has(token.tag)) return children;
    if (token.tag === "table") return this.table(children);
    return createElement(this.tagOf(token), attributesOf(token), ...children);
  }

  private tagOf(token: Token): string {
    const level = /^h([1-6])$/.exec(token.tag)?.[1];
    return level === undefined ? token.tag : `h${Math.min(6, this.options.headingLevel + Number(level))}`;
  }

  private table(children: ReactNode[]): ReactNode {
    return (
      <div className="unsay-table" role="group" aria-label={this.options.strings.markdown.table} tabIndex={0}>
        <table>{children}</table>
      </div>
    );
  }

  private leaf(token: Token): ReactNode {
    switch (token.type) {
      case "inline":
        return this.withTail(token, this.siblings(token.children ?? []));
      case "fence":
      case "code_block":
        return this.codeBlock(token);
      case "code_inline":
        return <code dir="ltr">{this.words(token.content)}</code>;
      case "softbreak":
        return "\n";
      case "hardbreak":
        return <br />;
      case "hr":
        return <hr />;
      case "image":
        return this.image(token);
      default:
        return this.words(token.content);
    }
  }

  private withTail(token: Token, nodes: ReactNode): ReactNode {
    return token === this.lastLeaf ? [nodes, <Fragment key="tail">{this.options.tail}</Fragment>] : nodes;
  }

  private codeBlock(token: Token): ReactNode {
    const { strings } = this.options;
    const language = stripMarkup(token.info).trim().split(/\s+/)[0] ?? "";
    const label = language === "" ? strings.markdown.code : strings.markdown.codeIn(language);
    return (
      <pre className="unsay-code" dir="ltr" role="group" aria-label={label} tabIndex={0} data-language={language || undefined}>
        <code>{this.withTail(token, this.words(token.content.replace(/\n$/, "")))}</code>
      </pre>
    );
  }

  /** Never loaded: the address of a picture can carry what the model read to whoever owns the host. */
  private image(token: Token): ReactNode {
    const alt = stripMarkup(token.content);
    return <span data-unsay="answer.image">{this.options.strings.markdown.image(alt, hostOf(attribute(token, "src")))}</span>;
  }

  private link(token: Token, inner: readonly Token[]): ReactNode {
    const href = attribute(token, "href");
    const url = parseSafeUrl(href);
    const children = this.siblings(inner);
    if (url === null) return this.refusedLink(children, href);
    const shown = needsVisibleTarget(plainText(inner), url) ? this.options.strings.markdown.linkTo(targetOf(url)) : null;
    return (
      <a data-unsay="answer.link" href={url.href} rel={LINK_REL}>
        {children}
        {shown}
      </a>
    );
  }

  private refusedLink(children: ReactNode, href: string): ReactNode {
    const shown = href.length > 80 ? `${href.slice(0, 80)}…` : href;
    return (
      <span data-unsay="answer.link" data-refused="">
        {children}
        {href === "" ? null : this.options.strings.markdown.linkTo(shown)}
      </span>
    );
  }

  private words(text: string): ReactNode {
    return readSentinels(text).map((sentinel, index) => <Fragment key={index}>{this.sentinel(sentinel)}</Fragment>);
  }

  private sentinel(sentinel: Sentinel): ReactNode {
    switch (sentinel.type) {
      case "point":
        return this.options.marks.point(sentinel.mark);
      case "end":
        return this.options.marks.end(sentinel.mark);
      case "open":
        this.active = sentinel.mark;
        return null;
      case "close":
        this.active = null;
        return null;
      case "text":
        return this.active === null ? stripMarkup(sentinel.text) : this.marked(this.active, stripMarkup(sentinel.text));
    }
  }

  private marked(mark: number, text: string): ReactNode {
    const first = !this.begun.has(mark);
    this.begun.add(mark);
    return this.options.marks.text(mark, text, first);
  }
}

function closingIndex(tokens: readonly Token[], from: number): number {
  let depth = 0;
  for (let index = from; index < tokens.length; index++) {
    depth += tokens[index]?.nesting ?? 0;
    if (depth === 0) return index;
  }
  return tokens.length;
}

function attribute(token: Token, name: string): string {
  const value = token.attrs?.find(([key]) => key === name)?.[1];
  return value === undefined ? "" : String(value);
}

function attributesOf(token: Token): Record<string, unknown> {
  if (token.tag === "ol") {
    const start = Number(attribute(token, "start"));
    return Number.isSafeInteger(start) && attribute(token, "start") !== "" ? { start } : {};
  }
  const align = /text-align:(left|center|right)/.exec(attribute(token, "style"))?.[1];
  return align === undefined ? {} : { "data-align": align };
}

function plainText(tokens: readonly Token[]): string {
  return tokens.map((token) => (token.children === null ? stripMarkup(token.content) : plainText(token.children))).join("");
}
