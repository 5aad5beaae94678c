import type { AssistantMessage, Liveness } from "./message.js";
import { selectOpenApprovals } from "./selectors.js";

/** A gap is worth a phase label. */
export const SLOW_GAP_MS = 1_000;
/** A gap is said in words. */
export const STALLED_GAP_MS = 1_500;
/** A gap gets ways out. */
export const SILENT_GAP_MS = 10_000;

/**
 * What to say about a live message at `now` (the clock of `waitingSince`). Only content ends a gap, so heartbeats do
 * not hide one; a hold, a running tool or a newer phase explains one and keeps it at `slow`.
 */
export function livenessOf(message: AssistantMessage, now: number | null): Liveness {
  if (message.stop !== null && message.stop.phase !== "done") return "stopping";
  if (message.reconnecting) return "reconnecting";
  if (isWaitingForUser(message)) return "awaiting-approval";
  if (message.looping === true) return "looping";
  if (now === null || message.waitingSince === null) return "flowing";
  return livenessOfGap(message, now - message.waitingSince);
}

/** Time passed: the same message, or one that says so. */
export function tickMessage(message: AssistantMessage, now: number | null): AssistantMessage {
  if (message.status !== "pending" && message.status !== "streaming") return message;
  const liveness = livenessOf(message, now);
  return liveness === message.liveness ? message : { ...message, liveness };
}

function livenessOfGap(message: AssistantMessage, gapMs: number): Liveness {
  if (gapMs < SLOW_GAP_MS) return "flowing";
  if (isExplained(message)) return "slow";
  if (gapMs >= SILENT_GAP_MS) return "silent";
  if (message.status === "pending") return gapMs >= SLOW_GAP_MS ? "slow" : "flowing";
  return gapMs >= STALLED_GAP_MS ? "stalled" : "slow";
}

/** After how many more ms `livenessOf` may say something else; `null` when only news changes it. */
export function nextLivenessChange(message: AssistantMessage, now: number): number | null {
  if (message.waitingSince === null) return null;
  const gap = now - message.waitingSince;
  const next = [SLOW_GAP_MS, STALLED_GAP_MS, SILENT_GAP_MS].find((threshold) => threshold > gap);
  return next === undefined ? null : next - gap;
}

function isExplained(message: AssistantMessage): boolean {
  if (message.busyUntil !== undefined) return true;
  if (message.run?.explained === true || message.run?.holding !== undefined) return true;
  return message.calls.some((call) => call.status === "executing");
}

function isWaitingForUser(message: AssistantMessage): boolean {
  if (message.run?.state === "awaiting-approval") return true;
  if (selectOpenApprovals(message).length === 0) return false;
  return !message.calls.some((call) => call.status === "executing") && !message.parts.some(isFlowing);
}

function isFlowing(part: AssistantMessage["parts"][number]): boolean {
  return part.type === "text" && part.status === "open" && part.kind !== "reasoning";
}
