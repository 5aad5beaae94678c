import { findSentenceEnds } from "./sentences.js";

export type ScanLevel = "any" | "sentence" | "paragraph" | "whole";

/** What the lines before a place say about the text behind it. */
export interface ScanPlace {
  /** The fence that is open there, such as "```"; `null` outside of code. */
  readonly fence: string | null;
  /** The line before is a row of a table, so that the next one belongs to it. */
  readonly inTable: boolean;
  readonly atLineStart: boolean;
  /** A paragraph has begun that is held until it closes. */
  readonly isHeld: boolean;
  readonly atParagraphStart: boolean;
}

export interface Boundary {
  /** Offset in the text that was pushed, from its very start. */
  readonly end: number;
  readonly place: ScanPlace;
}

export const TEXT_START: ScanPlace = { fence: null, inTable: false, atLineStart: true, isHeld: false, atParagraphStart: true };

export interface ScannerOptions {
  readonly level: ScanLevel;
  /** Lines of code: nothing in them is a sentence, a fence or a table. */
  readonly isCode: boolean;
  /** Says of the first words of a paragraph that it has to be held until it closes. */
  readonly holds?: ((beginning: string) => boolean) | undefined;
}

const FENCE = /^ {0,3}(`{3,}|~{3,})/;
const TABLE_ROW = /^[ \t]*\|/;
const BLANK = /^\s*$/;
/** As many first characters of a line as may decide what it is. */
const UNDECIDED_LINE = /^[ \t]*(?:\||`{0,3}$|~{0,3}$|`{3}|~{3})/;

/**
 * Finds the places of a growing text up to which it may be shown. A line is read once when it is whole; of the last one
 * only what stands behind the newest boundary is kept, so that a delta costs the same in a long text as in a short one.
 *
 * Code is released line by line, a table with its first two rows at once: one row alone is not a table yet.
 */
export class BoundaryScanner {
  readonly #options: ScannerOptions;
  #fence: string | null;
  #inTable: boolean;
  #atLineStart: boolean;
  #isHeld: boolean;
  #atParagraphStart: boolean;
  /** Of the last line, what stands behind its newest sentence end. */
  #open = "";
  #openAt: number;
  #searchFrom = 0;
  #last: number;
  #found: Boundary[] = [];

  constructor(options: ScannerOptions, at = 0, place: ScanPlace = TEXT_START) {
    this.#options = options;
    this.#openAt = at;
    this.#last = at;
    this.#fence = place.fence;
    this.#inTable = place.inTable;
    this.#atLineStart = place.atLineStart;
    this.#isHeld = place.isHeld;
    this.#atParagraphStart = place.atParagraphStart;
  }

  /** The paragraph at the end is held until it closes. */
  get isHeld(): boolean {
    return this.#isHeld;
  }

  /** The boundaries that became certain with this text, in order. */
  push(delta: string): readonly Boundary[] {
    const lines = delta.split("\n");
    const last = lines.pop() ?? "";
    for (const line of lines) this.#closeLine(`${line}\n`);
    this.#open += last;
    this.#readOpenLine(false);
    return this.#takeFound();
  }

  /** Nothing comes behind this place: whatever is left is as whole as it gets. */
  flush(): readonly Boundary[] {
    this.#readOpenLine(true);
    this.#advance();
    if (this.#openAt > this.#last) this.#release(this.#openAt);
    return this.#takeFound();
  }

  #takeFound(): readonly Boundary[] {
    const found = this.#found;
    this.#found = [];
    return found;
  }

  #closeLine(rest: string): void {
    this.#open += rest;
    const line = this.#atLineStart ? this.#open : "";
    if (this.#options.isCode || this.#fence !== null || FENCE.test(line)) return this.#closeCodeLine(line);
    if (BLANK.test(line) && this.#atLineStart) return this.#closeParagraph();
    const isFirstRow = TABLE_ROW.test(line) && !this.#inTable;
    this.#inTable = TABLE_ROW.test(line);
    if (!this.#inTable) this.#readOpenLine(true);
    this.#holdIfDecision();
    this.#advance();
    if (!isFirstRow) this.#emit(this.#openAt, false);
  }

  /** A fence that opens is shown with its first line. */
  #closeCodeLine(line: string): void {
    const fence = this.#options.isCode ? null : (FENCE.exec(line)?.[1] ?? null);
    const isOpening = this.#fence === null && fence !== null;
    const isClosing = this.#fence !== null && fence !== null && line.trim().startsWith(this.#fence);
    if (isOpening) this.#fence = fence;
    if (isClosing) this.#fence = null;
    if (isClosing) this.#isHeld = false;
    this.#inTable = false;
    this.#atParagraphStart = isClosing;
    this.#advance();
    if (!isOpening) this.#emit(this.#openAt, isClosing);
  }

  #closeParagraph(): void {
    this.#inTable = false;
    this.#isHeld = false;
    this.#advance();
    this.#atParagraphStart = true;
    this.#emit(this.#openAt, true);
  }

  /** The line is over: the next one begins behind it. */
  #advance(): void {
    const isWholeLine = this.#open.endsWith("\n");
    this.#openAt += this.#open.length;
    if (this.#open !== "") this.#atLineStart = isWholeLine;
    this.#open = "";
    this.#searchFrom = 0;
  }

  #readOpenLine(isWhole: boolean): void {
    if (this.#options.level !== "sentence" || this.#options.isCode || this.#fence !== null) return;
    if (this.#atLineStart && UNDECIDED_LINE.test(this.#open)) return;
    const { ends, from } = findSentenceEnds(this.#open, this.#searchFrom, this.#atLineStart, isWhole);
    this.#searchFrom = from;
    const start = this.#openAt;
    for (const end of ends) this.#cutSentence(start + end);
  }

  #cutSentence(end: number): void {
    const length = end - this.#openAt;
    if (length >= this.#open.length) return;
    this.#holdIfDecision();
    this.#open = this.#open.slice(length);
    this.#openAt = end;
    this.#searchFrom = Math.max(0, this.#searchFrom - length);
    this.#atLineStart = false;
    this.#emit(end, false);
  }

  #holdIfDecision(): void {
    if (!this.#atParagraphStart || this.#open === "") return;
    this.#atParagraphStart = false;
    this.#isHeld = this.#options.holds?.(this.#open) === true;
  }

  #emit(end: number, closesBlock: boolean): void {
    const { level } = this.#options;
    if (end <= this.#last || level === "whole") return;
    if (!closesBlock && (level === "paragraph" || this.#isHeld)) return;
    this.#release(end);
  }

  #release(end: number): void {
    this.#last = end;
    this.#found.push({ end, place: this.#place() });
  }

  #place(): ScanPlace {
    return {
      fence: this.#fence,
      inTable: this.#inTable,
      atLineStart: this.#atLineStart,
      isHeld: this.#isHeld,
      atParagraphStart: this.#atParagraphStart,
    };
  }
}
