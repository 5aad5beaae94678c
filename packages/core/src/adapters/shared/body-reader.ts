import { SseFramer, type Limits, type SseFrame } from "../../protocol/index.js";

const LF = 10;
/** More than this of a body without events is not looked at: an error body is short. UTF-16 units. */
const MAX_HEAD_LENGTH = 64 * 1024;

/**
 * Frames of one body, in order, line by line: so `foreign` tells what came before a frame and not what shared a chunk
 * with it, and a cut between two chunks changes nothing.
 */
export class BodyReader {
  readonly #framer: SseFramer;
  readonly #decoder = new TextDecoder();
  #hasFrames = false;
  #head = "";

  constructor({ eventLength }: Limits) {
    this.#framer = new SseFramer(eventLength);
  }

  get isForeign(): boolean {
    return this.#framer.foreign;
  }

  get isOverflowed(): boolean {
    return this.#framer.overflowed;
  }

  /** The body so far, when it is no event stream at all: a short error in JSON, or a web page. */
  get foreignText(): string | undefined {
    return this.#hasFrames || !this.isForeign ? undefined : this.#head;
  }

  *read(bytes: Uint8Array): Generator<SseFrame, void> {
    if (!this.#hasFrames && this.#head.length < MAX_HEAD_LENGTH) this.#head += this.#decoder.decode(bytes, { stream: true });
    for (const line of linesOf(bytes)) {
      for (const frame of this.#framer.push(line)) {
        this.#hasFrames = true;
        this.#head = "";
        yield frame;
      }
    }
  }
}

function* linesOf(bytes: Uint8Array): Generator<Uint8Array, void> {
  let start = 0;
  while (start < bytes.length) {
    const feed = bytes.indexOf(LF, start);
    const end = feed === -1 ? bytes.length : feed + 1;
    yield bytes.subarray(start, end);
    start = end;
  }
}
