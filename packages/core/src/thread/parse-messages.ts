import { createPendingMessage } from "../message/create.js";
import type { AssistantMessage, Message } from "../message/message.js";

const STATUSES: ReadonlySet<unknown> = new Set(["pending", "streaming", "truncated", "complete", "revised"]);
const LISTS = ["parts", "calls", "approvals", "receipts", "seams", "runs", "notes"];

/**
 * Stored messages as they came from a server. One that cannot be read is shown as `truncated/corrupt` in its place:
 * a status has no default, and a gap in the thread would be a silent loss.
 */
export function parseMessages(value: unknown, thread: string): readonly Message[] {
  if (!Array.isArray(value)) return [];
  return value.map((entry, index) => (isReadable(entry) ? entry : unreadable(entry, thread, index)));
}

function isReadable(entry: unknown): entry is Message {
  if (typeof entry !== "object" || entry === null) return false;
  const source = entry as Record<string, unknown>;
  if (typeof source["id"] !== "string" || !STATUSES.has(source["status"])) return false;
  if (source["role"] === "user") return typeof source["text"] === "string";
  if (source["role"] !== "assistant" || !LISTS.every((name) => Array.isArray(source[name]))) return false;
  if (!isStopRecord(source["stop"])) return false;
  return source["status"] !== "truncated" || typeof source["cause"] === "string";
}

/** `null`, or a record that says what was painted: showing more than was seen is not for a reader to guess. */
function isStopRecord(value: unknown): boolean {
  if (value === null) return true;
  if (typeof value !== "object" || !("painted" in value)) return false;
  const { painted } = value;
  if (painted === null) return true;
  return (
    typeof painted === "object" && "parts" in painted && Array.isArray(painted.parts) && "spans" in painted && Array.isArray(painted.spans)
  );
}

function unreadable(entry: unknown, thread: string, index: number): AssistantMessage {
  const id = typeof entry === "object" && entry !== null && "id" in entry ? String(entry.id) : `unreadable-${index}`;
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
