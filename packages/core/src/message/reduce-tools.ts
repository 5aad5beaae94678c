import { bindArgs, type DecidedItem, type EventOf, type UnsayEvent } from "../protocol/index.js";
import { CALL_STATUS_OF_DECISION, closeApproval, createApproval, decideApproval, isOpen } from "../approval/approval.reducer.js";
import { addProgress } from "../tool-call/progress.js";
import {
  createToolCall,
  editArgs,
  finishCall,
  hasOutcome,
  isCleared,
  readyCall,
  settleByReceipt,
  startCall,
} from "../tool-call/tool-call.reducer.js";
import type { Draft } from "./draft.js";
import type { Approval, ToolCall } from "./message.js";
import { reviewSupport } from "./reduce-support.js";

/** Events about tool calls, approvals and receipts. */

function findCall(draft: Draft, event: UnsayEvent & { call: string }): ToolCall | undefined {
  const call = draft.findCall(event.call);
  if (call === undefined) draft.report(7, event, `${event.type} names the call ${event.call}, which was never proposed.`);
  return call;
}

/** The server has taken the stop: what was not dispatched before never will be. */
function isStopAccepted(draft: Draft): boolean {
  const phase = draft.fields.stop?.phase;
  return phase === "acknowledged" || phase === "settling" || phase === "done";
}

export function proposeCall(draft: Draft, event: EventOf<"tool.propose">): void {
  if (draft.findCall(event.call) !== undefined) {
    draft.report(7, event, `The call ${event.call} was proposed before.`);
    return;
  }
  const call = createToolCall(event);
  draft.upsertCall(isStopAccepted(draft) ? { ...call, status: "cancelled" } : call);
  draft.addPart({ type: "call", id: `call:${event.call}`, call: event.call });
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
  supersedeApproval(draft, call);
  draft.upsertCall(ready);
}

/** Only one approval can be open about a call, and the call names it. */
function supersedeApproval(draft: Draft, call: ToolCall): void {
  const approval = call.approval === undefined ? undefined : draft.findApproval(call.approval);
  if (approval !== undefined && isOpen(approval)) draft.upsertApproval(closeApproval(approval, "superseded"));
}

export function holdCall(draft: Draft, event: EventOf<"tool.hold">): void {
  const call = findCall(draft, event);
  if (call === undefined) return;
  if (isCleared(call)) draft.upsertCall({ ...call, status: "held", heldMs: event.ms });
  else draft.report(7, event, `The call ${call.id} is ${call.status} and can't be held before it is ready and approved.`);
}

/** A start that should not have been possible is shown as unknown: hiding it would be the less safe lie. */
export function markStarted(draft: Draft, event: EventOf<"tool.start">): void {
  const call = findCall(draft, event);
  if (call === undefined) return;
  const stopped = isStopAccepted(draft);
  const started = stopped ? null : startCall(call, event);
  if (started !== null) {
    draft.upsertCall(started);
    return reviewSupport(draft, call.id);
  }
  const why = stopped ? "after a stop had been accepted" : `while it was ${call.status}`;
  draft.report(stopped ? 8 : 7, event, `The call ${call.id} started ${why}. What it did is not known.`);
  draft.upsertCall({ ...call, status: "unknown", callKey: event.callKey });
  reviewSupport(draft, call.id);
  draft.hasNewEffects = true;
}

export function progressCall(draft: Draft, event: EventOf<"tool.progress">): void {
  const call = findCall(draft, event);
  if (call === undefined || hasOutcome(call)) return;
  draft.upsertCall({ ...call, progress: addProgress(call.progress, event) });
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
  reviewSupport(draft, call.id);
  draft.hasNewEffects = true;
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
  if (call !== undefined) settleCallByReceipt(draft, call, event);
  draft.hasNewEffects = true;
}

function settleCallByReceipt(draft: Draft, call: ToolCall, event: EventOf<"receipt">): void {
  const isUndoable = call.undo || draft.fields.receipts.some((receipt) => receipt.call === call.id && receipt.undo !== undefined);
  const settled = settleByReceipt(call, event.outcome, isUndoable);
  if (settled !== null) draft.upsertCall(settled);
  else
    draft.report(
      7,
      event,
      `A receipt says "${event.outcome}" of the call ${call.id}, which is ${call.status}${isUndoable ? "" : " and declares no undo"}.`,
    );
  reviewSupport(draft, call.id);
  answerUndo(draft, event.undoes);
}

function answerUndo(draft: Draft, undoes: string | undefined): void {
  const receipt = draft.fields.receipts.find((candidate) => candidate.id === undoes);
  if (receipt?.request === undefined) return;
  const { request: _request, ...rest } = receipt;
  draft.upsertReceipt(rest);
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
    const call = draft.findCall(item.call);
    if (call !== undefined) draft.upsertCall({ ...call, status: "awaiting-approval", approval: event.approval });
  }
}

function whyNotAskable(draft: Draft, event: EventOf<"approval.request">): string | null {
  if (draft.findApproval(event.approval) !== undefined) {
    return `The approval ${event.approval} was asked before.`;
  }
  for (const item of event.items) {
    const call = draft.findCall(item.call);
    if (call?.status !== "ready")
      return `The call ${item.call} is ${call?.status ?? "unknown here"}; only a ready call can be asked about.`;
    if (call.argsHash !== item.argsHash) return `The request for ${item.call} names other arguments than the call has.`;
  }
  return null;
}

export function applyDecision(draft: Draft, event: EventOf<"approval.decision">, isReplay: boolean): void {
  const approval = draft.findApproval(event.approval);
  const decided = approval === undefined ? null : decideApproval(approval, event, isReplay);
  if (decided === null) return draft.report(6, event, refusalOf(approval, event.approval));
  draft.upsertApproval(decided);
  for (const item of event.items) {
    const call = draft.findCall(item.call);
    if (call?.status !== "awaiting-approval" || call.argsHash !== item.argsHash) continue;
    decideCall(draft, call, item, event);
    reviewSupport(draft, call.id);
  }
  draft.hasNewEffects = true;
}

function decideCall(draft: Draft, call: ToolCall, item: DecidedItem, event: UnsayEvent): void {
  const decided = {
    ...call,
    status: CALL_STATUS_OF_DECISION[item.decision],
    ...(item.reason === undefined ? {} : { reason: item.reason }),
  };
  if (item.edited === undefined || item.decision !== "approved") return draft.upsertCall(decided);
  const bound = bindArgs(call.id, call.name, item.edited);
  if (bound.ok) draft.upsertCall(editArgs(decided, bound.args, bound.argsHash));
  else draft.report(6, event, `The edited arguments of ${call.id} can't be bound, so nothing was approved: ${bound.error.message}`);
}

function refusalOf(approval: Approval | undefined, id: string): string {
  if (approval === undefined) return `A decision came for the approval ${id}, which was never asked here.`;
  if (!isOpen(approval)) return `A decision came for the approval ${id}, which is ${approval.status}.`;
  return `A decision came for the approval ${id} with other arguments than were asked about.`;
}
