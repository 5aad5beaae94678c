import { UnsayError, type UnsayErrorData, type UnsayEvent } from "../protocol/index.js";
import type { EventStream, ResumeResult, Transport } from "../transport/transport.js";
import { backoffMs } from "./backoff.js";
import type { Clock, ConnectionState, ReconnectPolicy } from "./session.types.js";

/** A reader whose connection has been silent for this many heartbeats has lost it. */
const LOST_AFTER_HEARTBEATS = 2.5;

export interface LostEnd {
  readonly cause: "disconnected" | "corrupt" | "failed";
  readonly error: UnsayErrorData;
}

export interface RunPosition {
  readonly run: string;
  readonly after: number;
  readonly heartbeatMs: number | null;
  readonly canResume: boolean;
}

/** What a reader asks of the session it works for. */
export interface RunReaderHost {
  /** Folds a batch; says whether the run goes on, is over, or has a hole that a replay must fill. */
  fold(events: readonly UnsayEvent[]): "open" | "ended" | "gap";
  /** Where the run stands; `null` before `run.open`. */
  position(): RunPosition | null;
  connection(state: ConnectionState): void;
  reconnecting(): void;
  reconnected(gapMs: number | null): void;
  /** Reads the stored record after the server said that nothing is running. */
  adoptRecord(): Promise<boolean>;
  /** Nothing more can be learnt: the answer ends here, unstated. */
  giveUp(end: LostEnd): void;
}

export interface RunReaderOptions {
  readonly thread: string;
  readonly message: string;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly policy: ReconnectPolicy;
  readonly random: () => number;
  readonly host: RunReaderHost;
}

type Open = (signal: AbortSignal) => Promise<EventStream>;
/** `isFinal`: the server has answered that there is nothing to come back to. */
type Lost = { readonly type: "lost"; readonly end: LostEnd; readonly isFinal?: boolean };
type Ended = { readonly type: "ended" } | { readonly type: "aborted" } | Lost;

const EOF: LostEnd = {
  cause: "disconnected",
  error: {
    code: "stream-eof",
    message:
      "The connection ended before the server said how the answer ended. What was received is kept. Reconnect, or continue the answer.",
    retryable: true,
  },
};

/**
 * Reads one run to its end over as many connections as it takes. It opens one connection at a time, resumes after the
 * last applied event, and never ends an answer while a way to learn its true end is left.
 */
export class RunReader {
  readonly #options: RunReaderOptions;
  #abort: AbortController | null = null;
  #wake: (() => void) | null = null;
  #disposed = false;
  #attempt = 0;

  constructor(options: RunReaderOptions) {
    this.#options = options;
  }

  /** Opens the run with `open`; resolves when there is nothing more to read. Never rejects. */
  async start(open: Open, isRepeatable: boolean): Promise<void> {
    this.#options.host.connection({ status: "connecting", attempt: 0 });
    const ended = await this.#readFrom(open);
    if (ended.type === "lost") await this.#recover(ended.end, isRepeatable ? open : null);
  }

  /** Goes on with a run whose events up to `after` are known. */
  async resume(): Promise<void> {
    await this.#recover(EOF, null, true);
  }

  /** Retries at once instead of waiting out the back-off: the network or the tab came back. */
  wake(): void {
    this.#wake?.();
  }

  /** Closes the connection. A disconnect, never a stop: nothing is said to the server and nothing is ended. */
  dispose(): void {
    this.#disposed = true;
    this.#abort?.abort();
    this.#wake?.();
  }

  async #readFrom(open: Open): Promise<Ended> {
    const abort = new AbortController();
    this.#abort = abort;
    try {
      return await this.#consume(await open(abort.signal), abort);
    } catch (error) {
      return this.#disposed ? { type: "aborted" } : { type: "lost", end: endOfError(error) };
    }
  }

  async #consume(stream: EventStream, abort: AbortController): Promise<Ended> {
    const { host } = this.#options;
    const watchdog = this.#watch(abort);
    let end = EOF;
    host.connection({ status: "open", attempt: 0 });
    try {
      for await (const batch of stream) {
        if (this.#disposed) return { type: "aborted" };
        watchdog.feed();
        const { events, lost } = splitLocalEnd(batch, host.position()?.canResume === true);
        const state = host.fold(events);
        if (state === "ended") return this.#close();
        if (state === "gap") return { type: "lost", end: EOF };
        if (lost !== null) end = lost;
        this.#attempt = 0;
      }
    } finally {
      watchdog.stop();
      abort.abort();
    }
    return this.#disposed ? { type: "aborted" } : { type: "lost", end };
  }

  #close(): Ended {
    this.#options.host.connection({ status: "closed", attempt: 0 });
    return { type: "ended" };
  }

  /** Silence on a wire that promised heartbeats is a lost connection; on any other wire it is only silence. */
  #watch(abort: AbortController): { feed(): void; stop(): void } {
    const { clock, host } = this.#options;
    let cancel: () => void = () => {};
    const feed = () => {
      cancel();
      const heartbeatMs = host.position()?.heartbeatMs ?? null;
      if (heartbeatMs === null) return;
      cancel = clock.after(heartbeatMs, () => {
        host.connection({ status: "quiet", attempt: 0 });
        cancel = clock.after(heartbeatMs * (LOST_AFTER_HEARTBEATS - 1), () => abort.abort());
      });
    };
    feed();
    return { feed, stop: () => cancel() };
  }

  async #recover(first: LostEnd, repeat: Open | null, immediately = false): Promise<void> {
    const { host, clock, policy } = this.#options;
    // Attaching to a run that goes on is no joint in it: nothing was lost between two words.
    let lostAt = immediately ? null : clock.now();
    let latest: Lost = { type: "lost", end: first };
    let wait = !immediately;
    while (this.#canRecover(latest, repeat)) {
      host.reconnecting();
      if (this.#attempt >= policy.tries) break;
      this.#attempt += 1;
      if (wait) await this.#pause();
      if (this.#disposed) return;
      const outcome = await this.#reopen(repeat, lostAt);
      if (outcome.type !== "lost") return;
      latest = outcome;
      wait = true;
      if (this.#attempt === 0) lostAt = clock.now();
    }
    if (!this.#disposed) this.#lose(first, latest.end);
  }

  #canRecover(lost: Lost, repeat: Open | null): boolean {
    if (this.#disposed || lost.isFinal === true) return false;
    const position = this.#options.host.position();
    if (position === null) return repeat !== null && lost.end.cause === "disconnected" && lost.end.error.retryable;
    return position.canResume && this.#options.transport.resume !== undefined;
  }

  /** What was lost keeps its cause; the newest error says why it could not be found again. */
  #lose(first: LostEnd, latest: LostEnd): void {
    this.#options.host.connection({ status: "gone", attempt: 0 });
    const hasRun = this.#options.host.position() !== null;
    this.#options.host.giveUp(hasRun ? { cause: first.cause, error: latest.error } : latest);
  }

  async #pause(): Promise<void> {
    const { clock, policy, random, host } = this.#options;
    host.connection({ status: "lost", attempt: this.#attempt });
    await new Promise<void>((resolve) => {
      const cancel = clock.after(backoffMs(policy, this.#attempt, random), resolve);
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
    this.#wake = null;
  }

  async #reopen(repeat: Open | null, lostAt: number | null): Promise<Ended> {
    const { host, clock } = this.#options;
    host.connection({ status: "resuming", attempt: this.#attempt });
    const position = host.position();
    if (position === null) return repeat === null ? { type: "lost", end: EOF, isFinal: true } : this.#readFrom(repeat);
    const found = await this.#ask(position);
    if (found.type === "lost") return found;
    if (found.type === "stream") {
      host.reconnected(lostAt === null ? null : clock.now() - lostAt);
      return this.#readFrom(async () => found.stream);
    }
    if (await host.adoptRecord()) return this.#close();
    return { type: "lost", end: found.type === "gone" ? EXPIRED : EOF, isFinal: true };
  }

  async #ask(position: RunPosition): Promise<ResumeResult | Lost> {
    const { transport, thread, message } = this.#options;
    if (transport.resume === undefined) return { type: "none" };
    const abort = new AbortController();
    this.#abort = abort;
    try {
      return await transport.resume({ thread, run: position.run, message, after: position.after }, { signal: abort.signal });
    } catch (error) {
      const end = endOfError(error);
      return { type: "lost", end, isFinal: end.cause === "failed" && !end.error.retryable };
    }
  }
}

const EXPIRED: LostEnd = {
  cause: "disconnected",
  error: {
    code: "cursor-expired",
    message: "The server no longer stores this part of the answer, so it can't be replayed. Continue the answer, or ask again.",
    retryable: false,
  },
};

/** A decoder's own verdict of a cut is kept back while the run can still be resumed. */
function splitLocalEnd(batch: readonly UnsayEvent[], canResume: boolean): { events: readonly UnsayEvent[]; lost: LostEnd | null } {
  const last = batch.at(-1);
  if (!canResume || last?.type !== "run.end" || last.local !== true || last.outcome !== "truncated") return { events: batch, lost: null };
  if (last.cause !== "disconnected" && last.cause !== "corrupt") return { events: batch, lost: null };
  return { events: batch.slice(0, -1), lost: { cause: last.cause, error: last.error ?? EOF.error } };
}

function endOfError(error: unknown): LostEnd {
  if (!(error instanceof UnsayError)) return EOF;
  if (error.code === "stream-corrupt") return { cause: "corrupt", error: error.toJSON() };
  if (error.code === "network" || error.code === "stream-eof" || error.code === "cursor-expired") {
    return { cause: "disconnected", error: error.toJSON() };
  }
  return { cause: "failed", error: error.toJSON() };
}
