import type { Message } from "../message/message.js";
import { turnsOf, type Turn } from "./conversation.js";

/** A turn in words alone, for models and agents that take nothing else. */
export interface TextMessage {
  readonly role: "user" | "assistant";
  readonly content: string;
}

/** The conversation as plain text: each call stands in brackets behind the words it followed, with what became of it. */
export function toTextMessages(messages: readonly Message[]): readonly TextMessage[] {
  return turnsOf(messages).map((turn) => ({ role: turn.role, content: contentOf(turn) }));
}

function contentOf(turn: Turn): string {
  if (turn.role === "user") return turn.text;
  const calls = turn.calls.map((call) => `[called ${call.name} with ${call.argsText}: ${call.result.text}]`);
  return [turn.text, ...calls].filter((line) => line !== "").join("\n\n");
}
