import type { Attributes } from "@opentelemetry/api";
import type { Cause } from "../protocol/index.js";
import type { Outcome, RunMetrics, StreamTrace, UsageView } from "../health/index.js";
import { definedOnly } from "./defined-only.js";
import type { ToolMark } from "./marks.js";

/** Who fills the required `gen_ai.provider.name` where the app does not say who serves the model. */
const OWN_PROVIDER = "unsay";

interface Names {
  readonly provider?: string;
  readonly agent?: string;
}

export interface SpanError {
  /** For `error.type`: few different words, never text of the answer. */
  readonly type: string;
  readonly message: string;
}

export function attributesOfRun(trace: StreamTrace, { provider = OWN_PROVIDER, agent }: Names): Attributes {
  return definedOnly({
    "gen_ai.operation.name": "invoke_agent",
    "gen_ai.provider.name": provider,
    "gen_ai.agent.name": agent,
    "gen_ai.conversation.id": trace.thread,
    "gen_ai.request.stream": true,
    "gen_ai.response.model": trace.model,
    "gen_ai.response.finish_reasons": finishReasonsOf(trace.outcome),
    "gen_ai.response.time_to_first_chunk": firstChunkOf(trace.metrics),
    "gen_ai.usage.output_tokens": trace.usage.billed ?? trace.usage.generated,
    "gen_ai.usage.reasoning.output_tokens": trace.usage.billedReasoning,
    "unsay.message.id": trace.message,
    "unsay.run.id": trace.run,
    "unsay.revisions": trace.revisions,
    "unsay.dropped_marks": trace.droppedMarks,
    ...attributesOfOutcome(trace.outcome),
    ...attributesOfUsage(trace.usage),
    ...attributesOfMetrics(trace.metrics),
  });
}

export function attributesOfAmendment(trace: StreamTrace): Attributes {
  return definedOnly({
    "gen_ai.conversation.id": trace.thread,
    "unsay.message.id": trace.message,
    "unsay.run.id": trace.run,
    "unsay.amended": true,
    ...attributesOfOutcome(trace.outcome),
  });
}

export function attributesOfTool(mark: ToolMark, trace: StreamTrace): Attributes {
  return definedOnly({
    "gen_ai.operation.name": "execute_tool",
    "gen_ai.conversation.id": trace.thread,
    "gen_ai.tool.name": mark.name,
    "gen_ai.tool.call.id": mark.call,
    "unsay.tool.effect": mark.effect,
    "unsay.tool.outcome": mark.outcome,
    "unsay.tool.attempt": mark.attempt,
  });
}

/** Stopped by the user, withheld and filtered are no errors: the first was wanted, and rules did what they are for. */
export function errorOfRun({ outcome }: StreamTrace): SpanError | null {
  if (outcome.grade !== "bad") return null;
  const said = outcome.stated ? "stated" : "inferred";
  return { type: outcome.code ?? outcome.cause ?? "_OTHER", message: `truncated: ${outcome.cause ?? "unknown"} (${said})` };
}

/** An effect that nobody could confirm is not known to have failed. */
export function errorOfTool({ outcome, code }: ToolMark): SpanError | null {
  return outcome === "failed" ? { type: code ?? "tool-failed", message: "The tool failed." } : null;
}

function attributesOfOutcome({ status, cause, stated, grade }: Outcome) {
  return { "unsay.status": status, "unsay.cause": cause, "unsay.stated": stated, "unsay.grade": grade };
}

function attributesOfUsage({ generated, painted, billed, overrun, status }: UsageView) {
  return {
    "unsay.usage.status": status,
    "unsay.usage.generated": generated,
    "unsay.usage.painted": painted,
    "unsay.usage.billed": billed,
    "unsay.usage.overrun": overrun,
  };
}

function attributesOfMetrics(metrics: RunMetrics) {
  const labels = Object.entries(metrics.labels).map(([name, value]) => [`unsay.label.${name}`, value] as const);
  return {
    "unsay.ack_ms": metrics.ackMs,
    "unsay.first_event_ms": metrics.firstEventMs,
    "unsay.first_reasoning_ms": metrics.firstReasoningMs,
    "unsay.first_answer_received_ms": metrics.firstAnswerReceivedMs,
    "unsay.first_answer_painted_ms": metrics.firstAnswerPaintedMs,
    "unsay.held_back_ms": metrics.heldBackMs,
    "unsay.wait_ms": metrics.waitMs,
    "unsay.stream_ms": metrics.streamMs,
    "unsay.total_ms": metrics.totalMs,
    "unsay.time_to_settled_ms": metrics.timeToSettledMs,
    "unsay.max_gap_ms": metrics.maxGapMs,
    "unsay.p95_gap_ms": metrics.p95GapMs,
    "unsay.stalls": metrics.stalls,
    "unsay.churn_ratio": metrics.churnRatio,
    "unsay.stop.to_ack_ms": metrics.stopLatencyMs?.toAckMs,
    "unsay.stop.to_end_ms": metrics.stopLatencyMs?.toEndMs,
    "unsay.abandoned.phase": metrics.abandoned?.phase,
    "unsay.abandoned.by": metrics.abandoned?.by,
    "unsay.abandoned.at_ms": metrics.abandoned?.at,
    ...Object.fromEntries(labels),
  };
}

/** In seconds. The opening event comes before the model has said anything, so it is no chunk. */
function firstChunkOf({ firstReasoningMs, firstAnswerReceivedMs }: RunMetrics): number | null {
  const first = Math.min(firstReasoningMs ?? Number.POSITIVE_INFINITY, firstAnswerReceivedMs ?? Number.POSITIVE_INFINITY);
  return Number.isFinite(first) ? first / 1_000 : null;
}

const FINISH_REASONS: Partial<Record<Cause, string>> = {
  length: "length",
  filtered: "content_filter",
  withheld: "content_filter",
  failed: "error",
};

/** A model's reason is what somebody stated; a lost connection and a press of Stop are no reasons of the model. */
function finishReasonsOf({ stated, cause }: Outcome): string[] | null {
  if (!stated) return null;
  const reason = cause === null ? "stop" : FINISH_REASONS[cause];
  return reason === undefined ? null : [reason];
}
