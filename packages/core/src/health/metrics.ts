import { isSettled, type AssistantMessage, type StopRecord } from "../message/index.js";
import type { EventOf, UnsayEvent } from "../protocol/index.js";
import { clip } from "./clip.js";
import { DurationHistogram } from "./duration-histogram.js";
import type { Gap } from "./gap-watch.js";

/** How the reader left an answer of which nothing had been painted. */
export interface Abandoned {
  /** Ms since the request left. */
  readonly at: number;
  /** `waiting`: no answer text had come. `holding`: it had come and was kept back. */
  readonly phase: "waiting" | "holding";
  readonly by: "hidden" | "navigated" | StopRecord["intent"];
}

/** From the press of Stop, in ms. */
export interface StopLatency {
  readonly toAckMs: number | null;
  readonly toEndMs: number | null;
}

/**
 * What one run was like, in ms since its request left, on this client's monotonic clock; `null` for what has not
 * happened or what nobody measured. "Painted" is known only where a view reports through `session.markPainted`.
 */
export interface RunMetrics {
  /** The server said that the run is open. */
  readonly ackMs: number | null;
  readonly firstEventMs: number | null;
  readonly firstReasoningMs: number | null;
  /** Answer text arrived. Reasoning never sets it. */
  readonly firstAnswerReceivedMs: number | null;
  /** Answer text was in the DOM after a paint. */
  readonly firstAnswerPaintedMs: number | null;
  /** From received to painted: what hold-back and pacing cost. */
  readonly heldBackMs: number | null;
  /** The first of the two latencies: until the first words of the answer were painted. */
  readonly waitMs: number | null;
  /** The second: from there to the end. */
  readonly streamMs: number | null;
  /** The end, as stated or inferred. */
  readonly totalMs: number | null;
  /** The answer became `complete` or `revised`. A truncated one never settles. */
  readonly timeToSettledMs: number | null;
  /** Longest unexplained silence between two pieces of content; `null` before there were two. */
  readonly maxGapMs: number | null;
  /** 95 of 100 silences were not longer; rounded up by at most a ninth. */
  readonly p95GapMs: number | null;
  /** Silences of 1.5 s and more that nothing explained. */
  readonly stalls: number;
  /** Share (0 to 1) of the painted UTF-16 units that were corrected or taken back. */
  readonly churnRatio: number | null;
  /** `null` where Stop was not pressed here. */
  readonly stopLatencyMs: StopLatency | null;
  readonly abandoned: Abandoned | null;
  /** As `run.open` stated them. */
  readonly labels: Readonly<Record<string, string>>;
}

/** Span ids with the UTF-16 units of each that are in the DOM. */
export type PaintedSpans = ReadonlyMap<string, number>;

export type FirstText = "first-reasoning" | "first-answer";

const MAX_LABELS = 32;

/** Measures one run in constant memory. An event costs the same whatever came before it. */
export class MetricsRecorder {
  readonly gaps: DurationHistogram = new DurationHistogram();
  readonly #startedAt: number;
  readonly #reasoningParts = new Set<string>();
  readonly #removed = new Map<string, number>();
  #times: Pick<RunMetrics, "ackMs" | "firstEventMs" | "firstReasoningMs" | "firstAnswerReceivedMs" | "firstAnswerPaintedMs"> = NO_TIMES;
  #totalMs: number | null = null;
  #settledMs: number | null = null;
  #stalls = 0;
  #churnRatio: number | null = null;
  #pressedAt: number | null = null;
  #stop: StopLatency | null = null;
  #abandoned: Abandoned | null = null;
  #labels: Readonly<Record<string, string>> = {};

  constructor(startedAt: number) {
    this.#startedAt = startedAt;
  }

  get hasPainted(): boolean {
    return this.#times.firstAnswerPaintedMs !== null;
  }

  /** Words of the answer are here, and no view has said that they are shown. */
  get awaitsPaint(): boolean {
    return this.#times.firstAnswerReceivedMs !== null && !this.hasPainted;
  }

  since(now: number): number {
    return now - this.#startedAt;
  }

  /** `painted`: what was in the DOM before this event. Says which text came for the first time. */
  observe(event: UnsayEvent, now: number, painted: PaintedSpans | null): FirstText | null {
    this.#first("firstEventMs", now);
    if (event.type === "span.append") return this.#noteText(event, now);
    if (event.type === "run.open") this.#noteOpen(event, now);
    if (event.type === "part.open" && event.kind === "reasoning") this.#reasoningParts.add(event.part);
    if (event.type === "part.close") this.#reasoningParts.delete(event.part);
    if (event.type === "span.revise" || event.type === "span.retract") this.#noteRemoval(event.spans, painted);
    if (event.type === "stop.ack") this.#noteAck(now);
    return null;
  }

  #noteOpen({ labels }: EventOf<"run.open">, now: number): void {
    this.#first("ackMs", now);
    if (labels !== undefined) this.#labels = readLabels(labels);
  }

  #noteText({ text, part }: EventOf<"span.append">, now: number): FirstText | null {
    if (text === "") return null;
    if (this.#reasoningParts.has(part)) return this.#first("firstReasoningMs", now) ? "first-reasoning" : null;
    return this.#first("firstAnswerReceivedMs", now) ? "first-answer" : null;
  }

  noteGap(gap: Gap): void {
    this.gaps.add(gap.ms);
    if (gap.isStall) this.#stalls += 1;
  }

  /** The view has words of the answer in the DOM. */
  notePaint(now: number): void {
    this.#first("firstAnswerPaintedMs", now);
  }

  pressStop(now: number, intent: StopRecord["intent"], hasView: boolean): void {
    if (this.#pressedAt !== null) return;
    this.#pressedAt = now;
    this.#stop = { toAckMs: null, toEndMs: null };
    this.leave(now, intent, hasView);
  }

  /** Without a view nobody knows what was painted, so only a wait without words counts. */
  leave(now: number, by: Abandoned["by"], hasView: boolean): void {
    if (this.#abandoned !== null || this.hasPainted || this.#totalMs !== null) return;
    const phase = this.#times.firstAnswerReceivedMs === null ? "waiting" : "holding";
    if (phase === "waiting" || hasView) this.#abandoned = { at: this.since(now), phase, by };
  }

  end(message: AssistantMessage, now: number): void {
    this.#totalMs = this.since(now);
    if (this.#stop !== null && this.#pressedAt !== null) this.#stop = { ...this.#stop, toEndMs: now - this.#pressedAt };
    this.settle(message, now);
  }

  /** Also asked when the server's record has changed an end. */
  settle(message: AssistantMessage, now: number): void {
    if (isSettled(message)) this.#settledMs ??= this.since(now);
  }

  /** Counted once, at the report: it looks at every painted span. */
  countChurn(painted: PaintedSpans | null): void {
    const removed = sum(this.#removed.values());
    const kept = [...(painted ?? [])].map(([span, length]) => (this.#removed.has(span) ? 0 : length));
    const all = removed + sum(kept);
    this.#churnRatio = all === 0 ? null : removed / all;
  }

  metrics(): RunMetrics {
    const { firstAnswerReceivedMs: received, firstAnswerPaintedMs: painted } = this.#times;
    return {
      ...this.#times,
      heldBackMs: received === null || painted === null ? null : painted - received,
      waitMs: painted,
      streamMs: painted === null || this.#totalMs === null ? null : Math.max(0, this.#totalMs - painted),
      totalMs: this.#totalMs,
      timeToSettledMs: this.#settledMs,
      maxGapMs: this.gaps.total === 0 ? null : this.gaps.max,
      p95GapMs: this.gaps.quantile(0.95),
      stalls: this.#stalls,
      churnRatio: this.#churnRatio,
      stopLatencyMs: this.#stop,
      abandoned: this.#abandoned,
      labels: this.#labels,
    };
  }

  #first(name: keyof typeof NO_TIMES, now: number): boolean {
    if (this.#times[name] !== null) return false;
    this.#times = { ...this.#times, [name]: this.since(now) };
    return true;
  }

  #noteRemoval(spans: readonly string[] | "all", painted: PaintedSpans | null): void {
    for (const span of spans === "all" ? (painted?.keys() ?? []) : spans) {
      const length = painted?.get(span) ?? 0;
      if (length > 0) this.#removed.set(span, length);
    }
  }

  #noteAck(now: number): void {
    if (this.#stop === null || this.#pressedAt === null || this.#stop.toAckMs !== null) return;
    this.#stop = { ...this.#stop, toAckMs: now - this.#pressedAt };
  }
}

const NO_TIMES = {
  ackMs: null,
  firstEventMs: null,
  firstReasoningMs: null,
  firstAnswerReceivedMs: null,
  firstAnswerPaintedMs: null,
} as const;

function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}

/** Labels come from the wire, so they are made short, few and text. */
function readLabels(labels: object): Readonly<Record<string, string>> {
  const entries = Object.entries(labels).slice(0, MAX_LABELS);
  return Object.fromEntries(entries.map(([name, value]) => [clip(name), clip(String(value))]));
}
