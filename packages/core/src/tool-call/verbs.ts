import type { UnsayErrorData } from "../protocol/index.js";
import type { AssistantMessage, Receipt, ToolCall } from "../message/message.js";
import { isLive } from "../message/selectors.js";

/** What may be asked about a call or a receipt now: each gives the reason against it, or `null` where it may be offered. */

export const NOTHING_LIVE: UnsayErrorData = {
  code: "run-not-live",
  message: "No answer is in work that could be told anything. Send the words as a message.",
  retryable: false,
};

/** Its time is the server's to judge (`undo-expired`), since `untilAt` is by another clock; what was undone, only a receipt says. */
export function whyNotUndoable(message: AssistantMessage, receipt: Receipt): UnsayErrorData | null {
  const call = message.calls.findLast(({ id }) => id === receipt.call);
  const isDeclared = receipt.undo !== undefined || call?.undo === true;
  if (!isDeclared || receipt.outcome !== "succeeded" || receipt.undoes !== undefined) return unavailable(receipt.id);
  return call?.status === "undone" || call?.status === "undoing" ? unavailable(receipt.id) : null;
}

function unavailable(receipt: string): UnsayErrorData {
  return {
    code: "undo-unavailable",
    message: `What the receipt ${receipt} says can't be undone here: no undo was declared for it, or it was undone already. The receipt stays.`,
    retryable: false,
    userMessage: "This can't be undone.",
  };
}

/** For Enough and for cancelling one call while the run goes on. */
export function whyNotStoppable(message: AssistantMessage, call: ToolCall): UnsayErrorData | null {
  if (!isLive(message)) return NOTHING_LIVE;
  if (message.run?.caps.cancelTool === true && call.cancellable && STOPPABLE.has(call.status)) return null;
  return {
    code: "tool-not-ready",
    message: `The call ${call.id} is ${call.status} and can't be stopped by itself: it is over, or its server or tool does not offer it. Stop the answer instead.`,
    retryable: false,
    userMessage: "This step can't be stopped by itself.",
  };
}

const STOPPABLE: ReadonlySet<ToolCall["status"]> = new Set(["proposed", "ready", "awaiting-approval", "approved", "held", "executing"]);

/** Not even a failed call is tried again where its tool has not said that it may. */
export function whyNotRetryable(message: AssistantMessage, call: ToolCall): UnsayErrorData | null {
  if (!isLive(message)) return NOTHING_LIVE;
  if (call.status === "failed" && call.error?.retryable === true && call.callKey !== undefined) return null;
  return {
    code: "tool-not-ready",
    message: `The call ${call.id} is ${call.status}${call.error === undefined ? "" : ` (${call.error.code})`}. Only a call that failed, and whose tool says that it may be tried again, is.`,
    retryable: false,
  };
}
