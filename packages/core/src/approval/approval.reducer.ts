import type { ApprovalItem, DecidedItem, EventOf } from "../protocol/index.js";
import type { Approval, ApprovalStatus, ToolCallStatus } from "../message/message.js";

export function createApproval(event: EventOf<"approval.request">, requestedAt: number | null): Approval {
  return {
    id: event.approval,
    run: event.run,
    status: "open",
    items: event.items,
    options: event.options,
    editable: event.editable,
    expiresInMs: event.expiresInMs,
    requestedAt,
    ...(event.sig === undefined ? {} : { sig: event.sig }),
  };
}

export function isOpen(approval: Approval): boolean {
  return approval.status === "open" || approval.status === "deciding";
}

/** `null` when the decision is not one about this approval as it was asked: closed, or other arguments. */
export function decideApproval(approval: Approval, event: EventOf<"approval.decision">): Approval | null {
  if (!isOpen(approval) || !event.items.every((item) => isAskedFor(approval, item))) return null;
  return closeApproval(approval, statusOfDecision(event.items), { decided: event.items, by: event.by });
}

function isAskedFor(approval: Approval, decided: ApprovalItem): boolean {
  return approval.items.some((item) => item.call === decided.call && item.argsHash === decided.argsHash);
}

/** A mixed batch counts as approved: something was. Each call shows its own decision. */
function statusOfDecision(items: readonly DecidedItem[]): ApprovalStatus {
  if (items.some((item) => item.decision === "approved")) return "approved";
  return items[0]?.decision ?? "rejected";
}

export function closeApproval(approval: Approval, status: ApprovalStatus, facts: Pick<Approval, "decided" | "by"> = {}): Approval {
  const { command: _command, unconfirmed: _unconfirmed, ...rest } = approval;
  return { ...rest, status, ...facts };
}

export const CALL_STATUS_OF_DECISION: Record<DecidedItem["decision"], ToolCallStatus> = {
  approved: "approved",
  rejected: "rejected",
  expired: "expired",
  cancelled: "cancelled",
};

/** This client's decision leaves; a second press while it is on its way changes nothing. */
export function sendDecision(approval: Approval, command: string): Approval {
  return approval.status === "open" ? { ...approval, status: "deciding", command } : approval;
}

/** The decision was refused, or nobody knows: the gate takes input again, and repeats the same command if unknown. */
export function reopenDecision(approval: Approval, outcome: "refused" | "unconfirmed"): Approval {
  if (approval.status !== "deciding") return approval;
  if (outcome === "unconfirmed") return { ...approval, unconfirmed: true };
  const { command: _command, unconfirmed: _unconfirmed, ...rest } = approval;
  return { ...rest, status: "open" };
}
