import { createPendingMessage } from "../message/create.js";
import type { AssistantMessage, Message } from "../message/message.js";
import { isStoredMessage } from "./stored-shape.js";

/**
 * Stored messages as they came from a server. One that cannot be read is shown as `truncated/corrupt` in its place:
 * a status has no default, and a gap in the thread would be a silent loss.
 */
export function parseMessages(value: unknown, thread: string): readonly Message[] {
  if (!Array.isArray(value)) return [];
  return value.map((entry, index) => (isReadable(entry) ? entry : unreadable(entry, thread, index)));
}

function isReadable(entry: unknown): entry is Message {
  return isStoredMessage(entry);
}

function unreadable(entry: unknown, thread: string, index: number): AssistantMessage {
  const id =
    typeof entry === "object" && entry !== null && "id" in entry && typeof entry.id === "string" ? entry.id : `unreadable-${index}`;
  return {
    ...withoutLiveness(createPendingMessage({ id, thread })),
    status: "truncated",
    cause: "corrupt",
    resumable: false,
    at: { seq: 0, part: null, offset: null },
    error: {
      code: "stream-corrupt",
      message: "A stored message does not have the shape of a message, so it can't be shown. Check what the history route sends.",
      retryable: false,
    },
  };
}

function withoutLiveness(message: AssistantMessage): Omit<AssistantMessage, "status" | "liveness"> {
  const { status: _status, ...rest } = message;
  return rest;
}
