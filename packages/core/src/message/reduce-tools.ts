import type { EventOf, UnsayEvent } from "../protocol/index.js";
import { CALL_STATUS_OF_DECISION, closeApproval, createApproval, decideApproval, isOpen } from "../approval/approval.reducer.js";
import { createToolCall, finishCall, hasOutcome, readyCall, startCall } from "../tool-call/tool-call.reducer.js";
import type { Draft } from "./draft.js";
import type { Approval, ToolCall } from "./message.js";
import { updateEffects } from "./reduce-run.js";

/** Events about tool calls, approvals and receipts. */

function findCall(draft: Draft, event: UnsayEvent & { call: string }): ToolCall | undefined {
  const call = draft.fields.calls.findLast((candidate) => candidate.id === event.call);
  if (call === undefined) draft.report(7, event, `${event.type} names the call ${event.call}, which was never proposed.`);
  return call;
}

/** The server has taken the stop: what was not dispatched before never will be. */
function isStopAccepted(draft: Draft): boolean {
  const phase = draft.fields.stop?.phase;
  return phase === "acknowledged" || phase === "settling" || phase === "done";
}

export function proposeCall(draft: Draft, event: EventOf<"tool.propose">): void {
  if (draft.fields.calls.some((call) => call.id === event.call)) {
    draft.report(7, event, `The call ${event.call} was proposed before.`);
    return;
  }
  const call = createToolCall(event);
  draft.upsertCall(isStopAccepted(draft) ? { ...call, status: "cancelled" } : call);
  draft.parts().push({ type: "call", id: `call:${event.call}`, call: event.call });
}

export function appendArgs(draft: Draft, event: EventOf<"tool.args">): void {
  const call = findCall(draft, event);
  if (call?.status === "proposed") draft.upsertCall({ ...call, argsText: call.argsText + event.delta });
}

/** Other arguments than those asked about withdraw the question: an earlier yes was to something else. */
export function markReady(draft: Draft, event: EventOf<"tool.ready">): void {
  const call = findCall(draft, event);
  if (call === undefined || (call.status !== "proposed" && call.argsHash === event.argsHash)) return;
  const ready = readyCall(call, event);
  if (ready === null) {
    if (call.status !== "cancelled") draft.report(7, event, `The call ${call.id} is ${call.status}; its arguments can't change any more.`);
    return;
  }
  supersedeApprovals(draft, call.id);
  draft.upsertCall(ready);
}

function supersedeApprovals(draft: Draft, callId: string): void {
  for (const approval of draft.fields.approvals) {
    if (isOpen(approval) && approval.items.some((item) => item.call === callId)) {
      draft.upsertApproval(closeApproval(approval, "superseded"));
    }
  }
}

export function holdCall(draft: Draft, event: EventOf<"tool.hold">): void {
  const call = findCall(draft, event);
  if (call === undefined) return;
  if (call.status === "ready" || call.status === "approved") draft.upsertCall({ ...call, status: "held", heldMs: event.ms });
  else draft.report(7, event, `The call ${call.id} is ${call.status} and can't be held before it is ready and approved.`);
}

/** A start that should not have been possible is shown as unknown: hiding it would be the less safe lie. */
export function markStarted(draft: Draft, event: EventOf<"tool.start">): void {
  const call = findCall(draft, event);
  if (call === undefined) return;
  const stopped = isStopAccepted(draft);
  const started = stopped ? null : startCall(call, event);
  if (started !== null) return draft.upsertCall(started);
  const why = stopped ? "after a stop had been accepted" : `while it was ${call.status}`;
  draft.report(stopped ? 8 : 7, event, `The call ${call.id} started ${why}. What it did is not known.`);
  draft.upsertCall({ ...call, status: "unknown", callKey: event.callKey });
  updateEffects(draft);
}

export function progressCall(draft: Draft, event: EventOf<"tool.progress">): void {
  const call = findCall(draft, event);
  if (call === undefined || hasOutcome(call)) return;
  const { count, total, bytes, preview } = { ...call.progress, ...event };
  draft.upsertCall({
    ...call,
    progress: {
      ...(count === undefined ? {} : { count }),
      ...(total === undefined ? {} : { total }),
      ...(bytes === undefined ? {} : { bytes }),
      ...(preview === undefined ? {} : { preview }),
    },
  });
}

export function markFinished(draft: Draft, event: EventOf<"tool.result">): void {
  const call = findCall(draft, event);
  if (call === undefined) return;
  const finished = finishCall(call, event);
  if (finished === null) {
    draft.report(7, event, `A result "${event.result}" came for the call ${call.id}, which is ${call.status}.`);
    return;
  }
  draft.upsertCall(finished);
  updateEffects(draft);
}

export function addReceipt(draft: Draft, event: EventOf<"receipt">, isLate: boolean): void {
  const call = findCall(draft, event);
  draft.upsertReceipt({
    id: event.receipt,
    call: event.call,
    outcome: event.outcome,
    summary: event.summary,
    doneAt: event.doneAt,
    ...(event.target === undefined ? {} : { target: event.target }),
    ...(event.ref === undefined ? {} : { ref: event.ref }),
    ...(event.undo === undefined ? {} : { undo: event.undo }),
    ...(event.undoes === undefined ? {} : { undoes: event.undoes }),
    ...(isLate ? { late: true as const } : {}),
  });
  if (call !== undefined) draft.upsertCall({ ...call, status: event.outcome });
  updateEffects(draft);
}

export function requestApproval(draft: Draft, event: EventOf<"approval.request">, epoch: number | null): void {
  const problem = whyNotAskable(draft, event);
  if (problem !== null) return draft.report(15, event, problem);
  const approval = createApproval(event, epoch);
  if (draft.fields.stop !== null) {
    draft.upsertApproval(closeApproval(approval, "cancelled"));
    return;
  }
  draft.upsertApproval(approval);
  for (const item of event.items) {
    const call = draft.fields.calls.findLast((candidate) => candidate.id === item.call);
    if (call !== undefined) draft.upsertCall({ ...call, status: "awaiting-approval", approval: event.approval });
  }
}

function whyNotAskable(draft: Draft, event: EventOf<"approval.request">): string | null {
  if (draft.fields.approvals.some((approval) => approval.id === event.approval)) {
    return `The approval ${event.approval} was asked before.`;
  }
  for (const item of event.items) {
    const call = draft.fields.calls.findLast((candidate) => candidate.id === item.call);
    if (call?.status !== "ready")
      return `The call ${item.call} is ${call?.status ?? "unknown here"}; only a ready call can be asked about.`;
    if (call.argsHash !== item.argsHash) return `The request for ${item.call} names other arguments than the call has.`;
  }
  return null;
}

export function applyDecision(draft: Draft, event: EventOf<"approval.decision">): void {
  const approval = draft.fields.approvals.find((candidate) => candidate.id === event.approval);
  const decided = approval === undefined ? null : decideApproval(approval, event);
  if (decided === null) return draft.report(6, event, refusalOf(approval, event.approval));
  draft.upsertApproval(decided);
  for (const item of event.items) {
    const call = draft.fields.calls.findLast((candidate) => candidate.id === item.call);
    if (call?.status !== "awaiting-approval" || call.argsHash !== item.argsHash) continue;
    draft.upsertCall({
      ...call,
      status: CALL_STATUS_OF_DECISION[item.decision],
      ...(item.reason === undefined ? {} : { reason: item.reason }),
    });
  }
  updateEffects(draft);
}

function refusalOf(approval: Approval | undefined, id: string): string {
  if (approval === undefined) return `A decision came for the approval ${id}, which was never asked here.`;
  if (!isOpen(approval)) return `A decision came for the approval ${id}, which is ${approval.status}.`;
  return `A decision came for the approval ${id} with other arguments than were asked about.`;
}
