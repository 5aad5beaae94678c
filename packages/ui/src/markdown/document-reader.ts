import {
  growFence,
  headOf,
  itemsOf,
  makeBlock,
  makeSegment,
  mayClose,
  rowsOf,
  sizeOfBlock,
  sourceOf,
  splitAtLines,
  topLevelRanges,
  type Block,
  type CodeBlock,
  type Cut,
  type FlowBlock,
  type ListBlock,
  type Reading,
  type Segment,
  type TableBlock,
} from "./blocks.js";
import { parseBlocks, PLAIN, type Syntax, type Token } from "./parser.js";
import { appendWords } from "./running-words.js";
import { createKnowledge, extendKnowledge, ownLabels, type ParserKnowledge } from "./rules/footnotes.js";

/**
 * Reads normalised text into blocks; their sources joined are the text again. `isWhole` says that nothing follows, so
 * that the last block is final too.
 */
export type DocumentReader = (text: string, isWhole: boolean) => readonly Block[];

/** Elements of one text. What comes after them is shown as it was written. */
const MAX_ELEMENTS = 20_000;
/** Above this length an open block is cut anew only at a line break or when it has grown by a quarter. */
const LONG_TAIL = 4096;

interface State {
  readonly text: string;
  readonly settled: readonly Block[];
  /** Where in `text` the open block begins. */
  readonly openFrom: number;
  readonly open: Block | null;
  readonly known: ParserKnowledge;
  readonly elements: number;
}

/**
 * Remembers what can no longer change while the text grows, so that a commit reads only what follows: the open line of
 * a fence, the last item of a list, the last row of a table, the last paragraph. A text that grew otherwise (a
 * correction above) is read anew from the block before the first that differs.
 */
export function createDocumentReader(syntax: Syntax = PLAIN): DocumentReader {
  let state = emptyState();
  let whole: { readonly of: State; readonly text: string; readonly blocks: readonly Block[] } | null = null;
  return (text, isWhole) => {
    const now = beginsWith(text, state.text) ? state : rewind(state, text, syntax);
    state = advance(now, now.open?.kind === "code" ? text : withoutPending(text), syntax);
    if (!isWhole) return shown(state);
    if (whole?.of !== state || whole.text !== text) whole = { of: state, text, blocks: readWhole(state, text, syntax) };
    return whole.blocks;
  };
}

/** As `startsWith`, which engines do a character at a time: many times faster for a long text. */
function beginsWith(text: string, beginning: string): boolean {
  return text.slice(0, beginning.length) === beginning;
}

/**
 * Takes the last line as it stands. Neither that nor what the end defines is remembered: a text that was read as whole
 * may go on after all.
 */
function readWhole(state: State, text: string, syntax: Syntax): readonly Block[] {
  const forgetful = { ...state, known: extendKnowledge(state.known) };
  return finished(advance(forgetful, text, syntax, true), syntax);
}

/**
 * An unfinished line of nothing but markers waits: it may yet become a heading's underline, a rule, the next item or
 * the line under a table's head, and each would turn what stands above into something else for a moment.
 */
function withoutPending(text: string): string {
  const line = text.slice(text.lastIndexOf("\n") + 1);
  return line.length <= LONGEST_MARKER && PENDING.test(line) ? text.slice(0, text.length - line.length) : text;
}

const LONGEST_MARKER = 200;
const PENDING = /^[ \t>]*(?:\d{1,9}[.)]?|#{1,6}|`{1,2}|~{1,2}|[-+*=_:|][-=*_:| \t]*)?[ \t]*$/;

function emptyState(): State {
  return { text: "", settled: [], openFrom: 0, open: null, known: createKnowledge(), elements: 0 };
}

function shown({ settled, open }: State): readonly Block[] {
  if (open === null) return settled;
  return [...settled, open.kind === "code" && mayClose(open.rawLine, open.fence) ? { ...open, line: "" } : open];
}

/** A block is final because of what follows it, so where the text was rewritten the block above goes with it. */
function rewind(state: State, text: string, syntax: Syntax): State {
  let offset = 0;
  const differs = state.settled.findIndex((block) => {
    const source = sourceOf(block);
    const matches = text.startsWith(source, offset);
    offset += source.length;
    return !matches;
  });
  const kept = state.settled.slice(0, Math.max(0, (differs === -1 ? state.settled.length : differs) - 1));
  const before = kept.map(sourceOf).join("");
  const unlinked = withoutLinks(kept, ownLabels(state.known), syntax);
  return settle({ ...emptyState(), text: before, openFrom: before.length }, unlinked, syntax);
}

/** What a block links to may have been defined in what is gone. */
function withoutLinks(blocks: readonly Block[], labels: readonly string[], syntax: Syntax): readonly Block[] {
  return labels.length === 0 ? blocks : blocks.map((block) => relink(block, labels, { known: createKnowledge(), syntax }));
}

function advance(state: State, text: string, syntax: Syntax, isWhole = false): State {
  if (text === state.text) return state;
  if (state.elements > MAX_ELEMENTS || state.open?.kind === "plain")
    return { ...state, text, open: plainBlock(sliceOf(text, state.openFrom), false) };
  const added = sliceOf(text, state.text.length);
  const { open } = state;
  if (open?.kind === "code") return advanceCode(state, open, text, syntax, isWhole);
  const longer = open === null ? null : appendWords(open, added);
  if (longer !== null) return { ...state, text, open: longer };
  if (open !== null && isWorthWaiting(open, added)) return { ...state, text, open: withRest(open, added) };
  if (open?.kind === "list" || open?.kind === "table") return advanceSegments(state, open, text, syntax);
  return cutTail({ ...state, text }, sliceOf(text, state.openFrom), syntax);
}

/**
 * A copy of what is behind. An engine's own slice keeps alive what it was cut from: the whole text as it was then, once for each
 * block.
 */
function sliceOf(text: string, from: number): string {
  return ` ${text.slice(from)}`.slice(1);
}

function plainBlock(source: string, isFinal: boolean): Block {
  return { kind: "plain", source, isFinal };
}

/** In code every line is certain; behind its end the last one may have to wait again. */
function advanceCode(state: State, open: CodeBlock, text: string, syntax: Syntax, isWhole: boolean): State {
  const { block, after } = growFence(open, sliceOf(text, state.text.length));
  const inside = text.slice(0, text.length - after.length);
  if (!block.isClosed) return { ...state, text: inside, open: block };
  const certain = isWhole ? after : withoutPending(after);
  const next = { ...state, text: inside + certain, openFrom: inside.length, open: null };
  return cutTail(settle(next, [{ ...block, isFinal: true }], syntax), certain, syntax);
}

function isWorthWaiting(open: Block, added: string): boolean {
  if (open.kind === "code" || open.kind === "plain") return false;
  const last = open.segments.at(-1);
  if (last === undefined || added.includes("\n")) return false;
  const parsed = last.source.length - last.rest.length;
  return parsed > LONG_TAIL && last.rest.length + added.length < parsed / 4;
}

function withRest(open: Block, added: string): Block {
  if (open.kind === "code" || open.kind === "plain") return open;
  const last = open.segments.at(-1);
  if (last === undefined) return open;
  const grown: Segment = { ...last, source: last.source + added, rest: last.rest + added };
  return { ...open, segments: [...open.segments.slice(0, -1), grown] } as Block;
}

/** The items or rows before the last one are final; reading goes on with the last, as if the block began there. */
function advanceSegments(state: State, open: ListBlock | TableBlock, text: string, syntax: Syntax): State {
  const last = open.segments.at(-1);
  const from = state.text.length - (last?.source.length ?? 0);
  const head = open.kind === "table" ? open.head.source : "";
  const { sources, tokens } = finalPieces(head + sliceOf(text, from), syntax);
  const [first = "", ...others] = sources;
  const isClosing = others.length > 0;
  const part = makeBlock(first, readingOf(state, syntax), isClosing, withoutSettled(open), tokens);
  if (part.kind !== open.kind || !continues(open, part)) return cutTail({ ...state, text }, sliceOf(text, state.openFrom), syntax);
  const grown = joinSegments(open, part, isClosing);
  const next = { ...state, text };
  if (!isClosing) return { ...next, open: plainWhereTooMuch(grown, state.elements) };
  const settled = settle({ ...next, openFrom: from - head.length + first.length, open: null }, [grown], syntax);
  return cutTail(settled, sliceOf(text, settled.openFrom), syntax);
}

function withoutSettled<Kind extends ListBlock | TableBlock>(open: Kind): Kind {
  return { ...open, segments: open.segments.slice(-1) };
}

function continues(open: Block, part: Block): boolean {
  return open.kind !== "list" || part.kind !== "list" || part.marker === open.marker;
}

function joinSegments(open: ListBlock | TableBlock, part: ListBlock | TableBlock, isFinal: boolean): Block {
  const segments = [...open.segments.slice(0, -1), ...part.segments];
  if (open.kind === "table" || part.kind === "table") return { ...open, segments, isFinal };
  return { ...open, segments, isFinal, isLoose: open.isLoose || part.isLoose };
}

/** Cuts the text behind the settled blocks; all but the last piece are settled. */
function cutTail(state: State, tail: string, syntax: Syntax): State {
  if (tail === "") return { ...state, open: null };
  const blank = /^(?:[ \t]*\n)+/.exec(tail)?.[0] ?? "";
  if (blank !== "") return cutTail(settleBlank(state, blank), tail.slice(blank.length), syntax);
  const { sources, tokens } = finalPieces(tail, syntax);
  const finals = sources.slice(0, -1);
  const earlier = finals.length === 0 && state.open !== null ? state.open : undefined;
  const blocks = finals.map((source) => makeBlock(source, readingOf(state, syntax), true));
  const length = finals.reduce((sum, source) => sum + source.length, 0);
  const next = settle({ ...state, openFrom: state.openFrom + length, open: null }, blocks, syntax);
  return openBlock(next, sources.at(-1) ?? "", earlier, syntax, tokens);
}

/** Empty lines make nothing, and would hide from view what kind of block comes after them. */
function settleBlank(state: State, source: string): State {
  const block: Block = { kind: "flow", segments: [{ source, tokens: [], rest: "", size: 0, mayRelink: false }], isFinal: true };
  return { ...state, settled: [...state.settled, block], openFrom: state.openFrom + source.length, open: null };
}

function openBlock(state: State, source: string, earlier: Block | undefined, syntax: Syntax, tokens?: readonly Token[]): State {
  if (state.elements > MAX_ELEMENTS || state.open?.kind === "plain") return { ...state, open: plainBlock(source, false) };
  const open = makeBlock(source, readingOf(state, syntax), false, earlier, tokens);
  if (open.kind === "code" && open.isClosed) return settleCode(state, source, syntax);
  return { ...state, open: plainWhereTooMuch(open, state.elements) };
}

/** An unfinished line behind a closed fence is no part of it: the first spaces of an indented block may stand there. */
function settleCode(state: State, source: string, syntax: Syntax): State {
  const end = source.lastIndexOf("\n") + 1;
  const code = makeBlock(source.slice(0, end), readingOf(state, syntax), true);
  const next = settle({ ...state, openFrom: state.openFrom + end, open: null }, [code], syntax);
  return end === source.length ? next : openBlock(next, source.slice(end), undefined, syntax);
}

function plainWhereTooMuch(block: Block, elements: number): Block {
  return elements + sizeOfBlock(block) > MAX_ELEMENTS ? plainBlock(sourceOf(block), block.isFinal) : block;
}

/** Counts the new blocks, the last of the settled ones; from the first that goes beyond the budget on they are plain. */
function withinBudget(state: State, added: readonly Block[]): State {
  let elements = state.elements;
  const first = state.settled.length - added.length;
  const settled = state.settled.map((block, index) => {
    if (index < first) return block;
    const shown = plainWhereTooMuch(block, elements);
    elements += sizeOfBlock(block);
    return shown;
  });
  return { ...state, settled, elements };
}

/** What a block defines counts when it is settled, and not before: it may still change. */
function readingOf(state: State, syntax: Syntax): Reading {
  return { known: extendKnowledge(state.known), syntax };
}

/** Definitions reach upwards: what stood there as words may be a link now. */
function settle(state: State, blocks: readonly Block[], syntax: Syntax): State {
  const labels = blocks.flatMap((block) => learnFrom(block, state.known, syntax));
  const reading = { known: state.known, syntax };
  const settled = [...state.settled, ...blocks];
  const linked = labels.length === 0 ? settled : settled.map((block) => relink(block, labels, reading));
  return withinBudget({ ...state, settled: linked }, blocks);
}

/** Labels that are new; the first definition of a label holds. A row of a table that looks like one defines nothing. */
function learnFrom(block: Block, known: ParserKnowledge, syntax: Syntax): readonly string[] {
  if (block.kind === "code" || block.kind === "plain" || block.kind === "table" || !sourceOf(block).includes("]:")) return [];
  const own = createKnowledge();
  for (const { source } of block.segments) makeSegment(source, { known: own, syntax });
  const labels = ownLabels(own).filter((label) => !isKnown(known, label));
  for (const label of labels) learn(label, known, own);
  return labels;
}

function learn(label: string, known: ParserKnowledge, from: ParserKnowledge): void {
  const footnote = label.startsWith("^") ? from.footnotes[label.slice(1)] : undefined;
  const reference = from.references[label];
  if (footnote !== undefined) known.footnotes[label.slice(1)] = footnote;
  else if (reference !== undefined) known.references[label] = reference;
}

function isKnown(known: ParserKnowledge, label: string): boolean {
  return label.startsWith("^") ? known.footnotes[label.slice(1)] !== undefined : known.references[label] !== undefined;
}

function relink(block: Block, labels: readonly string[], reading: Reading): Block {
  if (block.kind === "code" || block.kind === "plain" || !mentions(sourceOf(block), labels)) return block;
  const again = (segment: Segment): Segment =>
    segment.tokens.length > 0 && mentions(segment.source, labels) ? makeSegment(segment.source, reading, ...cutOf(block)) : segment;
  const segments = block.segments.map(again);
  if (segments.every((segment, index) => segment === block.segments[index]) && block.kind !== "table") return block;
  if (block.kind !== "table") return { ...block, segments } as Block;
  const head = mentions(block.head.source, labels) ? makeSegment(block.head.source, reading, headOf) : block.head;
  return { ...block, segments, head };
}

function cutOf(block: Block): readonly [cut?: Cut, head?: string] {
  if (block.kind === "list") return [itemsOf];
  return block.kind === "table" ? [rowsOf, block.head.source] : [];
}

/** Above this many labels it is cheaper to parse than to look for each. */
const MANY_LABELS = 16;

/** Labels are compared as the parser does it: without regard to case and spaces. */
function mentions(source: string, labels: readonly string[]): boolean {
  if (!source.includes("[")) return false;
  if (labels.length > MANY_LABELS) return true;
  const plain = source.replace(/\s+/g, " ").toLowerCase().toUpperCase();
  return labels.some((label) => plain.includes(label.toLowerCase().toUpperCase()));
}

/** What is shown when nothing follows: all of it read, and what the last block defines holds too. */
function finished(state: State, syntax: Syntax): readonly Block[] {
  const { open } = state;
  if (open === null) return state.settled;
  if (open.kind === "code") return [...state.settled, endCode(open)];
  if (open.kind === "plain") return [...state.settled, { ...open, isFinal: true }];
  const reading = readingOf(state, syntax);
  if (open.kind === "flow") return finishedFlow(state, open, reading, syntax);
  const whole = open.segments.map((segment) => (segment.rest === "" ? segment : makeSegment(segment.source, reading, ...cutOf(open))));
  return settle(state, [{ ...open, segments: whole, isFinal: true }], syntax).settled;
}

/** Where nothing follows, every line is what it is. */
function finishedFlow(state: State, open: FlowBlock, reading: Reading, syntax: Syntax): readonly Block[] {
  const { sources, tokens } = pieces(sourceOf(open), syntax, () => true);
  const isWhole = sources.length === 1 && open.segments[0].rest === "";
  const blocks = isWhole ? [{ ...open, isFinal: true }] : sources.map((piece) => makeBlock(piece, reading, true, undefined, tokens));
  return settle(state, blocks, syntax).settled;
}

/** A last line without its line break may be the one that closes the fence. */
function endCode(open: CodeBlock): CodeBlock {
  const closed = mayClose(open.rawLine, open.fence) ? growFence(open, "\n").block : open;
  return { ...(closed.isClosed ? closed : open), source: open.source, isFinal: true };
}

interface Pieces {
  /** Joined, they are the text. */
  readonly sources: readonly string[];
  /** The blocks of the text, where it is one piece. */
  readonly tokens: readonly Token[] | undefined;
}

/** Pieces of a text, one top-level element each, as far as the lines between them are certain. */
function finalPieces(text: string, syntax: Syntax): Pieces {
  return pieces(text, syntax, isFinalAbove);
}

function pieces(text: string, syntax: Syntax, isCertain: (lines: readonly string[], line: number) => boolean): Pieces {
  const lines = text.split("\n");
  const tokens = parseBlocks(text, syntax);
  const ranges = topLevelRanges(tokens);
  const starts = ranges.flatMap(({ from }, index) => gapBefore(lines, ranges[index - 1]?.to ?? 0, from) ?? [from]);
  const rest = gapBefore(lines, ranges.at(-1)?.to ?? 0, lines.length)?.slice(0, 1) ?? [];
  const sources = splitAtLines(
    text,
    [...starts, ...rest].filter((line) => line > 0 && isCertain(lines, line)),
  );
  return { sources, tokens: sources.length === 1 ? tokens : undefined };
}

/** Definitions make no element. They are a piece of their own where a blank line parts them from what follows. */
function gapBefore(lines: readonly string[], from: number, to: number): readonly number[] | null {
  const first = lines.slice(from, to).findIndex((line) => line.trim() !== "");
  if (first === -1) return null;
  return lines[to - 1]?.trim() === "" ? [from + first, to] : [from + first];
}

/**
 * What stands above a block is final once the block's first line is whole: an unfinished `#` under a paragraph may turn
 * out to be its next line. After a blank line even an unfinished one will do, unless it may grow into the next item of
 * the list above.
 */
function isFinalAbove(lines: readonly string[], line: number): boolean {
  if (line < lines.length - 1) return true;
  return lines[line - 1]?.trim() === "" && !MAY_BECOME_ITEM.test(lines[line] ?? "");
}

const MAY_BECOME_ITEM = /^ {0,3}(?:\d{1,9}[.)]?|[-+*])?\s*$/;
