import { UnsayError, type UnsayErrorData, type UnsayEvent } from "../protocol/index.js";
import type { EventStream, ResumeResult, Transport } from "../transport/transport.js";
import { clampWait, GOAWAY_SPREAD_MS, planRecovery, type Recovery } from "./backoff.js";
import { stepConnection, type ConnectionInput } from "./connection.js";
import type { Clock, ConnectionState, ReconnectPolicy } from "./session.types.js";
import { Watchdog } from "./watchdog.js";

/** A resume or a record that nobody answers for this long counts as a failed try: a connection may be half dead. */
const ANSWER_TIMEOUT_MS = 15_000;

export interface LostEnd {
  readonly cause: "disconnected" | "corrupt" | "failed";
  readonly error: UnsayErrorData;
}

export interface RunPosition {
  readonly run: string;
  readonly after: number;
  readonly heartbeatMs: number | null;
  readonly canResume: boolean;
  /** The run said that it ends here to wait for a decision: nothing more has to come, and no end is missing. */
  readonly isWaiting: boolean;
}

/** What a reader asks of the session it works for. */
export interface RunReaderHost {
  /** Takes a batch of nothing but the next words, which may be folded later; false where the batch must be folded now. */
  take(events: readonly UnsayEvent[]): boolean;
  /** Folds a batch; says whether the run goes on, is over, or has a hole that a replay must fill. */
  fold(events: readonly UnsayEvent[]): "open" | "ended" | "gap";
  /** Where the run stands; `null` before `run.open`. */
  position(): RunPosition | null;
  /** The user has asked to stop: what the server has refused is not asked again. */
  isStopping(): boolean;
  connection(state: ConnectionState): void;
  reconnecting(): void;
  reconnected(gapMs: number | null): void;
  /** The server refused for now and is asked again at `until`, on the monotonic clock; `null` when it is. */
  busy(until: number | null): void;
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
  readonly isHidden: () => boolean;
  readonly isOffline: () => boolean;
  readonly host: RunReaderHost;
}

type Open = (signal: AbortSignal) => Promise<EventStream>;
/** `isFinal`: the server has answered that there is nothing to come back to. `moveAt`: it asked to come back then. */
type Lost = { readonly type: "lost"; readonly end: LostEnd; readonly isFinal?: boolean; readonly moveAt?: number };
type Ended = { readonly type: "ended" } | { readonly type: "aborted" } | Lost;
/** So long a connection stays open after the end; a bill is waited for as long. */
const REST_MS = 60_000;

type Ask = Extract<Recovery, { type: "ask" }>;

/**
 * Reads one run to its end over as many connections as it takes. It opens one connection at a time, resumes after the
 * last applied event, and never ends an answer while a way to learn its true end is left.
 */
export class RunReader {
  readonly #options: RunReaderOptions;
  #state: ConnectionState = { status: "idle", attempt: 0 };
  #abort: AbortController | null = null;
  #watchdog: Watchdog | null = null;
  #hurry: (() => void) | null = null;
  #isRepeatable = false;
  #isWaitingToStart = false;
  #disposed = false;
  #attempt = 0;
  #moveAt: number | null = null;
  #rest: Promise<void> = Promise.resolve();

  constructor(options: RunReaderOptions) {
    this.#options = options;
  }

  /** The server has refused the start for now and nothing is on its way: there is no run that could be stopped. */
  get isWaitingToStart(): boolean {
    return this.#isWaitingToStart;
  }

  /** Resolves when the connection is closed, which may be after the answer has ended. */
  get rest(): Promise<void> {
    return this.#rest;
  }

  /** Opens the run with `open`; resolves when there is nothing more to read. Never rejects. */
  async start(open: Open, isRepeatable: boolean): Promise<void> {
    this.#isRepeatable = isRepeatable;
    this.#tell({ type: "request" });
    const ended = await this.#readFrom(open);
    if (ended.type === "lost") await this.#recover(ended, isRepeatable ? open : null, this.#options.clock.now());
  }

  /** Goes on with a run whose events up to `after` are known. */
  async resume(): Promise<void> {
    this.#options.host.reconnecting();
    this.#attempt = 1;
    // Attaching to a run that goes on is no joint in it: nothing was lost between two words.
    const found = await this.#reopen(null, null);
    if (found.type === "lost") await this.#recover(found, null, this.#attempt === 0 ? this.#options.clock.now() : null);
  }

  /** The network or the tab came back: a back-off ends now, and a connection that slept is looked at. */
  wake(): void {
    this.#watchdog?.wake();
    this.#hurry?.();
  }

  /** Closes the connection. A disconnect, never a stop: nothing is said to the server and nothing is ended. */
  dispose(): void {
    this.#disposed = true;
    this.#watchdog?.stop();
    this.#abort?.abort();
    this.#hurry?.();
    if (this.#isWaitingToStart) this.#options.host.busy(null);
  }

  /** Illegal inputs are not applied, so whatever goes wrong in here, no reader is told of a state that is not so. */
  #tell(input: ConnectionInput): void {
    const { state } = stepConnection(this.#state, input);
    if (state === this.#state) return;
    this.#state = state;
    if (!this.#disposed) this.#options.host.connection(state);
  }

  async #readFrom(open: Open, abort: AbortController = new AbortController()): Promise<Ended> {
    this.#abort = abort;
    try {
      return await this.#consume(await open(abort.signal), abort);
    } catch (error) {
      return this.#disposed ? { type: "aborted" } : { type: "lost", end: endOfError(error) };
    }
  }

  async #consume(stream: EventStream, abort: AbortController): Promise<Ended> {
    this.#moveAt = null;
    this.#tell({ type: "opened" });
    const watchdog = this.#watch(abort);
    const batches = stream[Symbol.asyncIterator]();
    let end = EOF;
    let hasMore = false;
    try {
      for (let next = await batches.next(); next.done !== true; next = await batches.next()) {
        if (this.#disposed) return { type: "aborted" };
        if (this.#options.host.take(next.value)) {
          this.#attempt = 0;
          watchdog.hear();
          continue;
        }
        const { events, lost } = splitLocalEnd(next.value, this.#canComeBack);
        const { canResume = false } = this.#options.host.position() ?? {};
        const state = this.#fold(events);
        hasMore = state === "ended" && canResume;
        if (hasMore) this.#rest = this.#readRest(batches, abort);
        if (state === "ended") return this.#close();
        if (state === "gap") return { type: "lost", end: GAP };
        if (lost !== null) end = lost;
        watchdog.feed();
        this.#planMove(events, abort);
      }
    } finally {
      watchdog.stop();
      this.#watchdog = null;
      if (!hasMore) abort.abort();
    }
    if (this.#disposed) return { type: "aborted" };
    if (this.#options.host.position()?.isWaiting === true) return this.#close();
    return { type: "lost", end, ...(this.#moveAt === null ? {} : { moveAt: this.#moveAt }) };
  }

  /** What a server learns only after the end: late receipts and usage. Nobody waits for it, and losing it ends nothing. */
  async #readRest(batches: AsyncIterator<readonly UnsayEvent[]>, abort: AbortController): Promise<void> {
    const cancel = this.#options.clock.after(REST_MS, () => abort.abort());
    try {
      for (let next = await batches.next(); next.done !== true && !this.#disposed; next = await batches.next()) {
        this.#options.host.fold(next.value);
      }
    } catch {
      // The connection broke or was closed; the record has what came too late for it.
    } finally {
      cancel();
      abort.abort();
    }
  }

  get #canComeBack(): boolean {
    const position = this.#options.host.position();
    return position === null ? this.#isRepeatable : position.canResume || position.isWaiting;
  }

  /** Only news counts as a sign of life: a log that repeats itself would be asked for without end. */
  #fold(events: readonly UnsayEvent[]): "open" | "ended" | "gap" {
    const { host } = this.#options;
    if (events.length === 0) return "open";
    const before = host.position()?.after ?? 0;
    const state = host.fold(events);
    const isNews = (host.position()?.after ?? 0) > before || events.some((event) => event.type === "run.heartbeat");
    if (isNews && state !== "gap") this.#attempt = 0;
    return state;
  }

  #close(): Ended {
    this.#tell({ type: "over", isStated: true });
    return { type: "ended" };
  }

  #watch(abort: AbortController): Watchdog {
    const { clock, host, isHidden } = this.#options;
    this.#watchdog = new Watchdog({
      clock,
      isHidden,
      heartbeatMs: () => host.position()?.heartbeatMs ?? null,
      onQuiet: () => this.#tell({ type: "silence" }),
      onHeard: () => this.#tell({ type: "bytes" }),
      onLost: () => abort.abort(),
    });
    return this.#watchdog;
  }

  /** A server that drains lets its readers go on a while; they leave one by one, before it does. */
  #planMove(events: readonly UnsayEvent[], abort: AbortController): void {
    const { host, clock, random } = this.#options;
    const goaway = events.findLast((event) => event.type === "run.goaway");
    if (goaway?.type !== "run.goaway" || this.#moveAt !== null || host.position()?.canResume !== true) return;
    const inMs = clampWait(goaway.retryAfterMs) + random() * GOAWAY_SPREAD_MS;
    this.#moveAt = clock.now() + inMs;
    const cancel = clock.after(inMs, () => abort.abort());
    abort.signal.addEventListener("abort", cancel, { once: true });
  }

  async #recover(first: Lost, repeat: Open | null, since: number | null): Promise<void> {
    const { clock } = this.#options;
    let latest = first;
    let lostAt = since;
    for (;;) {
      const plan = this.#planAfter(latest, repeat);
      this.#tellLoss(plan, latest);
      if (plan.type === "give-up") return this.#lose(first.end, latest);
      await this.#waitFor(plan);
      if (this.#disposed) return;
      const outcome = await this.#reopen(repeat, lostAt);
      if (outcome.type !== "lost" || this.#disposed) return;
      latest = outcome;
      if (this.#attempt === 0) lostAt = clock.now();
    }
  }

  /** A server that says no to a start has answered: no connection was lost. */
  #tellLoss(plan: Recovery, { end }: Lost): void {
    const isRefused = plan.type === "give-up" ? end.cause === "failed" && this.#state.status === "connecting" : plan.why === "busy";
    if (isRefused) this.#tell({ type: "refused" });
    else this.#tell({ type: "cut", attempt: this.#attempt + (plan.type === "give-up" ? 0 : 1) });
  }

  #planAfter({ end, isFinal = false, moveAt }: Lost, repeat: Open | null): Recovery {
    const { host, clock, policy, random, transport } = this.#options;
    const position = host.position();
    const isCalledOff = end.cause === "failed" && host.isStopping();
    const canAsk = position === null ? repeat !== null && !isCalledOff : position.canResume && transport.resume !== undefined;
    const moveInMs = moveAt === undefined ? null : Math.max(0, moveAt - clock.now());
    const loss = { ...end, isFinal, hasRun: position !== null, canAsk, attempt: this.#attempt, moveInMs };
    return planRecovery(loss, policy, random);
  }

  async #waitFor(plan: Ask): Promise<void> {
    const { host, clock } = this.#options;
    const isBusy = plan.why === "busy";
    if (isBusy) host.busy(clock.now() + plan.inMs);
    else host.reconnecting();
    if (plan.why !== "moving") this.#attempt = this.#nextAttempt();
    this.#isWaitingToStart = isBusy;
    await this.#pause(plan.inMs, !isBusy);
    this.#isWaitingToStart = false;
    if (isBusy && !this.#disposed) host.busy(null);
  }

  /** The last try is kept for when it can succeed and be seen: hidden or offline, a page tries on at the slowest pace. */
  #nextAttempt(): number {
    const { isHidden, isOffline, policy } = this.#options;
    return isHidden() || isOffline() ? Math.min(this.#attempt + 1, Math.max(1, policy.tries - 1)) : this.#attempt + 1;
  }

  /** Nothing hurries a wait that the server asked for, save that nobody waits any more. */
  async #pause(ms: number, isHurried: boolean): Promise<void> {
    await new Promise<void>((resolve) => {
      const cancel = this.#options.clock.after(ms, resolve);
      this.#hurry = () => {
        if (!isHurried && !this.#disposed) return;
        // The world has changed, so the tries before this one say nothing about it.
        if (isHurried) this.#attempt = 1;
        cancel();
        resolve();
      };
    });
    this.#hurry = null;
  }

  /** What was lost keeps its cause; the newest error says why it could not be found again. */
  async #lose(first: LostEnd, latest: Lost): Promise<void> {
    const hasRun = this.#options.host.position() !== null;
    if (hasRun && latest.isFinal !== true && this.#attempt > 0 && (await this.#findRecord())) return;
    if (this.#disposed) return;
    this.#tell({ type: "give-up", because: this.#attempt > 0 ? "tries-spent" : "nothing-to-ask" });
    this.#options.host.giveUp(hasRun ? { cause: first.cause, error: latest.end.error } : latest.end);
  }

  async #reopen(repeat: Open | null, lostAt: number | null): Promise<Ended> {
    const { host, clock } = this.#options;
    this.#tell(this.#state.status === "idle" && repeat !== null ? { type: "request" } : { type: "ask", attempt: this.#attempt });
    const position = host.position();
    if (position === null) return repeat === null ? { type: "lost", end: EOF, isFinal: true } : this.#startAgain(repeat);
    const abort = new AbortController();
    const found = await this.#ask(position, abort);
    if (this.#disposed) return { type: "aborted" };
    if (found.type === "lost") return found;
    if (found.type === "stream") {
      host.reconnected(lostAt === null ? null : clock.now() - lostAt);
      return this.#readFrom(async () => found.stream, abort);
    }
    if (await this.#findRecord()) return { type: "ended" };
    return { type: "lost", end: found.type === "gone" ? EXPIRED : EOF, isFinal: true };
  }

  #startAgain(repeat: Open): Promise<Ended> {
    return this.#readFrom(async (signal) => {
      const stream = await repeat(signal);
      this.#options.host.reconnected(null);
      return stream;
    });
  }

  async #findRecord(): Promise<boolean> {
    const { clock, host } = this.#options;
    let cancel: () => void = () => {};
    const late = new Promise<false>((resolve) => (cancel = clock.after(ANSWER_TIMEOUT_MS, () => resolve(false))));
    const isFound = await Promise.race([host.adoptRecord(), late]);
    cancel();
    if (isFound) this.#tell({ type: "over", isStated: true });
    return isFound;
  }

  async #ask(position: RunPosition, abort: AbortController): Promise<ResumeResult | Lost> {
    const { transport, thread, message, clock } = this.#options;
    if (transport.resume === undefined) return { type: "none" };
    this.#abort = abort;
    const cancel = clock.after(ANSWER_TIMEOUT_MS, () => abort.abort());
    try {
      return await transport.resume({ thread, run: position.run, message, after: position.after }, { signal: abort.signal });
    } catch (error) {
      const end = endOfError(error);
      return { type: "lost", end, isFinal: end.cause === "failed" && !end.error.retryable };
    } finally {
      cancel();
    }
  }
}

const EOF: LostEnd = {
  cause: "disconnected",
  error: {
    code: "stream-eof",
    message:
      "The connection ended before the server said how the answer ended. What was received is kept. Reconnect, or continue the answer.",
    retryable: true,
  },
};

const GAP: LostEnd = {
  cause: "corrupt",
  error: {
    code: "stream-corrupt",
    message: "Events are missing from the log, so nothing after the hole was shown. Reconnect to read it again, or continue the answer.",
    retryable: true,
    userMessage: "A piece of the answer did not arrive.",
  },
};

const EXPIRED: LostEnd = {
  cause: "disconnected",
  error: {
    code: "cursor-expired",
    message: "The server no longer stores this part of the answer, so it can't be replayed. Continue the answer, or ask again.",
    retryable: false,
  },
};

/** A decoder's own verdict of a cut is kept back while the run can still be resumed, or its start repeated. */
function splitLocalEnd(batch: readonly UnsayEvent[], canComeBack: boolean): { events: readonly UnsayEvent[]; lost: LostEnd | null } {
  const last = batch.at(-1);
  if (!canComeBack || last?.type !== "run.end" || last.local !== true || last.outcome !== "truncated") return { events: batch, lost: null };
  if (last.cause !== "disconnected" && last.cause !== "corrupt") return { events: batch, lost: null };
  return { events: batch.filter((event) => event.local !== true), lost: { cause: last.cause, error: last.error ?? EOF.error } };
}

function endOfError(error: unknown): LostEnd {
  if (!(error instanceof UnsayError)) return EOF;
  if (error.code === "stream-corrupt") return { cause: "corrupt", error: error.toJSON() };
  if (error.code === "network" || error.code === "stream-eof" || error.code === "cursor-expired") {
    return { cause: "disconnected", error: error.toJSON() };
  }
  return { cause: "failed", error: error.toJSON() };
}
