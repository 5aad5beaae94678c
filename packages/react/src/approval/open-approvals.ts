import { selectCall, selectOpenApprovals, type Approval, type AssistantMessage, type Message, type ToolCall } from "@unsay/core";
import type { OpenApproval } from "../types.js";

export function callsOf(message: AssistantMessage, approval: Approval): readonly ToolCall[] {
  return approval.items.flatMap((item) => selectCall(message, item.call) ?? []);
}

/** Every approval of a thread that still waits, in thread order. */
export function openApprovalsOf(messages: readonly Message[]): readonly OpenApproval[] {
  return messages.flatMap((message) =>
    message.role === "user"
      ? []
      : selectOpenApprovals(message).map((approval) => ({ approval, message, calls: callsOf(message, approval) })),
  );
}
