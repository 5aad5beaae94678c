/** So often in a row the same sentences are a loop and no longer an emphasis. */
export const LOOP_REPEATS = 3;
/** Longest group of sentences that is looked for. */
const MAX_PERIOD = 12;
/** A group says something only from this length on: "No. No. No." and the bars of a table do not. UTF-16 units. */
const MIN_PERIOD_LENGTH = 24;
/** Of a longer sentence this much is compared. */
const MAX_SENTENCE_LENGTH = 400;
const MAX_RECENT = MAX_PERIOD * LOOP_REPEATS;

const LINE_FEED = 10;
const SPACE = 32;
const BACKTICK = 96;
const TILDE = 126;
const LAST_ASCII = 127;
const FENCE_LENGTH = 3;
const STOPS: ReadonlySet<number> = unitsOf(".!?…");
/** May stand between a full stop and the white space that ends the sentence. */
const CLOSERS: ReadonlySet<number> = unitsOf("\"')]");
/** The small form of each letter and digit of ASCII; 0 for all else. */
const SMALL: Uint8Array = Uint8Array.from({ length: LAST_ASCII + 1 }, (_, unit) => {
  const character = String.fromCharCode(unit);
  return /[a-z0-9]/i.test(character) ? character.toLowerCase().charCodeAt(0) : 0;
});
const WHITE_SPACE = /\s/u;
const LETTER_OR_DIGIT = /[\p{L}\p{N}]/u;

export interface LoopFound {
  /** Where in the watched text the first repetition began, in sentences. */
  readonly since: number;
  readonly repeats: number;
}

/** The letters and digits of a sentence, small, with single spaces between words: how many units, and what they come to. */
interface Sentence {
  readonly hash: number;
  readonly length: number;
}

/**
 * Reads a growing text once, unit by unit, and says when it only repeats itself: the same group of sentences three times
 * running. It keeps no text but a few dozen hashes, so a delta costs the same however long the text is; two sentences that
 * are wrongly taken for one (once in four thousand million) cost a notice. Text inside code fences is not looked at.
 */
export class LoopDetector {
  readonly #recent: Sentence[] = [];
  #sentence = new SentenceReader();
  #count = 0;
  #isInFence = false;

  /** `null` unless this very text completed a repetition. */
  push(text: string): LoopFound | null {
    let found: LoopFound | null = null;
    for (let at = this.#sentence.readWord(text, 0); at < text.length; at = this.#sentence.readWord(text, at + 1)) {
      if (this.#sentence.read(text.charCodeAt(at))) found = this.#endSentence() ?? found;
    }
    return found;
  }

  #endSentence(): LoopFound | null {
    const { hash, length, isFence } = this.#sentence;
    this.#sentence = new SentenceReader();
    if (isFence) this.#isInFence = !this.#isInFence;
    if (this.#isInFence || length === 0) return null;
    this.#count += 1;
    this.#recent.push({ hash, length });
    if (this.#recent.length > MAX_RECENT) this.#recent.shift();
    const period = this.#period();
    return period === null ? null : { since: this.#count - period * LOOP_REPEATS, repeats: LOOP_REPEATS };
  }

  #period(): number | null {
    for (let period = 1; period <= MAX_PERIOD; period += 1) if (this.#repeatsEvery(period)) return period;
    return null;
  }

  #repeatsEvery(period: number): boolean {
    const start = this.#recent.length - period * LOOP_REPEATS;
    if (start < 0) return false;
    for (let place = this.#recent.length - 1; place >= start + period; place -= 1) {
      if (!isSame(this.#recent[place], this.#recent[place - period])) return false;
    }
    const spaces = period - 1;
    return this.#recent.slice(-period).reduce((sum, { length }) => sum + length, spaces) >= MIN_PERIOD_LENGTH;
  }
}

function isSame(a: Sentence | undefined, b: Sentence | undefined): boolean {
  return a !== undefined && b !== undefined && a.hash === b.hash && a.length === b.length;
}

/** One sentence while its units come. It ends with a line, or with white space behind a full stop. */
class SentenceReader {
  hash = 0x811c9dc5;
  length = 0;
  #units = 0;
  #isBetweenWords = false;
  #afterStop: "no" | "stop" | "closer" = "no";
  #high = 0;
  /** Marks of a fence that the sentence begins with; `null` where it begins with something else. */
  #fence: number | null = 0;
  #fenceMark = 0;

  get isFence(): boolean {
    return this.#fence === FENCE_LENGTH;
  }

  /** Nearly all units are letters and digits of ASCII, which end nothing: reads them from `at` on, and says where they end. */
  readWord(text: string, at: number): number {
    const first = smallAt(text, at);
    if (first === 0) return at;
    if (this.#units >= MAX_SENTENCE_LENGTH) return wordEnd(text, at);
    this.#addLetter(first);
    const room = at + MAX_SENTENCE_LENGTH - this.#units;
    let { hash } = this;
    let end = at + 1;
    for (let small = smallAt(text, end); small !== 0 && end < room; small = smallAt(text, ++end)) hash = mix(hash, small);
    this.hash = hash;
    this.length += end - at - 1;
    this.#units += end - at;
    if (this.#fence !== FENCE_LENGTH) this.#fence = null;
    this.#afterStop = "no";
    return end === room ? wordEnd(text, end) : end;
  }

  /** Whether the sentence has ended with this unit, which is none of those. */
  read(unit: number): boolean {
    const isSpace = unit <= SPACE ? unit === SPACE || (unit >= 9 && unit <= 13) : unit > LAST_ASCII && isSpaceOf(unit);
    if (isSpace && (unit === LINE_FEED || this.#afterStop !== "no")) return true;
    if (this.#units < MAX_SENTENCE_LENGTH) this.#compare(unit);
    this.#units += 1;
    if (this.#fence !== null && this.#fence < FENCE_LENGTH && !isSpace) this.#readFence(unit);
    this.#afterStop = STOPS.has(unit) ? "stop" : this.#afterStop === "stop" && CLOSERS.has(unit) ? "closer" : "no";
    return false;
  }

  #compare(unit: number): void {
    const letter = unit > LAST_ASCII ? this.#smallOf(unit) : 0;
    if (letter === null) return;
    if (letter === 0) this.#isBetweenWords = true;
    else this.#addLetter(letter);
  }

  #addLetter(letter: number): void {
    if (this.#isBetweenWords && this.length > 0) this.#add(SPACE);
    this.#isBetweenWords = false;
    this.#add(letter);
  }

  #add(code: number): void {
    this.hash = mix(this.hash, code);
    this.length += 1;
  }

  /** `null` while the other half of a pair is to come. */
  #smallOf(unit: number): number | null {
    if (unit >= 0xd800 && unit < 0xdc00) {
      this.#high = unit;
      return null;
    }
    const isLow = unit >= 0xdc00 && unit < 0xe000;
    const character = isLow ? String.fromCharCode(this.#high, unit) : String.fromCharCode(unit);
    return LETTER_OR_DIGIT.test(character) ? (character.toLowerCase().codePointAt(0) ?? 0) : 0;
  }

  #readFence(unit: number): void {
    if (this.#fence === 0) this.#fenceMark = unit;
    const isMark = unit === this.#fenceMark && (unit === BACKTICK || unit === TILDE);
    this.#fence = isMark ? (this.#fence ?? 0) + 1 : null;
  }
}

function unitsOf(marks: string): ReadonlySet<number> {
  return new Set(marks.split("").map((mark) => mark.charCodeAt(0)));
}

function mix(hash: number, code: number): number {
  return Math.imul(hash ^ code, 0x01000193);
}

/** 0 behind the end. Asks no table for what it does not hold, which is slow. */
function smallAt(text: string, at: number): number {
  if (at >= text.length) return 0;
  const unit = text.charCodeAt(at);
  return unit > LAST_ASCII ? 0 : (SMALL[unit] ?? 0);
}

function wordEnd(text: string, from: number): number {
  let end = from;
  while (smallAt(text, end) !== 0) end += 1;
  return end;
}

function isSpaceOf(unit: number): boolean {
  return WHITE_SPACE.test(String.fromCharCode(unit));
}
