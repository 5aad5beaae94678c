import type { ToolResult } from "../../protocol/index.js";
import type { CarriedCall, CarriedEntry, CarriedText } from "../shared/profile-answer.js";
import type { AgUiMessage } from "./events.js";

/** Ids of messages hold for a whole thread, those of parts and calls only for one answer. */
export function idOfText(message: string, entry: CarriedText): string {
  return `${message}.${entry.id}`;
}

export function idOfCall(message: string, call: CarriedCall): string {
  return `${message}.call.${call.id}`;
}

export function idOfResult(message: string, call: CarriedCall): string {
  return `${idOfCall(message, call)}.result`;
}

/** Ids of all messages that the answer has, or once had. */
export function idsOf(message: string, entries: readonly CarriedEntry[]): ReadonlySet<string> {
  return new Set(
    entries.flatMap((entry) => {
      if (entry.type === "value") return [];
      return entry.type === "text" ? [idOfText(message, entry)] : [idOfCall(message, entry), idOfResult(message, entry)];
    }),
  );
}

export function argsOf(call: CarriedCall): string {
  return JSON.stringify(call.args?.value ?? {});
}

/** The carrier has no status of a result: whatever is no success says so in words. */
export function resultText(result: ToolResult): string {
  switch (result.result) {
    case "ok":
    case "empty":
      return typeof result.output === "string" ? result.output : JSON.stringify(result.output ?? null);
    case "error":
      return `Error: ${result.error?.message ?? "the tool failed"}`;
    case "rejected":
      return "Not executed: rejected.";
    case "cancelled":
      return "Not executed: cancelled.";
    case "unknown":
      return "Error: what this call did is not known.";
  }
}

/** The answer as messages of the thread: what a reader may see now. */
export function messagesOf(message: string, entries: readonly CarriedEntry[], started: ReadonlySet<CarriedText>): readonly AgUiMessage[] {
  return entries.flatMap((entry) => {
    if (entry.type === "text") return isListed(entry, started) ? [messageOfText(message, entry)] : [];
    return entry.type === "call" && entry.args !== null ? messagesOfCall(message, entry) : [];
  });
}

/** A text without words stays listed while it may go on; and reasoning always, since clients keep what is not mentioned. */
function isListed(entry: CarriedText, started: ReadonlySet<CarriedText>): boolean {
  return entry.sent !== "" || (started.has(entry) && (!entry.isClosed || entry.kind === "reasoning"));
}

function messageOfText(message: string, entry: CarriedText): AgUiMessage & { readonly content: string } {
  return { id: idOfText(message, entry), role: entry.kind === "reasoning" ? "reasoning" : "assistant", content: entry.sent };
}

function messagesOfCall(message: string, call: CarriedCall): readonly AgUiMessage[] {
  const id = idOfCall(message, call);
  const toolCalls = [{ id: call.id, type: "function", function: { name: call.name, arguments: argsOf(call) } }];
  const said = { id, role: "assistant", toolCalls };
  if (call.result === null) return [said];
  const answered = { id: idOfResult(message, call), role: "tool", toolCallId: call.id, content: resultText(call.result) };
  return [said, answered];
}
