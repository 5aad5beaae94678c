import type { AssistantMessage, Message, ToolCallStatus } from "@unsay/core";

const DONE: ReadonlySet<ToolCallStatus> = new Set(["succeeded", "unknown", "executing", "undoing", "undone", "undo-failed"]);

/**
 * Answers without their words: only the calls that did or may have done something. An answer that is made anew, or goes
 * on, must know of them, and must not be told the text twice.
 */
export function deedsOf(messages: readonly Message[]): readonly Message[] {
  return messages.flatMap((message) => {
    if (message.role !== "assistant") return [];
    const deeds = callsOnly(message);
    return deeds.calls.length === 0 ? [] : [deeds];
  });
}

function callsOnly(message: AssistantMessage): AssistantMessage {
  const calls = message.calls.filter((call) => DONE.has(call.status));
  const ids = new Set(calls.map(({ id }) => id));
  const parts = message.parts.filter((part) => part.type === "call" && ids.has(part.call));
  return { ...message, status: "complete", calls, parts, stop: null };
}
