import type { ApprovalItem, DecidedItem, DecideItem, EventOf, UnsayErrorData } from "../protocol/index.js";
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
export function decideApproval(approval: Approval, event: EventOf<"approval.decision">, isReplay: boolean): Approval | null {
  if (!isOpen(approval) || !event.items.every((item) => isAskedFor(approval, item))) return null;
  const elsewhere = !isReplay && isFromElsewhere(approval, event) ? { elsewhere: true as const } : {};
  return closeApproval(approval, statusOfDecision(event.items), { decided: event.items, by: event.by, ...elsewhere });
}

/** A person decided while the question stood here, and this client sent nothing like it. */
function isFromElsewhere({ sent }: Approval, { items, by }: EventOf<"approval.decision">): boolean {
  if (!PEOPLE.has(by)) return false;
  const isOwn = (item: DecidedItem) => sent?.some((own) => own.call === item.call && DECIDED_AS[own.decision] === item.decision) === true;
  return items.some((item) => (item.decision === "approved" || item.decision === "rejected") && !isOwn(item));
}

const PEOPLE: ReadonlySet<string> = new Set(["user", "other-device"]);
const DECIDED_AS = { approve: "approved", reject: "rejected" } as const;

function isAskedFor(approval: Approval, decided: ApprovalItem): boolean {
  return approval.items.some((item) => item.call === decided.call && item.argsHash === decided.argsHash);
}

/** A mixed batch counts as approved: something was. Each call shows its own decision. */
function statusOfDecision(items: readonly DecidedItem[]): ApprovalStatus {
  if (items.some((item) => item.decision === "approved")) return "approved";
  return items[0]?.decision ?? "rejected";
}

export function closeApproval(
  approval: Approval,
  status: ApprovalStatus,
  facts: Pick<Approval, "decided" | "by" | "elsewhere"> = {},
): Approval {
  const { command: _command, unconfirmed: _unconfirmed, refused: _refused, ...rest } = approval;
  return { ...rest, status, ...facts };
}

export const CALL_STATUS_OF_DECISION: Record<DecidedItem["decision"], ToolCallStatus> = {
  approved: "approved",
  rejected: "rejected",
  expired: "expired",
  cancelled: "cancelled",
};

/** This client's decision leaves; a second press while it is on its way changes nothing. */
export function sendDecision(approval: Approval, command: string, sent: readonly DecideItem[]): Approval {
  if (approval.status !== "open") return approval;
  const { refused: _refused, ...rest } = approval;
  return { ...rest, status: "deciding", command, sent };
}

/** The decision was refused, or nobody knows: the gate takes input again, and repeats the same command if unknown. */
export function reopenDecision(approval: Approval, outcome: "unconfirmed" | UnsayErrorData): Approval {
  if (approval.status !== "deciding") return approval;
  if (outcome === "unconfirmed") return { ...approval, unconfirmed: true };
  const { command: _command, unconfirmed: _unconfirmed, sent: _sent, ...rest } = approval;
  return { ...rest, status: "open", refused: outcome };
}
