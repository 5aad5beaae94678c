import { reopenDecision, sendDecision } from "../approval/approval.reducer.js";
import type { DecideItem, UnsayErrorData } from "../protocol/index.js";
import { tickMessage } from "./liveness.js";
import { withSeam } from "./local.js";
import type { AssistantMessage, RepeatedFailure, Steer, UserRequest } from "./message.js";
import { isLive } from "./selectors.js";

/** What a run that goes on leaves in a message beside its events: what was seen of it, asked of it, and how its connection fares. */

/** It says the same again and again; dismissed when the reader lets it run. */
export function markLooping(message: AssistantMessage, isLooping: boolean, now: number): AssistantMessage {
  if (!isLive(message) || (message.looping === true) === isLooping) return message;
  const { looping: _looping, ...rest } = message;
  return tickMessage(isLooping ? { ...message, looping: true } : rest, now);
}

/** An agent goes round in circles; a notice that may offer to redirect it. */
export function markRepeatedFailure(message: AssistantMessage, repeatedFailure: RepeatedFailure): AssistantMessage {
  return { ...message, repeatedFailure };
}

/** A hold lasted longer than it was announced to, so it explains no silence any more. */
export function expireHold(message: AssistantMessage, now: number): AssistantMessage {
  if (message.run?.holding === undefined) return message;
  const { holding: _holding, ...run } = message.run;
  return tickMessage({ ...message, run }, now);
}

/** The server promised figures and never sent them: that is said, and no figure is made up. */
export function markUsageUnreported(message: AssistantMessage): AssistantMessage {
  if (message.usage !== null) return message;
  return { ...message, usage: { generated: null, billed: null, billedReasoning: null, source: "unreported", final: true } };
}

export function markReconnected(message: AssistantMessage, gapMs: number | null, now: number): AssistantMessage {
  if (!message.reconnecting) return message;
  const resumed = { ...message, reconnecting: false, waitingSince: now };
  return tickMessage(gapMs === null ? resumed : withSeam(resumed, "resume", gapMs), now);
}

/** The server refused for now: the answer stays pending until it is asked again at `until`. */
export function markBusy(message: AssistantMessage, until: number | null, now: number): AssistantMessage {
  if (message.status !== "pending") return message;
  const { busyUntil: _busyUntil, ...rest } = message;
  return tickMessage(until === null ? rest : { ...rest, busyUntil: until, reconnecting: false }, now);
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
