import type { Span, TextPart } from "../message/message.js";
import { BoundaryScanner, TEXT_START, type Boundary, type ScanPlace } from "./boundary-scanner.js";
import type { HoldReason } from "./pacing.types.js";
import type { PartRules } from "./rules.js";
import { findWordEnds, wholeCharacters } from "./words.js";

/** Text that is released and not painted, up to the next place where painting may pause. */
export interface Unit {
  /** In the flow of the part: its text in the order in which it was read. */
  readonly end: number;
  readonly length: number;
  readonly place: ScanPlace;
  /** Monotonic ms. */
  readonly releasedAt: number;
}

/** What was released at one moment and is not painted. */
export interface Batch {
  readonly releasedAt: number;
  readonly length: number;
}

/** A stretch of the flow and where it stands in a span. */
interface Piece {
  readonly span: string;
  readonly offset: number;
  readonly from: number;
  readonly length: number;
}

/** Where the message of a part is, as far as its text is concerned. */
export interface PartMoment {
  readonly part: TextPart;
  /** No more text can come before something else happens: a decision of the user, or nothing at all. */
  readonly isPaused: boolean;
  readonly end: "live" | "truncated" | "settled";
  /** The reader asked for what a cut left back. */
  readonly isRevealed: boolean;
  /** Changes with whatever `isWaiting` reads. */
  readonly calls: unknown;
  readonly isWaiting: (span: Span) => boolean;
}

/**
 * What of one part is read, released and painted. Text is read once, in the order of its spans; where a correction
 * changes what was read and not painted yet, reading goes back to what is painted.
 */
export class PartPacer {
  readonly #rules: PartRules;
  #scanner: BoundaryScanner;
  #seen: PartMoment | null = null;
  #pieces: Piece[] = [];
  #fresh: Omit<Unit, "releasedAt">[] = [];
  #units: Unit[] = [];
  #batches: Batch[] = [];
  readonly #read = new Map<string, number>();
  readonly #painted = new Map<string, number>();
  readonly #changed = new Map<string, number>();
  /** Lengths of the flow: what was read, released, painted. */
  #length = 0;
  #releasedTo = 0;
  #paintedTo = 0;
  #paintedPlace: ScanPlace = TEXT_START;
  #blocked: HoldReason | null = null;
  #isKept = false;
  #view: TextPart | null = null;

  constructor(rules: PartRules) {
    this.#rules = rules;
    this.#scanner = new BoundaryScanner(rules);
  }

  /** Nothing of it is held, so what stands behind it may be shown. */
  get isClear(): boolean {
    return this.#isKept || this.waitsFor === null;
  }

  /** What the text that is not released waits for; `null` where all of it is released or stays back for good. */
  get waitsFor(): HoldReason | null {
    if (this.#isKept) return null;
    if (this.#blocked !== null) return this.#blocked;
    if (this.#releasedTo >= this.#length) return null;
    return this.#scanner.isHeld ? "decision" : this.#rules.waitsFor;
  }

  /** All that stands before its first draft is painted. */
  get reachesDraft(): boolean {
    return this.#blocked === "draft" && this.#paintedTo === this.#length;
  }

  get releasedTo(): number {
    return this.#releasedTo;
  }

  get next(): Unit | undefined {
    return this.#units[0];
  }

  get units(): readonly Unit[] {
    return this.#units;
  }

  /** The units, added up by the moment of their release. */
  get batches(): readonly Batch[] {
    return this.#batches;
  }

  /** Reads what is new. */
  advance(moment: PartMoment): void {
    const before = this.#seen;
    if (before !== null && isSame(before, moment)) return;
    this.#seen = moment;
    this.#view = null;
    if (before !== null && isRearranged(before.part.spans, moment.part.spans)) this.#rewind(moment.part);
    this.#readSpans(moment);
    this.#finish(moment);
  }

  /** What was released since the last call now waits to be painted. */
  accept(now: number): void {
    for (const unit of this.#fresh) this.#units.push({ ...unit, releasedAt: now });
    const length = this.#fresh.reduce((sum, unit) => sum + unit.length, 0);
    if (length > 0) this.#batches.push({ releasedAt: now, length });
    this.#fresh = [];
  }

  /** Paints the next unit. */
  paintNext(): void {
    const unit = this.#units.shift();
    const [batch] = this.#batches;
    if (unit === undefined || batch === undefined) return;
    if (batch.length > unit.length) this.#batches[0] = { ...batch, length: batch.length - unit.length };
    else this.#batches.shift();
    this.#paintTo(unit.end);
    this.#paintedPlace = unit.place;
  }

  hasPainted(span: string): boolean {
    return (this.#painted.get(span) ?? 0) > 0;
  }

  /** Span ids with the units painted of each, where that changed since the last call. */
  takeChanged(): ReadonlyMap<string, number> {
    const changed = new Map(this.#changed);
    this.#changed.clear();
    return changed;
  }

  /** The part as far as it is painted; itself once all of it is, `null` while none of it is and no draft stands in it. */
  view(showsDrafts: boolean): TextPart | null {
    const part = this.#seen?.part;
    if (part === undefined) return null;
    this.#view ??= cutPart(part, this.#painted, this.#rules.settledOnly);
    const hasPlace = part.status === "withdrawn" || (showsDrafts && part.spans.some(({ state }) => state === "speculative"));
    return this.#view.spans.length > 0 || hasPlace ? this.#view : null;
  }

  /** What a cut left back, for a disclosure. */
  keptBack(): { readonly why: HoldReason; readonly text: string } | null {
    if (!this.#isKept || this.#seen === null) return null;
    const rest = this.#seen.part.spans.map((span) => (isShown(span) ? span.text.slice(this.#painted.get(span.id) ?? 0) : ""));
    const why = this.#blocked ?? this.#rules.waitsFor;
    return { why: this.#scanner.isHeld ? "decision" : why, text: rest.join("") };
  }

  /** The words of a unit, and where in which span they begin. */
  textOf(unit: Pick<Unit, "end" | "length">): { readonly span: string; readonly offset: number; readonly text: string } | null {
    const from = unit.end - unit.length;
    const pieces = this.#pieces.filter((piece) => piece.from < unit.end && piece.from + piece.length > from);
    const [first] = pieces;
    if (first === undefined) return null;
    const text = pieces.map((piece) => this.#textOfPiece(piece, from, unit.end)).join("");
    return { span: first.span, offset: first.offset + Math.max(0, from - first.from), text };
  }

  #textOfPiece({ span, offset, from, length }: Piece, start: number, end: number): string {
    const text = this.#seen?.part.spans.find((candidate) => candidate.id === span)?.text ?? "";
    return text.slice(offset + Math.max(0, start - from), offset + Math.min(length, end - from));
  }

  #readSpans(moment: PartMoment): void {
    this.#blocked = null;
    for (const span of moment.part.spans) {
      if (isGone(span) || this.#read.get(span.id) === span.text.length) continue;
      this.#blocked = this.#blockOf(span, moment);
      if (this.#blocked !== null) return;
      if (this.#isCorrection(span)) this.#paintCorrection(span);
      else this.#readSpan(span, moment.part.status === "open" ? wholeCharacters(span.text) : span.text);
    }
  }

  #blockOf(span: Span, { isWaiting, isRevealed }: PartMoment): HoldReason | null {
    if (span.state === "speculative") return "draft";
    if (this.#rules.settledOnly && !isCommitted(span) && !isRevealed) return "unsettled";
    return isWaiting(span) ? "dependency" : null;
  }

  #isCorrection(span: Span): boolean {
    return !this.#read.has(span.id) && span.replaces?.some((id) => (this.#painted.get(id) ?? 0) > 0) === true;
  }

  /** A correction of words that were seen is seen at once. */
  #paintCorrection(span: Span): void {
    this.#read.set(span.id, span.text.length);
    this.#setPainted(span.id, span.text.length);
  }

  #readSpan(span: Span, text: string): void {
    const offset = this.#read.get(span.id) ?? 0;
    const delta = text.slice(offset);
    if (delta === "") return;
    this.#read.set(span.id, text.length);
    this.#addPiece({ span: span.id, offset, from: this.#length, length: delta.length });
    this.#length += delta.length;
    this.#release(this.#rules.level === "any" ? wordBoundaries(delta, this.#length - delta.length) : this.#scanner.push(delta));
  }

  #addPiece(piece: Piece): void {
    const last = this.#pieces.at(-1);
    if (last?.span !== piece.span || last.offset + last.length !== piece.offset) this.#pieces.push(piece);
    else this.#pieces[this.#pieces.length - 1] = { ...last, length: last.length + piece.length };
  }

  #release(boundaries: readonly Boundary[]): void {
    for (const { end, place } of boundaries) {
      this.#fresh.push({ end, place, length: end - this.#releasedTo });
      this.#releasedTo = end;
    }
  }

  /** A part that has ended, or can't grow now, has no unfinished sentence: what there is, is all of it. */
  #finish({ part, isPaused, end, isRevealed }: PartMoment): void {
    const isHeld = this.#rules.keepsBack || this.#scanner.isHeld;
    const isRest = this.#releasedTo < this.#length;
    const isCut = !isRevealed && part.status === "cut" && end !== "settled" && isHeld && isRest;
    this.#isKept = isCut || (!isRevealed && end === "truncated" && this.#blocked !== null);
    if (isCut || !isRest || (this.#blocked !== null && end === "live")) return;
    if (part.status !== "open" || (isPaused && this.#rules.level === "sentence" && !isHeld)) this.#release(this.#scanner.flush());
  }

  /** Back to what is painted. Where the record has other spans than were painted, all of it is shown as it is. */
  #rewind(part: TextPart): void {
    this.#pieces = [];
    this.#fresh = [];
    this.#units = [];
    this.#batches = [];
    this.#length = this.#releasedTo = this.#paintedTo;
    this.#scanner = new BoundaryScanner(this.#rules, this.#paintedTo, this.#paintedPlace);
    const known = new Set(part.spans.map((span) => span.id));
    const isOther = [...this.#painted].some(([id, length]) => length > 0 && !known.has(id));
    for (const id of this.#read.keys()) this.#read.set(id, this.#painted.get(id) ?? 0);
    if (isOther) for (const span of part.spans) this.#paintCorrection(span);
  }

  #paintTo(end: number): void {
    for (let [piece] = this.#pieces; piece !== undefined && piece.from < end; [piece] = this.#pieces) {
      const length = Math.min(piece.length, end - piece.from);
      this.#setPainted(piece.span, piece.offset + length);
      if (length < piece.length) {
        this.#pieces[0] = { span: piece.span, offset: piece.offset + length, from: end, length: piece.length - length };
        break;
      }
      this.#pieces.shift();
    }
    this.#paintedTo = end;
    this.#view = null;
  }

  #setPainted(span: string, length: number): void {
    this.#painted.set(span, length);
    this.#changed.set(span, length);
    this.#view = null;
  }
}

function isSame(a: PartMoment, b: PartMoment): boolean {
  return a.part === b.part && a.isPaused === b.isPaused && a.end === b.end && a.isRevealed === b.isRevealed && a.calls === b.calls;
}

function wordBoundaries(delta: string, from: number): readonly Boundary[] {
  return findWordEnds(delta).map((end) => ({ end: from + end, place: TEXT_START }));
}

/** Something else happened than that text was added behind what was there. */
function isRearranged(before: readonly Span[], now: readonly Span[]): boolean {
  return before.some((span, index) => {
    const next = now[index];
    if (next === span) return false;
    return next?.id !== span.id || isGone(next) !== isGone(span) || next.text.length < span.text.length;
  });
}

function isGone({ state }: Span): boolean {
  return state === "dropped" || state === "replaced" || state === "retracted";
}

/** A word of the answer, and no draft. */
export function isShown(span: Span): boolean {
  return !isGone(span) && span.state !== "speculative";
}

function isCommitted({ state }: Span): boolean {
  return state === "settled" || state === "verified";
}

/** Corrections and withdrawals stay where they stand, as long as nothing before them is missing. */
function cutPart(part: TextPart, painted: ReadonlyMap<string, number>, settledOnly: boolean): TextPart {
  const spans: Span[] = [];
  let isBehind = false;
  for (const span of part.spans) {
    const length = painted.get(span.id) ?? 0;
    if (span.state === "dropped" || span.state === "speculative") isBehind ||= span.state === "speculative";
    else if (isGone(span)) {
      if (!isBehind || length > 0) spans.push(settledOnly ? withPlaceholder(span, part, painted) : span);
    } else if (length < span.text.length) {
      isBehind = true;
      if (length > 0) spans.push({ ...span, text: span.text.slice(0, length) });
    } else spans.push(span);
  }
  const isWhole = spans.length === part.spans.length && spans.every((span, index) => span === part.spans[index]);
  return isWhole ? part : { ...part, spans };
}

/** Words that were seen and whose correction is not settled yet are taken back until it is: they are known to be wrong. */
function withPlaceholder(span: Span, part: TextPart, painted: ReadonlyMap<string, number>): Span {
  if (span.state !== "replaced" || (painted.get(span.id) ?? 0) === 0) return span;
  const next = part.spans.find((candidate) => candidate.id === span.replacedBy);
  if (next === undefined || !isShown(next) || (painted.get(next.id) ?? 0) > 0) return span;
  return { ...span, state: "retracted" };
}
