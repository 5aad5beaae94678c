import { selectCall, systemClock, type Approval, type AssistantMessage } from "@unsay/core";
import { callsOf, mechanismOf, riskOfCalls, viewOfApproval, type ApprovalView, type UseApprovalResult } from "@unsay/react";

/**
 * The state of a gate read from a message alone: everything can be seen, nothing can be decided. For servers, exports
 * and pages without a session. `epoch` (ms) is when it is read: what has expired by then is read-only.
 */
export function createStaticControl(message: AssistantMessage, approvalId: string, epoch: number = systemClock.epoch()): UseApprovalResult {
  const approval = message.approvals.find((candidate) => candidate.id === approvalId) ?? null;
  const calls = approval === null ? [] : callsOf(message, approval);
  return createReadOnlyControl(message, approval, calls, viewOfApproval(approval, epoch));
}

/** A gate whose arguments are still being written. It has no actions. */
export function createFormingControl(message: AssistantMessage, callId: string): UseApprovalResult {
  const call = selectCall(message, callId);
  return createReadOnlyControl(message, null, call === undefined ? [] : [call], "forming");
}

function nothing(): void {
  // A gate that can't be answered.
}

function createReadOnlyControl(
  message: AssistantMessage,
  approval: Approval | null,
  calls: UseApprovalResult["calls"],
  view: ApprovalView,
): UseApprovalResult {
  const risk = riskOfCalls(calls);
  return {
    approval,
    message,
    calls,
    asked: calls,
    view,
    risk,
    mechanism: mechanismOf(risk),
    step: "idle",
    holdMs: 1_200,
    isArmed: false,
    blockedBy: view === "open" ? "arming" : "closed",
    expiresInS: null,
    isElsewhere: approval?.elsewhere === true,
    isFolded: false,
    error: null,
    changes: 0,
    scope: null,
    approve: nothing,
    reject: nothing,
    decide: nothing,
    sendAgain: nothing,
    edit: nothing,
    remember: nothing,
    select: nothing,
    fold: nothing,
    getGateProps: () => ({ "data-status": view, "data-risk": risk }),
    getPreviewProps: () => ({}),
    getApproveProps: () => ({ "aria-disabled": true }),
    getSecondProps: () => ({ "aria-disabled": true }),
    getTypeProps: () => ({ readOnly: true, value: "" }),
    getRejectProps: () => ({ "aria-disabled": true }),
  };
}
