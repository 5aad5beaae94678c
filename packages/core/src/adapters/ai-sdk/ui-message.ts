import { objectOf, stringOf, type JsonObject } from "../shared/fields.js";
import { STATUS_PART } from "./chunks.js";

/** A `UIMessage` of the AI SDK, as far as it has to be understood here. */
export interface UIMessageLike {
  readonly id: string;
  readonly role: string;
  readonly parts: readonly { readonly type: string }[];
  readonly metadata?: unknown;
}

/** The chunks that would have made this message: one way of reading serves what streams and what is stored. */
export function chunksOfMessage(message: UIMessageLike): readonly JsonObject[] {
  const parts = partsOf(message);
  const chunks = parts.filter((part) => part["type"] !== STATUS_PART).flatMap((part, index) => chunksOfPart(part, `${index}`));
  // The last word, although it stands first: it says how all of it ended.
  const status = parts.filter((part) => part["type"] === STATUS_PART);
  return [{ type: "start", messageMetadata: message.metadata }, ...chunks, ...status];
}

/** What is no list of parts counts as one part that nobody can read. */
export function partsOf(message: UIMessageLike): readonly JsonObject[] {
  const parts: unknown = message.parts;
  return Array.isArray(parts) ? parts.map(objectOf) : [{}];
}

function chunksOfPart(part: JsonObject, id: string): readonly JsonObject[] {
  const type = stringOf(part["type"]) ?? "";
  if (type === "text" || type === "reasoning") return chunksOfText(type, part, id);
  if (type === "dynamic-tool") return chunksOfTool(part, stringOf(part["toolName"]) ?? "");
  if (type.startsWith("tool-")) return chunksOfTool(part, type.slice("tool-".length));
  if (type === "step-start") return [{ type: "start-step" }];
  // A kind of a later version that holds text must not get lost in silence.
  return [stringOf(part["text"]) === undefined ? part : { ...part, delta: part["text"] }];
}

function chunksOfText(type: "text" | "reasoning", part: JsonObject, id: string): readonly JsonObject[] {
  const chunks = [
    { type: `${type}-start`, id },
    { type: `${type}-delta`, id, delta: part["text"] },
  ];
  return part["state"] === "streaming" ? chunks : [...chunks, { type: `${type}-end`, id }];
}

function chunksOfTool(part: JsonObject, toolName: string): readonly JsonObject[] {
  const { toolCallId, title, providerExecuted, state } = part;
  const facts = { toolCallId, toolName, title, providerExecuted };
  const start = { type: "tool-input-start", ...facts };
  const given = part["input"];
  if (state === "input-streaming")
    return [start, { type: "tool-input-delta", toolCallId, inputTextDelta: stringOf(part["rawInput"]) ?? "" }];
  if (state === "output-error" && given === undefined) return [{ ...start, type: "tool-input-error", errorText: part["errorText"] }];
  const input = { type: "tool-input-available", ...facts, input: given };
  return [start, input, ...chunksOfApproval(part), ...chunksOfResult(part)];
}

function chunksOfApproval(part: JsonObject): readonly JsonObject[] {
  const { id: approvalId, approved, reason } = objectOf(part["approval"]);
  if (approvalId === undefined) return [];
  const request = { type: "tool-approval-request", approvalId, toolCallId: part["toolCallId"] };
  return approved === undefined ? [request] : [request, { type: "tool-approval-response", approvalId, approved, reason }];
}

function chunksOfResult(part: JsonObject): readonly JsonObject[] {
  const { toolCallId, output, errorText, preliminary } = part;
  switch (part["state"]) {
    case "output-available":
      return [{ type: "tool-output-available", toolCallId, output, preliminary }];
    case "output-error":
      return [{ type: "tool-output-error", toolCallId, errorText }];
    case "output-denied":
      return [{ type: "tool-output-denied", toolCallId }];
    default:
      return [];
  }
}
