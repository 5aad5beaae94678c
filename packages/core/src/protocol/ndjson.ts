import { DEFAULT_LIMITS } from "./limits.js";

/**
 * Cuts bytes into the lines of newline-delimited JSON: state survives chunk and character borders, blank lines are
 * skipped, and a last line without its line feed is never delivered, since nothing says that it is whole.
 *
 * A line ends at a line feed and nowhere else. A carriage return before it is white space to JSON, and the other line
 * breaks of Unicode may stand inside strings.
 */
export class NdjsonFramer {
  /** One line exceeded the limit; nothing is read after that. */
  overflowed = false;
  /** Anything but white space has come. */
  started = false;

  readonly #decoder = new TextDecoder();
  readonly #lineLength: number;
  #rest = "";

  constructor(lineLength: number = DEFAULT_LIMITS.eventLength) {
    this.#lineLength = lineLength;
  }

  /** The line that has begun, as far as it has come. */
  get unfinished(): string {
    return this.#rest;
  }

  push(bytes: Uint8Array): string[] {
    if (this.overflowed) return [];
    const text = this.#decoder.decode(bytes, { stream: true });
    if (!this.started) this.started = /\S/u.test(text);
    const lines: string[] = [];
    let start = 0;
    for (let feed = text.indexOf("\n"); feed !== -1 && !this.overflowed; feed = text.indexOf("\n", start)) {
      this.#append(text.slice(start, feed));
      this.#takeLine(lines);
      start = feed + 1;
    }
    this.#append(text.slice(start));
    return lines;
  }

  #append(text: string): void {
    if (this.overflowed) return;
    this.#rest += text;
    if (this.#rest.length <= this.#lineLength) return;
    this.overflowed = true;
    this.#rest = "";
  }

  #takeLine(lines: string[]): void {
    const line = this.#rest.trim();
    this.#rest = "";
    if (line !== "") lines.push(line);
  }
}

/** One line. JSON has no line break outside of what a pretty-printer adds, and that would forge another line. */
export function encodeNdjson(json: string): string {
  if (/[\r\n]/u.test(json)) throw new TypeError("A line of NDJSON may not hold a line break. Encode the value without indentation.");
  return `${json}\n`;
}
