import type { UnsayEvent } from "../protocol/index.js";
import { STALLED_GAP_MS } from "../message/liveness.js";

/** Times of one run in ms since its request left, on this client's clock; `null` for what has not happened. */
export interface RunMetrics {
  /** The server said that the run is open. */
  readonly ackMs: number | null;
  readonly firstEventMs: number | null;
  readonly firstReasoningMs: number | null;
  readonly firstAnswerReceivedMs: number | null;
  /** The end, as stated or inferred. */
  readonly totalMs: number | null;
  /** Longest time between two pieces of content after the first. */
  readonly maxGapMs: number;
  /** Gaps long enough to be called a stall. */
  readonly stalls: number;
}

export interface MetricsWatch {
  readonly metrics: RunMetrics;
  readonly startedAt: number;
  readonly lastContentAt: number | null;
  /** Kind of each open part that is not answer text. */
  readonly reasoningParts: ReadonlySet<string>;
}

export function startMetrics(startedAt: number): MetricsWatch {
  return {
    startedAt,
    lastContentAt: null,
    reasoningParts: new Set(),
    metrics: {
      ackMs: null,
      firstEventMs: null,
      firstReasoningMs: null,
      firstAnswerReceivedMs: null,
      totalMs: null,
      maxGapMs: 0,
      stalls: 0,
    },
  };
}

/** Reasoning is not an answer: only answer text sets `firstAnswerReceivedMs`. */
export function watchMetrics(watch: MetricsWatch, event: UnsayEvent, now: number): MetricsWatch {
  const since = now - watch.startedAt;
  const seen = { ...watch, metrics: { ...watch.metrics, firstEventMs: watch.metrics.firstEventMs ?? since } };
  switch (event.type) {
    case "run.open":
      return { ...seen, metrics: { ...seen.metrics, ackMs: seen.metrics.ackMs ?? since } };
    case "part.open":
      return event.kind === "reasoning" ? { ...seen, reasoningParts: new Set([...seen.reasoningParts, event.part]) } : seen;
    case "span.append":
      return watchText(seen, event.part, now);
    case "run.end":
      return { ...seen, metrics: { ...seen.metrics, totalMs: since } };
    default:
      return seen;
  }
}

function watchText(watch: MetricsWatch, part: string, now: number): MetricsWatch {
  const since = now - watch.startedAt;
  const gapMs = watch.lastContentAt === null ? 0 : now - watch.lastContentAt;
  const { metrics } = watch;
  const first = watch.reasoningParts.has(part)
    ? { firstReasoningMs: metrics.firstReasoningMs ?? since }
    : { firstAnswerReceivedMs: metrics.firstAnswerReceivedMs ?? since };
  return {
    ...watch,
    lastContentAt: now,
    metrics: {
      ...metrics,
      ...first,
      maxGapMs: Math.max(metrics.maxGapMs, gapMs),
      stalls: metrics.stalls + (gapMs >= STALLED_GAP_MS ? 1 : 0),
    },
  };
}
