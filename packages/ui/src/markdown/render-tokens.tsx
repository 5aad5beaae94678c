import { Fragment, createElement, type ReactNode } from "react";
import { AnswerLink } from "./answer-link.js";
import { LINES_IN_GROUP } from "./blocks.js";
import { NOTHING_CITED, withCitations, type Citing } from "./citations.js";
import { cleanCode, cleanProse } from "./clean-text.js";
import { CodeBlock } from "./code-block.js";
import { startMarks, wordsOf, type MarkRenderer } from "./marked-words.js";
import type { Token } from "./parser.js";
import { RemoteImage } from "./remote-image.js";
import { stripMarkup } from "./sentinels.js";
import { FootnoteMark, Footnote, MathWords, TableFrame, TaskBox } from "./small-parts.js";

export interface RenderOptions {
  readonly marks: MarkRenderer;
  /** Level of the article's own heading; headings of the model start one below. */
  readonly headingLevel: number;
  /** What stands here may still turn out to be something else: links lead nowhere, images do not ask. */
  readonly isPending: boolean;
  /** The message ended here: what is open stays open. */
  readonly isCut: boolean;
  /** What numbers in brackets mean; nothing without. */
  readonly citing?: Citing;
  /** Where the text is a list item: its paragraphs are drawn as such. */
  readonly isLoose?: boolean | undefined;
  /** Stands behind the very last words. */
  readonly tail?: ReactNode | undefined;
}

/** Tokens to elements. No string of a model becomes a tag, a class, a style or an id. */
export function renderTokens(tokens: readonly Token[], options: RenderOptions): ReactNode {
  return new TokenWalker(tokens, options).render();
}

const HEADINGS: Readonly<Record<string, number>> = { h1: 1, h2: 2, h3: 3, h4: 4, h5: 5, h6: 6 };

const TAGS: ReadonlySet<string> = new Set([
  ...Object.keys(HEADINGS),
  "p",
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

/** Drawn by what they mean, and not by their tag. */
const HOLDERS: ReadonlySet<string> = new Set(["link_open", "footnote_open"]);
const LEAVES_WITH_WORDS: ReadonlySet<string> = new Set(["inline", "fence", "code_block"]);
/** Paragraphs that are direct children of the items of a list at the top level. */
const ITEM_PARAGRAPH_LEVEL = 2;

class TokenWalker {
  private readonly progress = startMarks();
  private readonly tokens: readonly Token[];
  private readonly options: RenderOptions;
  private readonly lastLeaf: Token | undefined;
  private isInLink = false;

  constructor(tokens: readonly Token[], options: RenderOptions) {
    this.tokens = tokens;
    this.options = options;
    this.lastLeaf = tokens.findLast((token) => LEAVES_WITH_WORDS.has(token.type));
  }

  render(): ReactNode {
    const body = this.siblings(this.tokens);
    return asChildren(this.lastLeaf === undefined ? [...body, this.tail()] : body);
  }

  private siblings(tokens: readonly Token[]): ReactNode[] {
    const nodes: ReactNode[] = [];
    for (let index = 0; index < tokens.length; index++) {
      const token = tokens[index];
      if (token === undefined) continue;
      const end = token.nesting === 1 ? closingIndex(tokens, index) : index;
      if (token.type === "inline") nodes.push(...this.inline(token));
      else if (this.isBare(token)) nodes.push(...this.siblings(tokens.slice(index + 1, end)));
      else nodes.push(token.nesting === 1 ? this.element(token, tokens.slice(index + 1, end)) : this.leaf(token));
      index = end;
    }
    return nodes;
  }

  private element(token: Token, inner: readonly Token[]): ReactNode {
    if (token.type === "link_open") return this.link(token, inner);
    const children = this.siblings(inner);
    if (token.type === "footnote_open") return <Footnote label={stripMarkup(token.info)}>{asChildren(children)}</Footnote>;
    if (token.tag === "table") return <TableFrame>{asChildren(children)}</TableFrame>;
    const attributes = isTask(token, inner) ? { className: "unsay-task" } : attributesOf(token);
    return createElement(this.tagOf(token), attributes, ...children);
  }

  /** What it holds stands there without an element around. */
  private isBare(token: Token): boolean {
    if (token.nesting !== 1) return false;
    const isOfItem = token.type === "paragraph_open" && token.level === ITEM_PARAGRAPH_LEVEL;
    const isHidden = isOfItem && this.options.isLoose !== undefined ? !this.options.isLoose : token.hidden;
    return isHidden || (!TAGS.has(token.tag) && !HOLDERS.has(token.type));
  }

  private tagOf(token: Token): string {
    const level = HEADINGS[token.tag];
    if (level !== undefined) return `h${Math.min(6, this.options.headingLevel + level)}`;
    return token.tag === "s" ? "del" : token.tag;
  }

  private leaf(token: Token): ReactNode {
    switch (token.type) {
      case "fence":
      case "code_block":
        return this.codeBlock(token);
      case "code_inline":
        return <code dir="ltr">{this.words(token.content, cleanCode)}</code>;
      case "softbreak":
        return "\n";
      case "hardbreak":
        return <br />;
      case "hr":
        return <hr />;
      case "image":
        return this.image(token);
      case "task_box":
        return <TaskBox isDone={token.meta?.["isDone"] === true} />;
      case "footnote_reference":
        return <FootnoteMark label={stripMarkup(token.content)} />;
      case "math_inline":
      case "math_block":
        return <MathWords source={stripMarkup(token.content)} display={token.type === "math_block"} isPending={this.options.isPending} />;
      default:
        return this.prose(token.content);
    }
  }

  /** A number that may still become part of a link cites nothing yet. */
  private prose(text: string): ReactNode {
    if (this.options.isPending || this.isInLink) return this.words(text, cleanProse);
    return withCitations(text, this.options.citing ?? NOTHING_CITED, (words) => this.words(words, cleanProse));
  }

  /** The tail stands beside the words, and its place is always there: they stay the nodes they are when it goes. */
  private inline(token: Token): readonly ReactNode[] {
    return [...this.siblings(token.children ?? []), token === this.lastLeaf ? this.tail() : null];
  }

  private tail(): ReactNode {
    const { tail } = this.options;
    return tail === undefined ? null : <Fragment key="tail">{tail}</Fragment>;
  }

  private codeBlock(token: Token): ReactNode {
    const { isCut, isPending, tail } = this.options;
    const isLast = token === this.lastLeaf;
    return (
      <CodeBlock
        groups={inGroups(token.content)}
        line=""
        info={token.type === "fence" ? token.info : ""}
        isClosed={!isCut && !isPending}
        isCut={isCut}
        isFinal={!isPending}
        tail={isLast ? tail : undefined}
      />
    );
  }

  private image(token: Token): ReactNode {
    const isInert = this.options.isPending || this.isInLink;
    return <RemoteImage src={attribute(token, "src")} alt={stripMarkup(plainText(token.children ?? []))} isInert={isInert} />;
  }

  private link(token: Token, inner: readonly Token[]): ReactNode {
    this.isInLink = true;
    const children = this.siblings(inner);
    this.isInLink = false;
    return (
      <AnswerLink href={attribute(token, "href")} words={plainText(inner)} isPending={this.options.isPending}>
        {asChildren(children)}
      </AnswerLink>
    );
  }

  private words(text: string, clean: (text: string) => string): ReactNode {
    return wordsOf(text, this.options.marks, this.progress, clean);
  }
}

/** Told apart by their places: what stands before the last of them keeps its place while that grows. */
function asChildren(nodes: readonly ReactNode[]): ReactNode {
  return createElement(Fragment, null, ...nodes);
}

function inGroups(content: string): readonly string[] {
  const lines = content.split("\n").slice(0, -1);
  const starts = lines.flatMap((_line, index) => (index % LINES_IN_GROUP === 0 ? [index] : []));
  return starts.map((from) =>
    lines
      .slice(from, from + LINES_IN_GROUP)
      .map((line) => `${line}\n`)
      .join(""),
  );
}

/** A box stands where others have their bullet. */
function isTask({ type }: Token, inner: readonly Token[]): boolean {
  return type === "list_item_open" && inner[1]?.children?.[0]?.type === "task_box";
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
  return { ...(align === undefined ? {} : { "data-align": align }), ...(token.tag === "th" ? { scope: "col" } : {}) };
}

function plainText(tokens: readonly Token[]): string {
  return tokens.map((token) => (token.children === null ? stripMarkup(token.content) : plainText(token.children))).join("");
}
