import type { Attributes } from "@opentelemetry/api";
import { selectCall, textOf, type AssistantMessage } from "../message/index.js";
import { definedOnly } from "./defined-only.js";

/** The answer as it was shown, in the shape of the conventions. What was taken back or never shown is not in it. */
export function contentOfAnswer(message: AssistantMessage): Attributes {
  const text = textOf(message);
  if (text === "") return {};
  return { "gen_ai.output.messages": JSON.stringify([{ role: "assistant", parts: [{ type: "text", content: text }] }]) };
}

export function contentOfCall(message: AssistantMessage, callId: string): Attributes {
  const call = selectCall(message, callId);
  if (call === undefined) return {};
  return definedOnly({
    "gen_ai.tool.call.arguments": jsonOf(call.args),
    "gen_ai.tool.call.result": jsonOf(call.output),
  });
}

function jsonOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}
