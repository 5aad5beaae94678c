import type { Message } from "../message/message.js";
import type { ContextCall } from "./context-message.js";
import { turnsOf, type Turn } from "./conversation.js";
import { toJsonValue } from "./json-text.js";

export interface AnthropicTextBlock {
  readonly type: "text";
  readonly text: string;
}

export interface AnthropicToolUseBlock {
  readonly type: "tool_use";
  readonly id: string;
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
}

export interface AnthropicToolResultBlock {
  readonly type: "tool_result";
  readonly tool_use_id: string;
  readonly content: string;
  readonly is_error?: true;
}

/** A `MessageParam` of the Messages API, as far as a conversation of Unsay fills it. */
export type AnthropicMessage =
  | { readonly role: "user"; readonly content: readonly (AnthropicToolResultBlock | AnthropicTextBlock)[] }
  | { readonly role: "assistant"; readonly content: readonly (AnthropicTextBlock | AnthropicToolUseBlock)[] };

/**
 * A conversation as `messages` of the Messages API. The roles alternate: neighbours of one role are one message, so
 * what the user writes next stands in the same message as the results, after them.
 */
export function toAnthropicMessages(messages: readonly Message[]): readonly AnthropicMessage[] {
  return joinNeighbours(turnsOf(messages).flatMap(encodeTurn));
}

function encodeTurn(turn: Turn): readonly AnthropicMessage[] {
  const text: readonly AnthropicTextBlock[] = turn.text === "" ? [] : [{ type: "text", text: turn.text }];
  if (turn.role === "user") return [{ role: "user", content: text }];
  const assistant: AnthropicMessage = { role: "assistant", content: [...text, ...turn.calls.map(encodeCall)] };
  return turn.calls.length === 0 ? [assistant] : [assistant, { role: "user", content: turn.calls.map(encodeResult) }];
}

function joinNeighbours(messages: readonly AnthropicMessage[]): readonly AnthropicMessage[] {
  const joined: AnthropicMessage[] = [];
  for (const next of messages) {
    const both = joinTwo(joined.at(-1), next);
    if (both === null) joined.push(next);
    else joined[joined.length - 1] = both;
  }
  return joined;
}

function joinTwo(first: AnthropicMessage | undefined, second: AnthropicMessage): AnthropicMessage | null {
  if (first?.role === "user" && second.role === "user") return { role: "user", content: [...first.content, ...second.content] };
  if (first?.role === "assistant" && second.role === "assistant") {
    return { role: "assistant", content: [...first.content, ...second.content] };
  }
  return null;
}

function encodeCall(call: ContextCall): AnthropicToolUseBlock {
  return { type: "tool_use", id: call.id, name: call.name, input: inputOf(call.args) };
}

/** This wire takes an object and nothing else. */
function inputOf(args: unknown): Readonly<Record<string, unknown>> {
  const value = toJsonValue(args);
  if (value === null) return {};
  return typeof value === "object" && !Array.isArray(value) ? { ...value } : { value };
}

function encodeResult({ id, result }: ContextCall): AnthropicToolResultBlock {
  const isGood = result.kind === "ok" || result.kind === "empty";
  return { type: "tool_result", tool_use_id: id, content: result.text, ...(isGood ? {} : { is_error: true as const }) };
}
