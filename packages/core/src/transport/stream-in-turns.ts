import { UnsayError } from "../protocol/errors.js";
import type { UnsayEvent } from "../protocol/index.js";
import type { StreamTurns, Turn } from "./stream-turns.js";
import type { EventStream, ResumeResult } from "./transport.js";

/** Who waits for a turn hears nothing, and nothing is wrong: so often the reader is told. */
const STILL_WAITING_MS = 500;

/** One connection of a stream that may take several. */
export class TurnConnection {
  readonly #abort = new AbortController();
  #hasLeft = false;

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** It was closed so that others can be read, which says nothing about how its stream ends. */
  get hasLeft(): boolean {
    return this.#hasLeft;
  }

  leave(): void {
    this.#hasLeft = true;
    this.close();
  }

  close(): void {
    this.#abort.abort();
  }
}

type OpenRest = (run: string, after: number, connection: TurnConnection) => Promise<ResumeResult>;

/**
 * One stream for its reader over as many connections as it takes: it gives way where too many are open, and goes on after the last event that was
 * read. `signal` closes it for good.
 */
export class StreamInTurns implements Turn {
  readonly #turns: StreamTurns;
  readonly #signal: AbortSignal;
  #connection = new TurnConnection();
  #isCalled = false;
  #wake: () => void = () => {};
  #run: string | null = null;
  #after = 0;
  #hasEnded = false;

  constructor(turns: StreamTurns, signal: AbortSignal) {
    this.#turns = turns;
    this.#signal = signal;
    turns.hold(this);
    signal.addEventListener("abort", this.#close, { once: true });
    if (signal.aborted) this.#close();
  }

  get run(): string | null {
    return this.#run;
  }

  giveWay(): void {
    this.#isCalled = false;
    this.#connection.leave();
  }

  goOn(): void {
    this.#isCalled = true;
    this.#wake();
  }

  /** The first connection. Where it brings no stream, there is none to take turns. */
  async open<T extends EventStream | ResumeResult>(request: (connection: TurnConnection) => Promise<T>): Promise<T> {
    try {
      const opened = await request(this.#connection);
      if ("type" in opened && opened.type !== "stream") this.#close();
      return opened;
    } catch (error) {
      this.#close();
      throw error;
    }
  }

  /** `from`: where a stream stands that was resumed. One that was started gives way when its run has said that it can be. */
  read(first: EventStream, openRest: OpenRest, from?: { readonly run: string; readonly after: number }): EventStream {
    if (from !== undefined) this.#begin(from.run, from.after);
    return { ...first, [Symbol.asyncIterator]: () => this.#batches(first, openRest) };
  }

  readonly #close = (): void => {
    this.#turns.leave(this);
    this.#connection.close();
    this.#wake();
  };

  #begin(run: string, after: number): void {
    this.#run = run;
    this.#after = after;
    this.#turns.begin(this);
  }

  async *#batches(first: EventStream, openRest: OpenRest): AsyncGenerator<readonly UnsayEvent[]> {
    try {
      for (let stream: EventStream | null = first; stream !== null; stream = await this.#reopen(openRest)) {
        for await (const events of stream) {
          this.#note(events);
          yield events;
        }
        if (!this.#connection.hasLeft) return;
        while (!(await this.#isTurn())) yield [];
      }
    } finally {
      this.#close();
    }
  }

  #note(events: readonly UnsayEvent[]): void {
    for (const event of events) {
      if (event.seq !== null) this.#after = Math.max(this.#after, event.seq);
      if (event.type === "run.open" && event.caps.resume === true && this.#run === null) this.#begin(event.run, this.#after);
      if (event.type === "run.end") this.#hasEnded = true;
    }
  }

  /** Resolves with `true` as soon as the stream may go on or is closed, with `false` when it has to wait on. */
  async #isTurn(): Promise<boolean> {
    if (this.#isCalled || this.#signal.aborted) return true;
    return new Promise((resolve) => {
      const cancel = this.#turns.after(STILL_WAITING_MS, () => resolve(false));
      this.#wake = () => {
        cancel();
        resolve(true);
      };
    });
  }

  /** `null`: there is nothing more to read. Rejects where that is not so, as for any connection that was lost. */
  async #reopen(openRest: OpenRest): Promise<EventStream | null> {
    if (this.#signal.aborted || this.#run === null) return null;
    this.#connection = new TurnConnection();
    const found = await openRest(this.#run, this.#after, this.#connection);
    if (found.type !== "stream" && !this.#hasEnded) throw new UnsayError(NOT_FOUND_AGAIN);
    if (found.type !== "stream") return null;
    this.#turns.begin(this);
    return found.stream;
  }
}

const NOT_FOUND_AGAIN = {
  code: "stream-eof",
  message:
    "The answer gave way to others of this page, and when it was its turn again the server had no more of it. Reconnect to learn how it ended.",
  retryable: true,
} as const;
