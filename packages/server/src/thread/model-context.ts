import { textOf, type AssistantMessage, type Message } from "@unsay/core";
import type { Cause } from "@unsay/core/protocol";
import type { AgentMessage } from "../agents/agent.js";

const NOTE: Record<Cause, string | null> = {
  stopped: "reply cut off: the user stopped it; the user saw up to here",
  redirected: "reply cut off: the user redirected it; the user saw up to here",
  disconnected: "reply cut off: the connection was lost; the user saw up to here",
  length: "reply cut off: length limit; the user saw up to here",
  filtered: null,
  withheld: null,
  failed: "reply cut off: an error; the user saw up to here",
  orphaned: "reply cut off: the server lost it; the user saw up to here",
  corrupt: "reply cut off: unreadable data; the user saw up to here",
  unverified: "this reply was not checked",
};

/** What goes back to the model: what the user saw, and where it was cut. Withdrawn and filtered answers stay out. */
export function contextOf(messages: readonly Message[]): readonly AgentMessage[] {
  return newestVersions(messages).flatMap((message): readonly AgentMessage[] => {
    if (message.role === "user") return [{ role: "user", content: message.text }];
    const content = contentOf(message);
    return content === "" ? [] : [{ role: "assistant", content }];
  });
}

/** Of several answers to one message only the newest was meant. */
function newestVersions(messages: readonly Message[]): readonly Message[] {
  const newest = new Map<string, string>();
  for (const message of messages) if (message.role === "assistant" && message.parent !== null) newest.set(message.parent, message.id);
  return messages.filter((message) => message.role === "user" || message.parent === null || newest.get(message.parent) === message.id);
}

function contentOf(message: AssistantMessage): string {
  const note = message.status === "truncated" ? NOTE[message.cause] : "";
  if (note === null) return "";
  const text = textOf(message);
  const lines = [text, ...callNotes(message), note === "" ? "" : `[${note}]`].filter((line) => line !== "");
  return text === "" && message.calls.length === 0 ? "" : lines.join("\n\n");
}

function callNotes(message: AssistantMessage): readonly string[] {
  return message.calls.map((call) => {
    switch (call.status) {
      case "succeeded":
        return `[called ${call.name}: succeeded]`;
      case "failed":
        return `[called ${call.name}: failed, nothing was done]`;
      case "rejected":
        return `[${call.name} not executed: the user rejected it${call.reason === undefined ? "" : ` (${call.reason})`}]`;
      case "unknown":
        return `[called ${call.name}: outcome unknown; do not retry without the idempotency key ${call.callKey ?? "of the call"}]`;
      default:
        return `[${call.name} not executed: ${call.status}]`;
    }
  });
}
