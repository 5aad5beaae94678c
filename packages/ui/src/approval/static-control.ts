import { selectCall, type Approval, type AssistantMessage } from "@unsay/core";
import { callsOf, riskOfCalls, type ApprovalView, type UseApprovalResult } from "@unsay/react";

/**
 * The state of a gate read from a message alone: everything can be seen, nothing can be decided. For servers, exports
 * and pages without a session.
 */
export function createStaticControl(message: AssistantMessage, approvalId: string): UseApprovalResult {
  const approval = message.approvals.find((candidate) => candidate.id === approvalId) ?? null;
  const calls = approval === null ? [] : callsOf(message, approval);
  return createReadOnlyControl(message, approval, calls, viewOf(approval));
}

/** A gate whose arguments are still being written. It has no actions. */
export function createFormingControl(message: AssistantMessage, callId: string): UseApprovalResult {
  const call = selectCall(message, callId);
  return createReadOnlyControl(message, null, call === undefined ? [] : [call], "forming");
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
    view,
    risk,
    isArmed: false,
    blockedBy: view === "open" ? "arming" : "closed",
    expiresInS: null,
    isElsewhere: false,
    error: null,
    approve: () => {},
    reject: () => {},
    decide: () => {},
    getGateProps: () => ({ "data-status": view, "data-risk": risk }),
    getApproveProps: () => ({ "aria-disabled": true }),
    getRejectProps: () => ({ "aria-disabled": true }),
  };
}

function viewOf(approval: Approval | null): ApprovalView {
  if (approval === null) return "forming";
  if (approval.status !== "deciding") return approval.status;
  return approval.unconfirmed === true ? "unconfirmed" : "submitting";
}
