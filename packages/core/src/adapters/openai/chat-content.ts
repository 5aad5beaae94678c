import { BadEvent, isObject, kindOf, listOf, requireString, stringOf, type JsonObject } from "../shared/fields.js";

export interface ContentText {
  readonly kind: "answer" | "reasoning" | "refusal";
  readonly text: string;
}

/** `delta.content`: text, or a list of typed parts as some servers send it. */
export function readContent(content: unknown): readonly ContentText[] {
  if (content === undefined || content === null) return [];
  if (typeof content === "string") return [{ kind: "answer", text: content }];
  if (!Array.isArray(content) || content.length === 0) {
    throw new BadEvent(`\`content\` must be text or a list of parts; found ${kindOf(content)}.`);
  }
  return content.flatMap(readPart);
}

function readPart(part: unknown): readonly ContentText[] {
  if (!isObject(part)) throw new BadEvent(`A content part must be an object; found ${kindOf(part)}.`);
  switch (part["type"]) {
    case "thinking":
    case "reasoning":
      return [{ kind: "reasoning", text: textOfThinking(part) }];
    case "refusal":
      return [{ kind: "refusal", text: requireString(part, "refusal") }];
    case "text":
    case "output_text":
      return [{ kind: "answer", text: requireString(part, "text") }];
    default:
      return withoutText(part);
  }
}

/** References, images and the like hold nothing to append; one that does must not be lost in silence. */
function withoutText(part: JsonObject): readonly ContentText[] {
  if (part["text"] !== undefined) throw new BadEvent("A content part of an unknown type carries text.");
  return [];
}

function textOfThinking(part: JsonObject): string {
  const thinking = part["thinking"] ?? part["text"];
  if (typeof thinking === "string") return thinking;
  return listOf(thinking)
    .map((item) => (isObject(item) ? (stringOf(item["text"]) ?? "") : ""))
    .join("");
}

/** Reasoning has no field of its own in the API; servers settled on these. */
export function readReasoning(delta: JsonObject): string {
  for (const name of ["reasoning_content", "reasoning"]) {
    const value = delta[name];
    if (value === undefined || value === null || value === "") continue;
    return isObject(value) ? (stringOf(value["content"]) ?? "") : requireString(delta, name);
  }
  return listOf(delta["reasoning_details"])
    .map((detail) => (isObject(detail) ? (stringOf(detail["text"]) ?? stringOf(detail["summary"]) ?? "") : ""))
    .join("");
}
