import { textOf, type Message } from "@unsay/core";
import type { RunOnRecord } from "./history.js";

/** A reload says how it ended, and nothing in it still waits. */
export function checkMessages(messages: readonly Message[], runs: readonly RunOnRecord[]): readonly string[] {
  return messages.flatMap((message) => {
    if (message.role !== "assistant") return [];
    const outcome = runs.findLast(({ record }) => record.message === message.id)?.record.end?.outcome;
    const waits = [...message.calls, ...message.approvals].filter(({ status }) => ["open", "executing", "ready", "held"].includes(status));
    return [
      ...(message.status === outcome ? [] : [`a reload says ${message.status} of what is ${outcome}`]),
      ...waits.map(({ id, status }) => `a reload says ${status} of ${id}`),
      ...(message.status === "complete" && !textOf(message).endsWith("end.") ? ["a cut answer that says it is complete"] : []),
    ];
  });
}
