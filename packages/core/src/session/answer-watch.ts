import type { UnsayEvent } from "../protocol/index.js";
import { expireHold, isLive, markLooping, markRepeatedFailure, markUsageUnreported, type AssistantMessage } from "../message/index.js";
import { RunHealth } from "../health/health.js";
import { outcomeOf, type Outcome, type RunMetrics, UNREPORTED } from "../health/index.js";
import type { RunRecord } from "../health/run-record.js";
import { HoldTimers } from "./hold-timers.js";
import type { PaintedLengths, SessionOptions } from "./session.types.js";
import type { SessionStore } from "./session-store.js";

/** A view flushes an answer that has ended within 300 ms and a frame; later nobody will say that it was painted. */
const PAINT_GRACE_MS = 500;
/** A server that promised usage has this long after the end to tell it. */
const USAGE_DEADLINE_MS = 60_000;

export interface AnswerWatchOptions {
  readonly messageId: string;
  readonly store: SessionStore;
  readonly callbacks: Pick<SessionOptions, "onDiagnostic" | "onMetrics" | "onOutcome" | "onTrace">;
  /** `null` for a run that was joined on its way: nobody measured how it began. */
  readonly record: RunRecord | null;
  readonly painted: () => PaintedLengths | null;
}

/** Looks on while one answer is read, and tells the app once how it ended; again when the server's record knows better. */
export class AnswerWatch {
  readonly #options: AnswerWatchOptions;
  readonly #holds: HoldTimers;
  #record: RunRecord | null;
  /** What is left of a record that nothing can change any more. */
  #lastMetrics: RunMetrics | null = null;
  #health: RunHealth | null;
  #isLooping = false;
  #reported: Outcome | null = null;
  #cancelReport: (() => void) | null = null;

  constructor(options: AnswerWatchOptions) {
    this.#options = options;
    this.#record = options.record;
    this.#health = new RunHealth(options.record === null);
    this.#holds = new HoldTimers(options.store.clock, (part, why) => this.#expireHold(part, why));
  }

  /** `null` for a run that was joined on its way, and once all has been said. */
  get record(): RunRecord | null {
    return this.#record;
  }

  get metrics(): RunMetrics | null {
    return this.#record?.metrics ?? this.#lastMetrics;
  }

  get hasEnded(): boolean {
    return this.#reported !== null;
  }

  /** The run is read again, or goes on elsewhere: what was told of its end stands until its record says otherwise. */
  rejoin(): void {
    if (this.hasEnded) this.#health = new RunHealth(true);
    this.#record?.return();
  }

  /** So many words came at `now`, the newest of which is given. */
  hear(newest: UnsayEvent, now: number, count: number): void {
    if (!this.hasEnded) this.#record?.hear(newest, now, count);
    const diagnostic = this.#health?.hear(newest, now, count) ?? null;
    if (diagnostic !== null) this.#options.callbacks.onDiagnostic?.(diagnostic);
  }

  /** Events that were applied, what they made of the message, when they came, and whether that was told before. */
  observe(events: readonly UnsayEvent[], message: AssistantMessage, now: number, isHeard: boolean): AssistantMessage {
    const painted = this.#options.painted();
    for (const event of events) {
      if (!isHeard) this.hear(event, now, 1);
      if (!this.hasEnded) this.#record?.observe(event, now, painted);
      this.#holds.observe(event);
    }
    return this.#examine(events, message, now);
  }

  #examine(events: readonly UnsayEvent[], message: AssistantMessage, now: number): AssistantMessage {
    const wasLooping = this.#isLooping;
    if (this.#health === null) return message;
    const { diagnostics, isLooping, repeatedFailure } = this.#health.observe(events);
    this.#isLooping = isLooping;
    for (const diagnostic of diagnostics) {
      this.#options.callbacks.onDiagnostic?.(diagnostic);
      if (!this.hasEnded) this.#record?.noteDiagnostic(diagnostic, now);
    }
    const marked = isLooping && !wasLooping ? markLooping(message, true, now) : message;
    return repeatedFailure === null || marked.repeatedFailure === repeatedFailure ? marked : markRepeatedFailure(marked, repeatedFailure);
  }

  /** A view has the first words in the DOM, so a report that waited for them need not wait longer. */
  notePaint(now: number): void {
    if (this.hasEnded && this.#cancelReport === null) return;
    this.#record?.notePaint(now);
    if (this.hasEnded) this.#report(false);
  }

  noteEnd(message: AssistantMessage): void {
    const outcome = outcomeOf(message);
    if (outcome === null) return;
    if (this.#reported === null) this.#noteFirstEnd(message, outcome);
    else if (isAmendment(this.#reported, outcome)) this.#noteAmendment(message, outcome);
  }

  #noteFirstEnd(message: AssistantMessage, outcome: Outcome): void {
    const { callbacks, store } = this.#options;
    this.#reported = outcome;
    this.#holds.clear();
    this.#record?.end(message, store.clock.now());
    this.#watchUsage(message);
    callbacks.onOutcome?.(message, { ...outcome, amended: false });
    if (this.#record?.awaitsPaint === true) this.#cancelReport = store.clock.after(PAINT_GRACE_MS, () => this.#report(false));
    else this.#report(false);
  }

  #noteAmendment(message: AssistantMessage, outcome: Outcome): void {
    const { callbacks, store } = this.#options;
    if (this.#cancelReport !== null) this.#report(false);
    this.#reported = outcome;
    this.#record?.amend(message, store.clock.now());
    callbacks.onOutcome?.(message, { ...outcome, amended: true });
    this.#report(true);
  }

  #report(amended: boolean): void {
    const { callbacks, messageId, painted, store } = this.#options;
    this.#cancelReport?.();
    this.#cancelReport = null;
    const message = store.find(messageId);
    const trace = message === undefined ? null : (this.#record?.report(message, painted(), amended) ?? null);
    if (message === undefined || trace === null) return;
    callbacks.onMetrics?.({ message: messageId, run: trace.run, metrics: trace.metrics, amended });
    callbacks.onTrace?.(trace, message);
    if (message.stated) this.#release();
  }

  #release(): void {
    this.#lastMetrics = this.metrics;
    this.#record = null;
    this.#health = null;
  }

  /** What was promised gets its time; what nobody promised will not come. */
  #watchUsage(message: AssistantMessage): void {
    if (message.run === null || isReported(message)) return;
    const run = message.run.id;
    const isPromised = message.run.caps.usage === true && message.usage === null;
    if (!isPromised) return this.#sayUnreported(run);
    this.#options.store.clock.after(USAGE_DEADLINE_MS, () => this.#closeUsage(run));
  }

  #closeUsage(run: string): void {
    const { store, messageId } = this.#options;
    const message = store.find(messageId);
    if (message?.run?.id !== run || isLive(message) || isReported(message)) return;
    store.setMessage(markUsageUnreported(message));
    this.#sayUnreported(run);
  }

  #sayUnreported(run: string): void {
    this.#options.callbacks.onDiagnostic?.({ code: "usage.unreported", run });
  }

  #expireHold(part: string, why: "guardrail" | "dependency" | "decision"): void {
    const { callbacks, messageId, store } = this.#options;
    const now = store.clock.now();
    this.#record?.expireHold(part, now);
    store.change(messageId, (message) => expireHold(message, now));
    callbacks.onDiagnostic?.({ code: "hold.expired", part, why });
  }
}

/** Only what the server states can change an end, and only one that this client had inferred. */
function isAmendment(before: Outcome, after: Outcome): boolean {
  return !before.stated && after.stated && (before.status !== after.status || before.cause !== after.cause);
}

function isReported({ usage }: AssistantMessage): boolean {
  return usage !== null && usage.billed !== null && usage.source !== UNREPORTED;
}
