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
const END = /\n|[.!?…]["')\]]?\s/;
/** Units of an end that may be read before its last one is. */
const BEGUN_END = 2;
const FENCE = /^\s*(?:```|~~~)/;
const MAY_FENCE = /```|~~~/;
/** What stands between two words. A single space is left as it is: there is one for each word, and each find costs. */
const NO_WORDS = / [^\p{L}\p{N}\n]+|[^\p{L}\p{N} \n][^\p{L}\p{N}\n]*/gu;

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
    let found: LoopFound | null = null;
    for (const words of wordsOf(this.#endSentences(text))) found = this.#note(words.trim()) ?? found;
    return found;
  }

  /** The sentences that end in this text, a line each. All are read as one, since each look by the engine has its price. */
  #endSentences(text: string): string {
    const whole = this.#open + text;
    const mayFence = MAY_FENCE.test(whole);
    const sentences = whole.split(END);
    this.#open = shorten(sentences.pop() ?? "");
    let ended = "";
    for (const sentence of sentences) {
      if (mayFence && FENCE.test(sentence)) this.#isInFence = !this.#isInFence;
      if (!this.#isInFence) ended += `${sentence.slice(0, MAX_SENTENCE_LENGTH)}\n`;
    }
    return ended;
  }

  #note(words: string): LoopFound | null {
    if (words === "") return null;
    this.#count += 1;
    this.#recent.push(words);
    if (this.#recent.length > MAX_RECENT) this.#recent.shift();
    const period = this.#period(words);
    return period === null ? null : { since: this.#count - period * LOOP_REPEATS, repeats: LOOP_REPEATS };
  }

  #period(words: string): number | null {
    const recent = this.#recent;
    for (let period = 1; period <= MAX_PERIOD; period += 1) {
      if (recent[recent.length - 1 - period] === words && this.#repeatsEvery(period)) return period;
    }
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

function wordsOf(sentences: string): readonly string[] {
  return sentences.toLowerCase().replace(NO_WORDS, " ").split("\n");
}

/** Of a sentence without end only what is compared is kept, and what its end may begin with; with the cut no end may begin. */
function shorten(open: string): string {
  return open.length <= MAX_SENTENCE_LENGTH + BEGUN_END ? open : `${open.slice(0, MAX_SENTENCE_LENGTH)}_${open.slice(-BEGUN_END)}`;
}
