import type { Diagnostic, UnsayEvent } from "../protocol/index.js";
import type { AssistantMessage, StopRecord } from "../message/index.js";
import { clip } from "./clip.js";
import { GapWatch, type Gap } from "./gap-watch.js";
import { MetricsRecorder, type PaintedSpans, type RunMetrics } from "./metrics.js";
import { outcomeOf } from "./outcome.js";
import { TraceRecorder, type StreamTrace } from "./trace.js";
import { usageOf } from "./usage.js";

/** When the request left: on the monotonic clock, and in the day. */
export interface RunStart {
  readonly now: number;
  readonly epoch: number;
}

/** What is written down of one run that this client started: its metrics and its trace. */
export class RunRecord {
  readonly #start: RunStart;
  readonly #gaps = new GapWatch();
  readonly #metrics: MetricsRecorder;
  readonly #trace: TraceRecorder;
  #snapshot: RunMetrics | null = null;
  #isAway = false;

  constructor(start: RunStart) {
    this.#start = start;
    this.#metrics = new MetricsRecorder(start.now);
    this.#trace = new TraceRecorder(start.now);
  }

  get awaitsPaint(): boolean {
    return this.#metrics.awaitsPaint;
  }

  get hasPainted(): boolean {
    return this.#metrics.hasPainted;
  }

  /** The figures so far; the same object until one of them moves. */
  get metrics(): RunMetrics {
    return (this.#snapshot ??= this.#metrics.metrics());
  }

  /** So many events of one kind came at `now`, the newest of which is given. */
  hear(newest: UnsayEvent, now: number, count: number): void {
    this.#snapshot = null;
    const gap = this.#gaps.observe(newest, now);
    if (gap !== null) this.#noteGap(gap);
    if (count > 1 && this.#gaps.isCounting) this.#metrics.gaps.add(0, count - 1);
  }

  /** What was heard before. `painted`: what a view had in the DOM before this event. */
  observe(event: UnsayEvent, now: number, painted: PaintedSpans | null): void {
    this.#snapshot = null;
    this.#trace.observe(event, now);
    const first = this.#metrics.observe(event, now, painted);
    if (first !== null) this.#trace.add({ type: first, at: this.#trace.at(now) });
  }

  #noteGap(gap: Gap): void {
    this.#metrics.noteGap(gap);
    if (gap.isStall) this.#trace.noteStall(gap);
  }

  noteDiagnostic(diagnostic: Diagnostic, now: number): void {
    const at = this.#trace.at(now);
    if (diagnostic.code === "degenerate.loop") this.#trace.add({ type: "loop", at, repeats: diagnostic.repeats });
    if (diagnostic.code === "agent.looping") {
      const { name, errorCode, times } = diagnostic;
      this.#trace.add({ type: "repeated-failure", at, name, code: errorCode, times });
    }
  }

  notePaint(now: number): void {
    if (this.#metrics.hasPainted) return;
    this.#snapshot = null;
    this.#metrics.notePaint(now);
    this.#trace.add({ type: "first-paint", at: this.#trace.at(now) });
  }

  pressStop(now: number, intent: StopRecord["intent"], hasView: boolean): void {
    this.#snapshot = null;
    this.#metrics.pressStop(now, intent, hasView);
    this.#trace.add({ type: "stop-pressed", at: this.#trace.at(now), intent });
  }

  leave(now: number, by: "hidden" | "navigated", hasView: boolean): void {
    if (this.#isAway) return;
    this.#isAway = true;
    this.#snapshot = null;
    this.#metrics.leave(now, by, hasView);
    this.#gaps.leave();
    this.#trace.add({ type: "left", at: this.#trace.at(now), by });
  }

  return(): void {
    this.#isAway = false;
    this.#gaps.return();
  }

  noteConnection(type: "connection-lost" | "connection-resumed", now: number): void {
    this.#trace.add({ type, at: this.#trace.at(now) });
  }

  expireHold(part: string, now: number): void {
    this.#trace.expireHold(part, now);
  }

  end(message: AssistantMessage, now: number): void {
    this.#snapshot = null;
    const gap = this.#gaps.end(now);
    if (gap?.isStall === true) this.#noteGap(gap);
    this.#metrics.end(message, now);
    this.#trace.end(message, now);
  }

  /** The server's record has changed the end. */
  amend(message: AssistantMessage, now: number): void {
    this.#snapshot = null;
    this.#metrics.settle(message, now);
    this.#trace.amend(message, now);
  }

  /** `null` while the answer is live. Looks at all that was painted, so it is asked once for each report. */
  report(message: AssistantMessage, painted: PaintedSpans | null, amended: boolean): StreamTrace | null {
    const outcome = outcomeOf(message);
    if (outcome === null) return null;
    this.#snapshot = null;
    this.#metrics.countChurn(painted);
    const { metrics } = this;
    return {
      v: 1,
      thread: message.thread,
      message: message.id,
      run: message.run === null ? null : clip(message.run.id),
      model: message.model === undefined ? null : clip(message.model),
      startedAt: this.#start.epoch,
      durationMs: metrics.totalMs ?? 0,
      marks: this.#trace.marks(),
      droppedMarks: this.#trace.dropped,
      gaps: this.#metrics.gaps.buckets(),
      revisions: message.revisions,
      outcome,
      metrics,
      usage: usageOf(message),
      amended,
    };
  }
}
