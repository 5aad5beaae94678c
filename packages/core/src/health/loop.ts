/** So often in a row the same sentences are a loop and no longer an emphasis. */
export const LOOP_REPEATS = 3;
/** Longest group of sentences that is looked for. */
const MAX_PERIOD = 12;
/** A group says something only from this length on: "No. No. No." and the bars of a table do not. UTF-16 units. */
const MIN_PERIOD_LENGTH = 24;
/** Of a longer sentence this much is compared. */
const MAX_SENTENCE_LENGTH = 400;
const MAX_RECENT = MAX_PERIOD * LOOP_REPEATS;

/** A line, or white space behind a full stop and what may close it. Sought by the engine, whose loop is warm from the first word on. */
const END = /\n|[.!?…]["')\]]?\s/g;
/** Units of an end that may be read before its last one is. */
const BEGUN_END = 2;
const FENCE = /^\s*(?:```|~~~)/;
const NO_WORDS = /[^\p{L}\p{N}]+/gu;
/** The same where nothing is beyond ASCII, at half of the time. */
const NO_ASCII_WORDS = /[^a-z0-9]+/g;
const BEYOND_ASCII = /[\u0080-\uffff]/;

export interface LoopFound {
  /** Where in the watched text the first repetition began, in sentences. */
  readonly since: number;
  readonly repeats: number;
}

/**
 * Reads a growing text once and says when it only repeats itself: the same group of sentences three times running. It keeps
 * the few dozen newest sentences, so a delta costs the same however long the text is. Text inside code fences is not looked at.
 */
export class LoopDetector {
  /** Their letters and digits, small, with single spaces between words. */
  readonly #recent: string[] = [];
  /** The sentence that has not ended: what is compared of it, and its newest units. */
  #open = "";
  #count = 0;
  #isInFence = false;

  /** `null` unless this very text completed a repetition. */
  push(text: string): LoopFound | null {
    const whole = this.#open + text;
    const noWords = BEYOND_ASCII.test(whole) ? NO_WORDS : NO_ASCII_WORDS;
    let found: LoopFound | null = null;
    let start = 0;
    END.lastIndex = Math.max(0, this.#open.length - BEGUN_END);
    while (END.test(whole)) {
      const end = END.lastIndex;
      found = this.#endSentence(whole.slice(start, Math.min(end, start + MAX_SENTENCE_LENGTH)), noWords) ?? found;
      start = end;
    }
    this.#open = shorten(whole.slice(start));
    return found;
  }

  #endSentence(text: string, noWords: RegExp): LoopFound | null {
    if (FENCE.test(text)) this.#isInFence = !this.#isInFence;
    if (this.#isInFence) return null;
    const words = text.toLowerCase().replace(noWords, " ").trim();
    if (words === "") return null;
    this.#count += 1;
    this.#recent.push(words);
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
      if (this.#recent[place] !== this.#recent[place - period]) return false;
    }
    return this.#recent.slice(-period).join(" ").length >= MIN_PERIOD_LENGTH;
  }
}

/** Of a sentence without end only what is compared is kept, and what its end may begin with. */
function shorten(open: string): string {
  return open.length <= MAX_SENTENCE_LENGTH + BEGUN_END ? open : open.slice(0, MAX_SENTENCE_LENGTH) + open.slice(-BEGUN_END);
}
