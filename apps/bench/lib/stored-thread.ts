import type { EventPayload, Message } from "@unsay/core";
import type { ThreadMessage } from "../workloads/thread.ts";

export const NO_EFFECTS = { succeeded: [], failed: [], unknown: [], cancelled: [] };

export const RUN_OPEN: EventPayload = { type: "run.open", caps: {}, heartbeatMs: null, ttlMs: null };
export const RUN_COMPLETE: EventPayload = { type: "run.end", outcome: "complete", effects: NO_EFFECTS };

const NONE: readonly never[] = [];

/** A finished message as a server would have stored it. */
export function storedOf({ id, role, text }: ThreadMessage): Message {
  if (role === "user") return { id, thread: "th", role, status: "complete", text, delivery: "sent", startedAt: 0 };
  return {
    id,
    thread: "th",
    role,
    status: "complete",
    parent: null,
    parts: [{ type: "text", id: "p", kind: "answer", status: "closed", spans: [{ id: "s", text, state: "settled" }] }],
    calls: NONE,
    approvals: NONE,
    receipts: NONE,
    stated: true,
    stop: null,
    effects: NO_EFFECTS,
    seams: NONE,
    runs: NONE,
    revisions: 0,
    notes: NONE,
    usage: null,
    run: null,
    reconnecting: false,
    startedAt: 0,
    endedAt: 0,
    waitingSince: null,
  };
}
