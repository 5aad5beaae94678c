import type { UnsayErrorData } from "../protocol/index.js";
import type { AssistantMessage, Message } from "../message/message.js";
import { isLive, selectOpenApprovals } from "../message/selectors.js";
import type { MessagesFromEnd } from "./message-pages.js";

/** What a thread or a hook is doing. It never says whether an answer is whole. */
export type ThreadStatus = "submitted" | "streaming" | "error" | "ready";

/** Why queued messages wait for the user. */
export type QueuePauseReason = "stopped" | "error" | "approval" | "offline" | "reload";

/** Pure questions about the messages of a thread. */

export function findAssistant(messages: readonly Message[], id: string): AssistantMessage | undefined {
  const found = messages.findLast((message) => message.id === id);
  return found?.role === "assistant" ? found : undefined;
}

export function findLive(messages: MessagesFromEnd): AssistantMessage | undefined {
  const found = messages.findLast((message) => message.role === "assistant" && isLive(message));
  return found?.role === "assistant" ? found : undefined;
}

function latestAnswer(messages: MessagesFromEnd): AssistantMessage | undefined {
  const found = messages.findLast((message) => message.role === "assistant");
  return found?.role === "assistant" ? found : undefined;
}

const STOPPED_CAUSES: ReadonlySet<string> = new Set(["stopped", "redirected"]);
const BAD_CAUSES: ReadonlySet<string> = new Set(["failed", "disconnected", "corrupt"]);

export function selectThreadStatus(messages: MessagesFromEnd): ThreadStatus {
  const latest = latestAnswer(messages);
  if (latest?.status === "pending") return "submitted";
  if (latest?.status === "streaming") return "streaming";
  return latest?.status === "truncated" && BAD_CAUSES.has(latest.cause) ? "error" : "ready";
}

export function selectThreadError(messages: MessagesFromEnd): UnsayErrorData | null {
  const latest = latestAnswer(messages);
  return latest?.status === "truncated" && BAD_CAUSES.has(latest.cause) ? (latest.error ?? null) : null;
}

/** Why a queued message would not be sent after this answer; `null` when it would. */
export function pauseReasonAfter(message: AssistantMessage): QueuePauseReason | null {
  if (message.status === "complete" || message.status === "revised") return null;
  if (isLive(message)) return selectOpenApprovals(message).length > 0 ? "approval" : null;
  return message.status === "truncated" && STOPPED_CAUSES.has(message.cause) ? "stopped" : "error";
}
