/** A longer marker is refused, and more white space after one makes it text. UTF-16 units. */
const MAX_LENGTH = 1024;

/** Holds back what may be the marker, which ends the answer only if nothing but white space follows. */
export class MarkerGuard {
  readonly #marker: string | undefined;
  #held = "";

  /** Throws `TypeError` for a marker that every text ends with, or that is longer than one may be. */
  constructor(marker: string | undefined) {
    const isUsable = marker === undefined || (marker.trim() !== "" && marker.length <= MAX_LENGTH);
    if (!isUsable) throw new TypeError(`\`endMarker\` must have from 1 to ${MAX_LENGTH} characters that are not all white space.`);
    this.#marker = marker;
  }

  /** With this text the marker stands at the end of all that has come. */
  isSeenAfter(text: string): boolean {
    return this.#isMarker(this.#split(this.#held + text)[1]);
  }

  /** The text that is certainly not the marker. */
  pass(text: string): string {
    const [passed, held] = this.#split(this.#held + text);
    this.#held = held;
    return passed;
  }

  /** What is left at the end of the body: all that was held back, except the marker itself. */
  restAfter(text: string): string {
    const [passed, held] = this.#split(this.#held + text);
    return this.#isMarker(held) ? passed : passed + held;
  }

  #isMarker(held: string): boolean {
    return this.#marker !== undefined && held.startsWith(this.#marker);
  }

  #split(text: string): readonly [passed: string, held: string] {
    if (this.#marker === undefined) return [text, ""];
    const at = startOfMarker(text, this.#marker);
    return [text.slice(0, at), text.slice(at)];
  }
}

/** Where the marker begins that ends the text, or the longest beginning of one; the length where there is none. */
function startOfMarker(text: string, marker: string): number {
  const end = text.trimEnd().length;
  const whole = text.lastIndexOf(marker);
  if (whole !== -1 && whole + marker.length >= end && text.length - whole <= marker.length + MAX_LENGTH) return whole;
  for (let at = Math.max(0, text.length - marker.length + 1); at < text.length; at += 1) {
    if (marker.startsWith(text.slice(at))) return at;
  }
  return text.length;
}
