import type { Message } from "../message/message.js";
import type { ContextCall } from "./context-message.js";
import { turnsOf, type AssistantTurn } from "./conversation.js";
import { toJsonValue } from "./json-text.js";

export type AiSdkToolOutput =
  | { readonly type: "text"; readonly value: string }
  | { readonly type: "json"; readonly value: unknown }
  | { readonly type: "error-text"; readonly value: string }
  | { readonly type: "execution-denied"; readonly reason: string };

export type AiSdkAssistantPart =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "tool-call"; readonly toolCallId: string; readonly toolName: string; readonly input: unknown };

export interface AiSdkToolResultPart {
  readonly type: "tool-result";
  readonly toolCallId: string;
  readonly toolName: string;
  readonly output: AiSdkToolOutput;
}

/** A `ModelMessage` of AI SDK 7, as far as a conversation of Unsay fills it. */
export type AiSdkMessage =
  | { readonly role: "user"; readonly content: string }
  | { readonly role: "assistant"; readonly content: readonly AiSdkAssistantPart[] }
  | { readonly role: "tool"; readonly content: readonly AiSdkToolResultPart[] };

/** A conversation as `messages` of `generateText` and `streamText`: each assistant message with its tool message after it. */
export function toAiSdkMessages(messages: readonly Message[]): readonly AiSdkMessage[] {
  return turnsOf(messages).flatMap((turn) => (turn.role === "user" ? [{ role: "user", content: turn.text }] : encodeAnswer(turn)));
}

function encodeAnswer(turn: AssistantTurn): readonly AiSdkMessage[] {
  const text: readonly AiSdkAssistantPart[] = turn.text === "" ? [] : [{ type: "text", text: turn.text }];
  const assistant: AiSdkMessage = { role: "assistant", content: [...text, ...turn.calls.map(encodeCall)] };
  return turn.calls.length === 0 ? [assistant] : [assistant, { role: "tool", content: turn.calls.map(encodeResult) }];
}

function encodeCall(call: ContextCall): AiSdkAssistantPart {
  return { type: "tool-call", toolCallId: call.id, toolName: call.name, input: toJsonValue(call.args) };
}

function encodeResult(call: ContextCall): AiSdkToolResultPart {
  return { type: "tool-result", toolCallId: call.id, toolName: call.name, output: outputOf(call) };
}

function outputOf({ result }: ContextCall): AiSdkToolOutput {
  switch (result.kind) {
    case "ok":
      return typeof result.output === "string" || result.remark !== undefined
        ? { type: "text", value: result.text }
        : { type: "json", value: toJsonValue(result.output) };
    case "empty":
      return { type: "text", value: result.text };
    case "rejected":
    case "expired":
      return { type: "execution-denied", reason: result.text };
    case "error":
    case "not-executed":
    case "unknown":
      return { type: "error-text", value: result.text };
  }
}
