import { parseBlocks, parseInline, parseMarkdown, type Syntax, type Token } from "./parser.js";
import type { ParserKnowledge } from "./rules/footnotes.js";

/**
 * What a text is cut into. Every object keeps its identity while nothing of it changes, so that a view may compare
 * by identity and draw again only what is new.
 */
export type Block = FlowBlock | ListBlock | TableBlock | CodeBlock | PlainBlock;

/** A run of text that is parsed by itself. */
export interface Segment {
  readonly source: string;
  readonly tokens: readonly Token[];
  /** The end of `source` that has not been parsed yet. Only of a long segment that still grows. */
  readonly rest: string;
  /** Elements it makes, about. */
  readonly size: number;
  /** A definition elsewhere may make another link of its brackets, and unmake one that is there. */
  readonly mayRelink: boolean;
}

interface BlockFacts {
  /** What follows shows that it can't change any more. */
  readonly isFinal: boolean;
}

export interface FlowBlock extends BlockFacts {
  readonly kind: "flow";
  readonly segments: readonly [Segment];
}

/** A list; its items are the segments. */
export interface ListBlock extends BlockFacts {
  readonly kind: "list";
  readonly segments: readonly Segment[];
  readonly marker: string;
  readonly start: number | null;
  /** Its items stand apart, as paragraphs. */
  readonly isLoose: boolean;
}

/** A table; its rows are the segments, each parsed under the head. */
export interface TableBlock extends BlockFacts {
  readonly kind: "table";
  readonly head: Segment;
  readonly segments: readonly Segment[];
}

/** A fence at the top level. Its lines are text in groups, none of which is parsed. */
export interface CodeBlock extends BlockFacts {
  readonly kind: "code";
  readonly source: string;
  readonly fence: Fence;
  /** Whole lines, in groups of at most `LINES_IN_GROUP`, each with its line break. */
  readonly groups: readonly string[];
  /** The line that is being written. */
  readonly line: string;
  /** The same with the indentation that the fence takes away. */
  readonly rawLine: string;
  readonly isClosed: boolean;
}

/** Text beyond a budget: shown as it is. */
export interface PlainBlock extends BlockFacts {
  readonly kind: "plain";
  readonly source: string;
}

export interface Fence {
  readonly mark: string;
  readonly length: number;
  readonly indent: number;
  readonly info: string;
}

export const LINES_IN_GROUP = 32;

/** How a segment is parsed. */
export interface Reading {
  readonly known: ParserKnowledge;
  readonly syntax: Syntax;
}

/** A growing segment above this length is parsed again only when it has grown by a quarter. */
const LONG_SEGMENT = 4096;
const GROWTH = 1.25;

/** What of a parsed piece belongs to its segments: all of it, the items of a list, the rows of a table. */
export type Cut = (tokens: readonly Token[]) => readonly (readonly Token[])[];

const asOne: Cut = (tokens) => [tokens];

export function makeSegment(source: string, reading: Reading, cut: Cut = asOne, head = "", blocks?: readonly Token[]): Segment {
  return segmentOf(source, cut(readTokens(head + source, reading, blocks)).flat());
}

/** Blocks that were read by themselves have forgotten what they define. */
function readTokens(text: string, { known, syntax }: Reading, blocks: readonly Token[] | undefined): readonly Token[] {
  return blocks === undefined || text.includes("]:") ? parseMarkdown(text, known, syntax) : parseInline(blocks, known, syntax);
}

function segmentOf(source: string, tokens: readonly Token[]): Segment {
  return { source, tokens, rest: "", size: sizeOf(tokens), mayRelink: mayRelink(source) };
}

/** Brackets beside brackets, or inside. */
function mayRelink(source: string): boolean {
  return source.includes("][") || /\[[^\]]*\[/.test(source);
}

/** A segment that still grows; takes over what was parsed of it while it is long and has grown little. */
function growSegment(
  source: string,
  reading: Reading,
  earlier: Segment | undefined,
  blocks: readonly Token[],
  cut: Cut = asOne,
  head = "",
): Segment {
  const parsed = earlier === undefined ? 0 : earlier.source.length - earlier.rest.length;
  const isWorthIt = parsed < LONG_SEGMENT || source.length > parsed * GROWTH;
  if (earlier === undefined || isWorthIt || !source.startsWith(earlier.source)) return makeSegment(source, reading, cut, head, blocks);
  return { ...earlier, source, rest: source.slice(parsed) };
}

/** Items of the list that the tokens are. */
export const itemsOf: Cut = (tokens) => elementsOf(tokens, "list_item", 1);

/** Rows below the head of the table that the tokens are. */
export const rowsOf: Cut = (tokens) => elementsOf(tokens, "tr", 2);

function elementsOf(tokens: readonly Token[], name: string, level: number): readonly (readonly Token[])[] {
  const found: (readonly Token[])[] = [];
  let from = -1;
  tokens.forEach((token, index) => {
    if (token.level !== level) return;
    if (token.type === `${name}_open`) from = index;
    if (token.type === `${name}_close` && from !== -1) found.push(tokens.slice(from, index + 1));
  });
  return name === "tr" ? found.slice(isHeadRow(tokens) ? 1 : 0) : found;
}

/** The head alone, without the table around it. */
export const headOf: Cut = (tokens) => {
  const to = tokens.findIndex((token) => token.type === "thead_close");
  return [
    tokens.slice(
      tokens.findIndex((token) => token.type === "thead_open"),
      to + 1,
    ),
  ];
};

function isHeadRow(tokens: readonly Token[]): boolean {
  return tokens.some((token) => token.type === "thead_open");
}

/** Tokens that are drawn as several elements. */
const WEIGHTS: Readonly<Record<string, number>> = { image: 4, footnote_reference: 4, fence: 12, code_block: 12 };

function sizeOf(tokens: readonly Token[]): number {
  return tokens.reduce((sum, token) => sum + (WEIGHTS[token.type] ?? 1) + sizeOf(token.children ?? []), 0);
}

export function sourceOf(block: Block): string {
  if (block.kind === "code" || block.kind === "plain") return block.source;
  const segments = block.segments.map(({ source }) => source).join("");
  return block.kind === "table" ? block.head.source + segments : segments;
}

/** Elements a block makes, about; what is not parsed makes next to none. */
export function sizeOfBlock(block: Block): number {
  if (block.kind === "code") return block.groups.length + 1;
  return block.kind === "plain" ? 1 : block.segments.reduce((sum, { size }) => sum + size, 0);
}

const LIST = /^(?:bullet|ordered)_list_open$/;

/** One top-level element of a text, by lines. */
export interface Range {
  readonly token: Token;
  readonly from: number;
  readonly to: number;
}

export function topLevelRanges(tokens: readonly Token[]): readonly Range[] {
  return tokens
    .filter((token) => token.level === 0 && token.nesting >= 0 && token.map !== null)
    .map((token) => ({ token, from: token.map?.[0] ?? 0, to: token.map?.[1] ?? 0 }));
}

/** What a piece of text is, where it is one element and may be cut further. `tokens` are its blocks, where they are known; they are used up. */
export function makeBlock(
  source: string,
  reading: Reading,
  isFinal: boolean,
  earlier?: Block,
  tokens: readonly Token[] = parseBlocks(source, reading.syntax),
): Block {
  const [only, ...others] = topLevelRanges(tokens);
  const isOne = only !== undefined && others.length === 0 && only.from === 0;
  if (isOne && only.token.type === "fence" && FENCE.test(source)) return readFence(source, isFinal);
  if (isOne && LIST.test(only.token.type)) return makeList(source, tokens, only.token, reading, isFinal, earlier);
  if (isOne && only.token.type === "table_open" && only.to > 2) return makeTable(source, tokens, reading, isFinal, earlier);
  return makeFlow(source, tokens, reading, isFinal, earlier);
}

function makeFlow(source: string, tokens: readonly Token[], reading: Reading, isFinal: boolean, earlier?: Block): FlowBlock {
  const before = !isFinal && earlier?.kind === "flow" ? earlier.segments[0] : undefined;
  const segment = growSegment(source, reading, before, tokens);
  return { kind: "flow", segments: [segment], isFinal };
}

function makeList(source: string, tokens: readonly Token[], list: Token, reading: Reading, isFinal: boolean, earlier?: Block): ListBlock {
  const items = tokens.filter((token) => token.type === "list_item_open" && token.level === 1);
  const sources = splitAtLines(source, firstLines(items));
  const start = list.attrGet("start");
  const before = earlier?.kind === "list" ? earlier.segments.at(-1) : undefined;
  return {
    kind: "list",
    segments: readSegments({ sources, tokens, reading, earlier: before, cut: itemsOf }, isFinal),
    marker: list.markup,
    start: start === null ? null : Number(start),
    isLoose: isLooseList(source, tokens, list.markup, reading.syntax),
    isFinal,
  };
}

/** The parser says it of the paragraphs of items only, so one is put in front where there is none. */
function isLooseList(source: string, tokens: readonly Token[], marker: string, syntax: Syntax): boolean {
  const probe = /[.)]/.test(marker) ? `1${marker} x\n` : `${marker} x\n`;
  const paragraph = paragraphOfItem(tokens) ?? paragraphOfItem(parseBlocks(probe + source, syntax));
  return paragraph?.hidden === false;
}

function paragraphOfItem(tokens: readonly Token[]): Token | undefined {
  return tokens.find((token) => token.type === "paragraph_open" && token.level === 2);
}

function makeTable(source: string, tokens: readonly Token[], reading: Reading, isFinal: boolean, earlier?: Block): TableBlock {
  const body = tokens.findIndex((token) => token.type === "tbody_open");
  const rows = tokens.slice(body).filter((token) => token.type === "tr_open");
  const [head = "", ...sources] = splitAtLines(source, [0, ...firstLines(rows)]);
  const before = earlier?.kind === "table" ? earlier.segments.at(-1) : undefined;
  return {
    kind: "table",
    head: earlier?.kind === "table" ? earlier.head : makeSegment(head, reading, headOf),
    segments: readSegments({ sources, tokens, reading, earlier: before, cut: rowsOf, head }, isFinal),
    isFinal,
  };
}

interface SegmentsToRead {
  readonly sources: readonly string[];
  /** Blocks of all of them, under their head. */
  readonly tokens: readonly Token[];
  readonly reading: Reading;
  /** The first of them, as it was read before. */
  readonly earlier: Segment | undefined;
  readonly cut: Cut;
  readonly head?: string;
}

/** Several are parsed in one go and told apart by their tokens; one that grows by itself may wait. */
function readSegments({ sources, tokens, reading, earlier, cut, head = "" }: SegmentsToRead, isFinal: boolean): readonly Segment[] {
  const [only = ""] = sources;
  if (sources.length === 1) return [growSegment(only, reading, isFinal ? undefined : earlier, tokens, cut, head)];
  const groups = cut(readTokens(head + sources.join(""), reading, tokens));
  if (groups.length !== sources.length) return sources.map((source) => makeSegment(source, reading, cut, head));
  return sources.map((source, index) =>
    index === 0 && earlier?.source === source && earlier.rest === "" ? earlier : segmentOf(source, groups[index] ?? []),
  );
}

/** Where items or rows begin. A line that is still written is one of them, or it would have waited. */
function firstLines(tokens: readonly Token[]): readonly number[] {
  return tokens.flatMap(({ map }) => (map === null ? [] : [map[0]]));
}

/** Pieces that begin at these lines; the first begins at the beginning. Joined, they are the text. */
export function splitAtLines(source: string, starts: readonly number[]): readonly string[] {
  const lines = source.split("\n");
  const firsts = [0, ...starts.filter((line) => line > 0)];
  return firsts
    .map((from, index) => lines.slice(from, firsts[index + 1]).join("\n") + (firsts[index + 1] === undefined ? "" : "\n"))
    .filter((piece) => piece !== "");
}

/** A whole opening line: an unfinished one may still change its language. */
const FENCE = /^( {0,3})(`{3,}|~{3,})([^\n]*)\n/;

function readFence(source: string, isFinal: boolean): CodeBlock {
  const [opening = "", indent = "", mark = "", info = ""] = FENCE.exec(source) ?? [];
  const fence: Fence = { mark: mark[0] ?? "`", length: mark.length, indent: indent.length, info };
  const empty: CodeBlock = { kind: "code", source: opening, fence, groups: [], line: "", rawLine: "", isClosed: false, isFinal: false };
  return { ...growFence(empty, source.slice(opening.length)).block, source, isFinal };
}

/** A fence and what came after it. Reads only the new text. */
export function growFence(block: CodeBlock, added: string): { readonly block: CodeBlock; readonly after: string } {
  if (block.isClosed) return { block, after: added };
  const lines = (block.rawLine + added).split("\n");
  const closing = lines.findIndex((line, index) => index < lines.length - 1 && closes(line, block.fence));
  if (closing === -1) return { block: appendLines(block, lines, added), after: "" };
  const after = lines.slice(closing + 1).join("\n");
  const whole = appendLines(block, [...lines.slice(0, closing), ""], added.slice(0, added.length - after.length));
  return { block: { ...whole, isClosed: true }, after };
}

function appendLines(block: CodeBlock, lines: readonly string[], added: string): CodeBlock {
  const whole = lines.slice(0, -1).map((line) => `${unindent(line, block.fence)}\n`);
  const rawLine = lines.at(-1) ?? "";
  const groups = groupLines(block.groups, whole);
  return { ...block, source: block.source + added, groups, line: unindent(rawLine, block.fence), rawLine };
}

function groupLines(groups: readonly string[], lines: readonly string[]): readonly string[] {
  if (lines.length === 0) return groups;
  const grown = [...groups];
  for (const line of lines) {
    const last = grown.at(-1);
    if (last === undefined || last.split("\n").length > LINES_IN_GROUP) grown.push(line);
    else grown[grown.length - 1] = last + line;
  }
  return grown;
}

function unindent(line: string, { indent }: Fence): string {
  return indent === 0 ? line : line.replace(new RegExp(`^ {0,${indent}}`), "");
}

function closes(line: string, { mark, length }: Fence): boolean {
  return new RegExp(`^ {0,3}${mark}{${length},}[ \\t]*$`).test(line);
}

/** The unfinished line of a fence that may be about to close it. */
export function mayClose(line: string, { mark }: Fence): boolean {
  return new RegExp(`^ {0,3}${mark}+[ \\t]*$`).test(line);
}
