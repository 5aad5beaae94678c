/** So often in a row the same sentences are a loop and no longer an emphasis. */
export const LOOP_REPEATS = 3;
/** Longest group of sentences that is looked for. */
const MAX_PERIOD = 12;
/** A group says something only from this length on: "No. No. No." and the bars of a table do not. UTF-16 units. */
const MIN_PERIOD_LENGTH = 24;
/** A sentence longer than this is cut for comparing; the unfinished rest is never longer. */
const MAX_SENTENCE_LENGTH = 400;

const SENTENCE_END = /(?<=[.!?…]["')\]]?\s)|(?<=\n)/u;
/** Without one of these a text completes no sentence, and need not be cut up to know it. */
const ANY_END = /[.!?…]["')\]]?\s|\n/u;
/** As much of what came before as an end may begin in. */
const LOOK_BACK = 2;
/** The unfinished rest is cut when it is so long, and not at each delta: to cut a text that grew by appending copies it. */
const MAX_REST = 8 * MAX_SENTENCE_LENGTH;
const WHOLE_SENTENCE = /(?:[.!?…]["')\]]?\s|\n)$/u;

export interface LoopFound {
  /** Where in the watched text the first repetition began, in sentences. */
  readonly since: number;
  readonly repeats: number;
}

/**
 * Reads a growing text and says when it only repeats itself: the same group of sentences three times running. It keeps a
 * few dozen sentences, so a delta costs the same however long the text is. Text inside code fences is not looked at.
 */
export class LoopDetector {
  #rest = "";
  #end = "";
  #recent: string[] = [];
  #count = 0;
  #isInFence = false;

  /** `null` unless this very text completed a repetition. */
  push(text: string): LoopFound | null {
    const seam = this.#end + text;
    this.#end = seam.slice(-LOOK_BACK);
    if (!ANY_END.test(seam)) {
      this.#rest += text;
      if (this.#rest.length > MAX_REST) this.#rest = this.#rest.slice(-MAX_SENTENCE_LENGTH);
      return null;
    }
    const pieces = (this.#rest.slice(-MAX_SENTENCE_LENGTH) + text).split(SENTENCE_END);
    const last = pieces.pop() ?? "";
    // Splitting leaves no empty piece behind an end, so the last piece may be whole as well.
    if (WHOLE_SENTENCE.test(last)) pieces.push(last);
    this.#rest = WHOLE_SENTENCE.test(last) ? "" : last.slice(-MAX_SENTENCE_LENGTH);
    let found: LoopFound | null = null;
    for (const piece of pieces) found = this.#read(piece) ?? found;
    return found;
  }

  #read(sentence: string): LoopFound | null {
    if (/^\s*(?:```|~~~)/u.test(sentence)) this.#isInFence = !this.#isInFence;
    const normal = this.#isInFence ? "" : normalise(sentence);
    if (normal === "") return null;
    this.#count += 1;
    this.#recent = [...this.#recent, normal].slice(-MAX_PERIOD * LOOP_REPEATS);
    const period = this.#period();
    return period === null ? null : { since: this.#count - period * LOOP_REPEATS, repeats: LOOP_REPEATS };
  }

  #period(): number | null {
    for (let period = 1; period <= MAX_PERIOD; period += 1) if (this.#repeatsEvery(period)) return period;
    return null;
  }

  #repeatsEvery(period: number): boolean {
    const window = this.#recent.slice(-period * LOOP_REPEATS);
    if (window.length < period * LOOP_REPEATS) return false;
    if (window.slice(-period).join(" ").length < MIN_PERIOD_LENGTH) return false;
    return window.every((sentence, index) => index < period || sentence === window[index - period]);
  }
}

function normalise(sentence: string): string {
  return sentence
    .slice(0, MAX_SENTENCE_LENGTH)
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}
