import { NO_EFFECTS } from "../protocol/events.js";
import type { AssistantMessage, UserMessage } from "./message.js";

export interface PendingMessageIds {
  readonly id: string;
  readonly thread: string;
  readonly parent?: string | null;
}

/** The answer as it is before the server has said a word. Times are as in `AssistantMessage`. */
export function createPendingMessage(
  ids: PendingMessageIds,
  times: { readonly now?: number; readonly epoch?: number } = {},
): AssistantMessage {
  return {
    id: ids.id,
    thread: ids.thread,
    role: "assistant",
    status: "pending",
    liveness: "flowing",
    parent: ids.parent ?? null,
    parts: [],
    calls: [],
    approvals: [],
    receipts: [],
    usage: null,
    run: null,
    reconnecting: false,
    startedAt: times.epoch ?? null,
    endedAt: null,
    waitingSince: times.now ?? null,
    stated: false,
    stop: null,
    effects: NO_EFFECTS,
    seams: [],
    runs: [],
    revisions: 0,
    notes: [],
  };
}

export function createUserMessage(
  fields: Pick<UserMessage, "id" | "thread" | "text"> &
    Partial<Pick<UserMessage, "delivery" | "startedAt" | "redirects" | "attachments" | "quote" | "edits">>,
): UserMessage {
  return { role: "user", status: "complete", delivery: "sending", startedAt: null, ...fields };
}
