import { sendDecision, reopenDecision } from "../approval/approval.reducer.js";
import type { DecideItem, UnsayErrorData } from "../protocol/index.js";
import type { AssistantMessage, Painted, RepeatedFailure, Seam, Steer, StopRecord, UserRequest } from "./message.js";
import { createPendingMessage } from "./create.js";
import { livenessOf } from "./liveness.js";
import { cutPointOf, isLive, shownParts } from "./selectors.js";

/** Transitions that start on this client: the user's verbs and what the connection does. None ends an answer well. */

function live(message: AssistantMessage, now: number | null): AssistantMessage {
  return isLive(message) ? ({ ...message, liveness: livenessOf(message, now) } as AssistantMessage) : message;
}

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
  return live({ ...message, stop: record }, now);
}

/** Nobody answered the stop: it is said, the button takes presses again, and the answer stays live. */
export function markStopUnconfirmed(message: AssistantMessage, command: string): AssistantMessage {
  if (message.stop?.command !== command || message.stop.phase !== "requesting") return message;
  return { ...message, stop: { ...message.stop, phase: "unconfirmed" } };
}

/** It says the same again and again; dismissed when the reader lets it run. */
export function markLooping(message: AssistantMessage, isLooping: boolean, now: number): AssistantMessage {
  if (!isLive(message) || (message.looping === true) === isLooping) return message;
  const { looping: _looping, ...rest } = message;
  return live(isLooping ? { ...message, looping: true } : rest, now);
}

/** An agent goes round in circles; a notice that may offer to redirect it. */
export function markRepeatedFailure(message: AssistantMessage, repeatedFailure: RepeatedFailure): AssistantMessage {
  return { ...message, repeatedFailure };
}

/** A hold lasted longer than it was announced to, so it explains no silence any more. */
export function expireHold(message: AssistantMessage, now: number): AssistantMessage {
  if (message.run?.holding === undefined) return message;
  const { holding: _holding, ...run } = message.run;
  return live({ ...message, run }, now);
}

/** The server promised figures and never sent them: that is said, and no figure is made up. */
export function markUsageUnreported(message: AssistantMessage): AssistantMessage {
  if (message.usage !== null) return message;
  return { ...message, usage: { generated: null, billed: null, billedReasoning: null, source: "unreported", final: true } };
}

/** The reader wants to see what arrived after the press. */
export function revealTail(message: AssistantMessage): AssistantMessage {
  return message.stop === null ? message : { ...message, stop: { ...message.stop, revealed: true } };
}

export function markReconnecting(message: AssistantMessage, now: number | null): AssistantMessage {
  return isLive(message) ? live({ ...message, reconnecting: true }, now) : message;
}

export function markReconnected(message: AssistantMessage, gapMs: number | null, now: number): AssistantMessage {
  if (!message.reconnecting) return message;
  const resumed = { ...message, reconnecting: false, waitingSince: now };
  return live(gapMs === null ? resumed : withSeam(resumed, "resume", gapMs), now);
}

/** The server refused for now: the answer stays pending until it is asked again at `until`. */
export function markBusy(message: AssistantMessage, until: number | null, now: number): AssistantMessage {
  if (message.status !== "pending") return message;
  const { busyUntil: _busyUntil, ...rest } = message;
  return live(until === null ? rest : { ...rest, busyUntil: until, reconnecting: false }, now);
}

function withSeam(message: AssistantMessage, why: Seam["why"], gapMs: number | null): AssistantMessage {
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

export function markDeciding(
  message: AssistantMessage,
  approvalId: string,
  command: string,
  sent: readonly DecideItem[],
): AssistantMessage {
  return mapApproval(message, approvalId, (approval) => sendDecision(approval, command, sent));
}

export function markDecisionFailed(
  message: AssistantMessage,
  approvalId: string,
  outcome: "unconfirmed" | UnsayErrorData,
): AssistantMessage {
  return mapApproval(message, approvalId, (approval) => reopenDecision(approval, outcome));
}

/** What the user asked of one call. Never its outcome: that is the server's to say. */
export function markCallRequest(message: AssistantMessage, callId: string, request: UserRequest): AssistantMessage {
  return { ...message, calls: message.calls.map((call) => (call.id === callId ? { ...call, request } : call)) };
}

export function markReceiptRequest(message: AssistantMessage, receiptId: string, request: UserRequest): AssistantMessage {
  return { ...message, receipts: message.receipts.map((receipt) => (receipt.id === receiptId ? { ...receipt, request } : receipt)) };
}

/** A later word about the same command takes the place of an earlier one; one that has its outcome keeps it. */
export function markSteer(message: AssistantMessage, steer: Steer): AssistantMessage {
  const steers = message.steers ?? [];
  const known = steers.find((candidate) => candidate.command === steer.command);
  if (known === undefined) return { ...message, steers: [...steers, steer] };
  return known.phase === "delivered"
    ? message
    : { ...message, steers: steers.map((candidate) => (candidate === known ? steer : candidate)) };
}

function mapApproval(
  message: AssistantMessage,
  approvalId: string,
  change: (approval: AssistantMessage["approvals"][number]) => AssistantMessage["approvals"][number],
): AssistantMessage {
  const approvals = message.approvals.map((approval) => (approval.id === approvalId ? change(approval) : approval));
  return approvals.every((approval, index) => approval === message.approvals[index]) ? message : { ...message, approvals };
}
