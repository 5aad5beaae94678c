import type { AssistantMessage, TextPart } from "@unsay/core";

/** The part of an answer that is JSON; `undefined` before it has begun. */
export function structuredPartOf(answer: AssistantMessage): TextPart | undefined {
  return answer.parts.find((part): part is TextPart => part.type === "text" && part.kind === "structured");
}
