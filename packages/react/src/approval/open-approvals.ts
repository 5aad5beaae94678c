import {
  selectCall,
  selectOpenApprovals,
  type Approval,
  type AssistantMessage,
  type Message,
  type MessagePages,
  type ToolCall,
} from "@unsay/core/base";
import { perPage } from "../thread/per-page.js";
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

/** The same of a thread in pages: what a delta does not touch is not looked at. */
export const openApprovalsIn: (pages: MessagePages) => readonly OpenApproval[] = perPage(openApprovalsOf);

const askingMessages = perPage((messages) => messages.filter((message) => message.role === "assistant" && message.approvals.length > 0));

/** The answer that asked, or `undefined`. */
export function askerOf(pages: MessagePages, approvalId: string): AssistantMessage | undefined {
  const asker = askingMessages(pages).findLast((message) => holds(message, approvalId));
  return asker?.role === "assistant" ? asker : undefined;
}

function holds(message: Message, approvalId: string): boolean {
  return message.role === "assistant" && message.approvals.some(({ id }) => id === approvalId);
}
