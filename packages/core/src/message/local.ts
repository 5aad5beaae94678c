import type { AssistantMessage, Message, Painted, Seam, StopRecord } from "./message.js";
import { createPendingMessage } from "./create.js";
import { tickMessage } from "./liveness.js";
import { cutPointOf, isLive, shownParts } from "./selectors.js";

/** Transitions that start with the user's verbs. None ends an answer well. */

/**
 * Painting freezes at `painted`, what the reader saw; the status stays live until the server ends the run. A second
 * press is no news.
 */
export function requestStop(
  message: AssistantMessage,
  stop: {
    readonly command: string;
    readonly intent: StopRecord["intent"];
    readonly atSeq: number;
    readonly painted: Painted;
    readonly heard?: Painted;
  },
  now: number | null,
): AssistantMessage {
  if (!isLive(message)) return message;
  const known = message.stop;
  if (known !== null && known.phase !== "unconfirmed" && known.phase !== "done") {
    return known.intent === stop.intent ? message : { ...message, stop: { ...known, intent: stop.intent } };
  }
  const record: StopRecord = {
    intent: stop.intent,
    by: "user",
    phase: "requesting",
    upstream: "unknown",
    command: known?.phase === "unconfirmed" ? known.command : stop.command,
    atSeq: known?.phase === "unconfirmed" ? known.atSeq : stop.atSeq,
    painted: known?.phase === "unconfirmed" ? known.painted : stop.painted,
    ...(stop.heard === undefined ? {} : { heard: stop.heard }),
  };
  return tickMessage({ ...message, stop: record }, now);
}

/** Nobody answered the stop: it is said, the button takes presses again, and the answer stays live. */
export function markStopUnconfirmed(message: AssistantMessage, command: string): AssistantMessage {
  if (message.stop?.command !== command || message.stop.phase !== "requesting") return message;
  return { ...message, stop: { ...message.stop, phase: "unconfirmed" } };
}

/** The reader wants to see what arrived after the press. */
export function revealTail(message: AssistantMessage): AssistantMessage {
  return message.stop === null ? message : { ...message, stop: { ...message.stop, revealed: true } };
}

export function markReconnecting(message: AssistantMessage, now: number | null): AssistantMessage {
  return isLive(message) ? tickMessage({ ...message, reconnecting: true }, now) : message;
}

/** A message as a record has it: where it is not over, it goes on elsewhere, and nobody here reads it yet. */
export function markUnread(message: Message, now: number): Message {
  return message.role === "assistant" && isLive(message) ? markReconnecting({ ...message, waitingSince: now }, now) : message;
}

/** Marks the joint at the end of what is there. */
export function withSeam(message: AssistantMessage, why: Seam["why"], gapMs: number | null): AssistantMessage {
  const { part, offset } = cutPointOf(message);
  if (part === null) return message;
  return { ...message, seams: [...message.seams, { run: message.run?.id ?? "", part, offset, why, gapMs }] };
}

/** A new run goes on in the same message; what stood there stays, and the joint is marked. */
export function continueMessage(message: AssistantMessage, now: number | null): AssistantMessage {
  if (message.status !== "truncated" || message.cause === "withheld" || message.cause === "filtered") return message;
  const { cause: _cause, resumable: _resumable, error: _error, at: _at, ...rest } = withSeam(message, "continue", null) as typeof message;
  return {
    ...rest,
    // What came after a stop was never shown and the model is not told of it, so it is no part of what goes on.
    parts: shownParts(message),
    status: "pending",
    liveness: "flowing",
    stop: null,
    stated: false,
    endedAt: null,
    waitingSince: now,
  };
}

/**
 * An answer whose end was only inferred goes back to live while its record is read again: `shown` stays on screen, and
 * `replay` is where the log is folded from its first event on.
 */
export function reopenMessage(
  message: Extract<AssistantMessage, { status: "truncated" }>,
  now: number,
): { readonly shown: AssistantMessage; readonly replay: AssistantMessage } {
  const { cause: _cause, resumable: _resumable, error: _error, at: _at, ...rest } = message;
  const live = { stated: false, endedAt: null, waitingSince: now, liveness: "reconnecting" as const };
  const { id, thread, parent, startedAt, run, runs } = message;
  const fresh = createPendingMessage({ id, thread, parent }, { now, ...(startedAt === null ? {} : { epoch: startedAt }) });
  return {
    shown: { ...rest, ...live, status: rest.parts.length === 0 ? "pending" : "streaming", reconnecting: true },
    replay: { ...fresh, runs, run: run === null ? null : { ...run, state: "open", lastSeq: 0 } },
  };
}
