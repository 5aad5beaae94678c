import type { Clock } from "@unsay/core";
import type { UnsayEvent } from "@unsay/core/protocol";
import type { EventSource } from "./run-log.js";
import { UNSAY_WRITER, type WireWriter } from "./wires.js";

export interface EventBodyOptions {
  readonly source: EventSource;
  /** The last `seq` the reader has. */
  readonly after: number;
  readonly clock: Clock;
  readonly heartbeatMs: number;
  /** A heartbeat for a reader who has everything up to `last`. */
  readonly beat: (last: number) => UnsayEvent | Promise<UnsayEvent>;
  /** Default: Unsay's own frames. */
  readonly writer?: () => WireWriter;
  /** Sent once, when the reader should go on elsewhere. */
  readonly goaway?: { readonly signal: AbortSignal; readonly event: UnsayEvent };
  /** Asked every `recheckMs` whether this reader may still read; who may not is cut off. */
  readonly isAllowed?: () => Promise<boolean>;
  readonly recheckMs?: number;
  /** The reader is gone, or has everything. Called once. */
  readonly onClose?: () => void;
}

/** What one chunk holds at most, beyond its first event: a long replay is sent as fast as the reader takes it, not faster. */
const EVENTS_PER_CHUNK = 100;
const CHARACTERS_PER_CHUNK = 64 * 1024;
/** A reader that takes nothing for so long is disconnected; it can come back with its cursor. */
const STALLED_MS = 60_000;

/**
 * The body of one subscription. It holds a cursor and no buffer: what a slow reader has not taken stays in the log.
 * A reader that goes away closes its subscription and nothing else.
 */
export function createEventBody(options: EventBodyOptions): ReadableStream<Uint8Array> {
  const body = new EventBody(options);
  return new ReadableStream<Uint8Array>(
    {
      start: (controller) => body.watch(controller),
      pull: (controller) => body.pull(controller),
      cancel: () => body.close(),
    },
    { highWaterMark: 0 },
  );
}

class EventBody {
  readonly #options: EventBodyOptions;
  readonly #encoder = new TextEncoder();
  #cursor: number;
  #sentAt: number;
  #isOpen = true;
  #isSentAway = false;
  #cancelStall: () => void = () => {};
  #cancelCheck: () => void = () => {};
  /** Ends the wait for news. */
  #wake: () => void = () => {};
  readonly #onGoaway = (): void => this.#wake();

  constructor(options: EventBodyOptions) {
    this.#options = options;
    this.#cursor = options.after;
    // Who comes back and has all there is gets a heartbeat at once: proxies, that of Vite among them, hold the headers back until the first byte.
    this.#sentAt = options.clock.now() - (options.after > 0 ? options.heartbeatMs : 0);
    options.goaway?.signal.addEventListener("abort", this.#onGoaway);
  }

  /** A permission that is taken back ends what it had opened. */
  watch(controller: ReadableStreamDefaultController<Uint8Array>): void {
    const { clock, recheckMs, isAllowed } = this.#options;
    if (isAllowed === undefined || recheckMs === undefined) return;
    this.#cancelCheck = clock.after(recheckMs, () => {
      // Who can't be asked about is not let in either.
      void isAllowed()
        .catch(() => false)
        .then((is) => {
          if (is && this.#isOpen) return this.watch(controller);
          if (this.#isOpen) controller.error(new Error("The reader may no longer read this."));
          this.close();
        });
    });
  }

  async pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    this.#cancelStall();
    try {
      const events = await this.#next();
      if (!this.#isOpen) return;
      if (events === null) {
        const last = this.#writer.end();
        if (last !== "") controller.enqueue(this.#encoder.encode(last));
        this.close();
        return controller.close();
      }
      this.#send(controller, events);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#cancelStall();
    this.#cancelCheck();
    this.#options.goaway?.signal.removeEventListener("abort", this.#onGoaway);
    this.#wake();
    this.#options.onClose?.();
  }

  /** Only asked when there is something to write, since a carrier has to read what came before. */
  get #writer(): WireWriter {
    return this.#options.writer?.() ?? UNSAY_WRITER;
  }

  /** `null`: nothing more will come. */
  async #next(): Promise<readonly string[] | null> {
    const { source, goaway, beat } = this.#options;
    while (this.#isOpen) {
      const isLast = source.isClosed();
      const changed = source.changed();
      const events = firstOf(await source.after(this.#cursor));
      if (events.length > 0) return this.#take(events);
      if (isLast) return null;
      if (goaway?.signal.aborted === true && !this.#isSentAway) {
        this.#isSentAway = true;
        return [this.#writer.push(goaway.event)];
      }
      if (!source.isClosed() && (await this.#isSilent(changed))) return [this.#writer.push(await beat(this.#cursor))];
    }
    return null;
  }

  #take(events: readonly UnsayEvent[]): readonly string[] {
    this.#cursor = events.at(-1)?.seq ?? this.#cursor;
    return events.map((event) => this.#writer.push(event));
  }

  #send(controller: ReadableStreamDefaultController<Uint8Array>, frames: readonly string[]): void {
    const { clock } = this.#options;
    this.#sentAt = clock.now();
    this.#cancelStall = clock.after(STALLED_MS, () => {
      this.close();
      controller.error(new Error("The reader took nothing for too long."));
    });
    controller.enqueue(this.#encoder.encode(frames.join("")));
  }

  /** `true` when a heartbeat is due before there is any news. */
  #isSilent(changed: Promise<void>): Promise<boolean> {
    const { clock, heartbeatMs } = this.#options;
    return new Promise<boolean>((resolve) => {
      const cancel = clock.after(heartbeatMs - (clock.now() - this.#sentAt), () => resolve(true));
      this.#wake = () => {
        cancel();
        resolve(false);
      };
      void changed.then(this.#wake);
    });
  }
}

function firstOf(events: readonly UnsayEvent[]): readonly UnsayEvent[] {
  let characters = 0;
  const end = events.findIndex((event, index) => {
    const isFull = index === EVENTS_PER_CHUNK || characters > CHARACTERS_PER_CHUNK;
    if ("text" in event && typeof event.text === "string") characters += event.text.length;
    return isFull;
  });
  return end === -1 ? events : events.slice(0, end);
}
