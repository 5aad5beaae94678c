import type { Message } from "../message/message.js";
import type { ContextCall } from "./context-message.js";
import { turnsOf, type AssistantTurn } from "./conversation.js";

export interface OpenAiToolCall {
  readonly id: string;
  readonly type: "function";
  readonly function: { readonly name: string; readonly arguments: string };
}

/** A message of Chat Completions, as far as a conversation of Unsay fills it. */
export type OpenAiMessage =
  | { readonly role: "user"; readonly content: string }
  | { readonly role: "assistant"; readonly content: string | null; readonly tool_calls?: readonly OpenAiToolCall[] }
  | { readonly role: "tool"; readonly tool_call_id: string; readonly content: string };

/** An item of `input` of the Responses API. It carries no item id: those of a cut reply can't be referred to again. */
export type OpenAiInputItem =
  | { readonly type: "message"; readonly role: "user" | "assistant"; readonly content: string }
  | { readonly type: "function_call"; readonly call_id: string; readonly name: string; readonly arguments: string }
  | { readonly type: "function_call_output"; readonly call_id: string; readonly output: string };

/** A conversation as `messages` of Chat Completions: each assistant message with one tool message for each of its calls. */
export function toOpenAiMessages(messages: readonly Message[]): readonly OpenAiMessage[] {
  return turnsOf(messages).flatMap((turn): readonly OpenAiMessage[] =>
    turn.role === "user" ? [{ role: "user", content: turn.text }] : [encodeAnswer(turn), ...turn.calls.map(encodeResult)],
  );
}

function encodeAnswer({ text, calls }: AssistantTurn): OpenAiMessage {
  if (calls.length === 0) return { role: "assistant", content: text };
  return { role: "assistant", content: text === "" ? null : text, tool_calls: calls.map(encodeCall) };
}

function encodeCall(call: ContextCall): OpenAiToolCall {
  return { id: call.id, type: "function", function: { name: call.name, arguments: call.argsText } };
}

function encodeResult(call: ContextCall): OpenAiMessage {
  return { role: "tool", tool_call_id: call.id, content: call.result.text };
}

/** A conversation as `input` of the Responses API: the calls of a step, then their outputs in the same order. */
export function toOpenAiInput(messages: readonly Message[]): readonly OpenAiInputItem[] {
  return turnsOf(messages).flatMap((turn): readonly OpenAiInputItem[] => {
    const text: readonly OpenAiInputItem[] = turn.text === "" ? [] : [{ type: "message", role: turn.role, content: turn.text }];
    return turn.role === "user" ? text : [...text, ...turn.calls.map(encodeCallItem), ...turn.calls.map(encodeOutputItem)];
  });
}

function encodeCallItem(call: ContextCall): OpenAiInputItem {
  return { type: "function_call", call_id: call.id, name: call.name, arguments: call.argsText };
}

function encodeOutputItem(call: ContextCall): OpenAiInputItem {
  return { type: "function_call_output", call_id: call.id, output: call.result.text };
}
