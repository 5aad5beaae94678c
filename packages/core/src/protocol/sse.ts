import { createParser } from "eventsource-parser";
import { DEFAULT_LIMITS } from "./limits.js";

export interface SseFrame {
  readonly event: string | undefined;
  readonly id: string | undefined;
  readonly data: string;
}

const CR = 13;
const LF = 10;
/** First characters of a line that can belong to an event stream: a blank line, `:`, data, event, id, retry. */
const FIELD_STARTS = new Set([CR, LF, 0xfeff, ...[":", "d", "e", "i", "r"].map((c) => c.charCodeAt(0))]);

/**
 * Cuts bytes into server-sent events after the WHATWG rules: state survives chunk and character borders, comments are
 * skipped, an event cut by the end of the body is never delivered. Framing itself is `eventsource-parser`'s.
 */
export class SseFramer {
  /** A line was seen that no event stream contains, such as a proxy's HTML page. */
  foreign = false;
  /** One event exceeded the limit; nothing is read after that. */
  overflowed = false;
  /** Anything but white space has come. */
  started = false;

  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  readonly #parser;
  #frames: SseFrame[] = [];
  #atLineStart = true;

  constructor(eventLength: number = DEFAULT_LIMITS.eventLength) {
    this.#parser = createParser({
      maxBufferSize: eventLength,
      onEvent: (event) => this.#frames.push({ event: event.event, id: event.id, data: event.data }),
      onError: (error) => {
        if (error.type === "max-buffer-size-exceeded") this.overflowed = true;
      },
    });
  }

  push(bytes: Uint8Array): SseFrame[] {
    if (this.overflowed) return [];
    const text = this.#decoder.decode(bytes, { stream: true });
    if (text === "") return [];
    this.#inspect(text);
    this.#frames = [];
    this.#parser.feed(text);
    return this.#frames;
  }

  /** The parser drops what is no field without a word, and whether it can tell depends on chunking; so look here. */
  #inspect(text: string): void {
    if (!this.started) this.started = /\S/u.test(text);
    if (this.foreign) return;
    let start = this.#atLineStart ? 0 : nextLine(text, 0);
    while (start < text.length) {
      if (!FIELD_STARTS.has(text.charCodeAt(start))) {
        this.foreign = true;
        return;
      }
      start = nextLine(text, start);
    }
    const last = text.charCodeAt(text.length - 1);
    this.#atLineStart = last === LF || last === CR;
  }
}

function nextLine(text: string, from: number): number {
  const lf = text.indexOf("\n", from);
  if (lf !== -1) return lf + 1;
  const cr = text.indexOf("\r", from);
  return cr === -1 ? text.length : cr + 1;
}

/** One event as text. Data may hold line breaks; ids and event names may not, since they would forge fields. */
export function encodeSse(frame: { readonly data: string; readonly id?: string; readonly event?: string }): string {
  for (const name of [frame.id, frame.event]) {
    if (name !== undefined && /[\r\n\0]/u.test(name)) {
      throw new TypeError(
        `An SSE id or event name holds a line break or NUL (${JSON.stringify(name.slice(0, 40))}); it would forge another field. Encode it first.`,
      );
    }
  }
  const id = frame.id === undefined ? "" : `id: ${frame.id}\n`;
  const event = frame.event === undefined ? "" : `event: ${frame.event}\n`;
  const data = frame.data
    .split(/\r\n|\r|\n/u)
    .map((line) => `data: ${line}\n`)
    .join("");
  return `${id}${event}${data}\n`;
}
