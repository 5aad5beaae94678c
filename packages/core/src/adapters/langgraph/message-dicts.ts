import {
  BadEvent,
  isObject,
  kindOf,
  listOf,
  objectOf,
  optionalString,
  requireString,
  stringOf,
  type JsonObject,
} from "../shared/fields.js";

/** Where in the graph a message comes from. */
export interface MessageSource {
  /** Names of the subgraphs on the way to it; empty at the root. */
  readonly namespace: readonly string[];
  readonly node: string | undefined;
  readonly tags: readonly string[];
}

export interface MessageDict {
  readonly role: "ai" | "tool" | "human" | "other";
  /** A piece that continues what came before, where the wire does not say so itself. */
  readonly isChunk: boolean;
  readonly id: string | undefined;
  readonly fields: JsonObject;
}

/** A message as LangChain writes it: plain, or as the constructor call that would make it. */
export function readMessage(value: unknown): MessageDict {
  if (!isObject(value)) throw new BadEvent(`A message must be an object; found ${kindOf(value)}.`);
  const fields = value["type"] === "constructor" ? constructed(value) : value;
  const type = stringOf(fields["type"]) ?? requireString(fields, "role");
  const isChunk = type.endsWith("Chunk") || Array.isArray(fields["tool_call_chunks"]);
  return { role: roleOf(type), isChunk, id: optionalString(fields, "id"), fields };
}

function constructed(value: JsonObject): JsonObject {
  return { ...objectOf(value["kwargs"]), type: listOf(value["id"]).at(-1) };
}

function roleOf(type: string): MessageDict["role"] {
  const word = type.replace(/Message(?:Chunk)?$/u, "").toLowerCase();
  if (word === "ai" || word === "assistant") return "ai";
  if (word === "human" || word === "user") return "human";
  return word === "tool" ? "tool" : "other";
}

/** The source that the metadata of a message tells of; without any it is the namespace of its event. */
export function sourceOf(metadata: JsonObject, namespace: readonly string[]): MessageSource {
  const path = stringOf(metadata["langgraph_checkpoint_ns"] ?? metadata["checkpoint_ns"]) ?? "";
  return {
    namespace: namespace.length > 0 ? namespace : path.split("|").slice(0, -1),
    node: stringOf(metadata["langgraph_node"]),
    tags: listOf(metadata["tags"]).filter((tag) => typeof tag === "string"),
  };
}

export interface MessageText {
  readonly answer: string;
  readonly reasoning: string;
}

/** What a message says: text, or a list of typed blocks. */
export function textOfMessage(fields: JsonObject): MessageText {
  const { content } = fields;
  const blocks = typeof content === "string" ? [content] : blocksOf(content);
  const more = stringOf(objectOf(fields["additional_kwargs"])["reasoning_content"]) ?? "";
  return { answer: blocks.map(answerIn).join(""), reasoning: more + blocks.map(reasoningIn).join("") };
}

function blocksOf(content: unknown): readonly unknown[] {
  if (content === undefined || content === null) return [];
  if (Array.isArray(content)) return content;
  throw new BadEvent(`\`content\` must be text or a list of blocks; found ${kindOf(content)}.`);
}

const REASONING: ReadonlySet<unknown> = new Set(["reasoning", "thinking", "reasoning_content"]);

function answerIn(block: unknown): string {
  if (typeof block === "string") return block;
  if (!isObject(block)) throw new BadEvent(`A content block must be text or an object; found ${kindOf(block)}.`);
  if (REASONING.has(block["type"])) return "";
  if (block["type"] === "text" || block["type"] === "output_text" || block["type"] === "text_delta") return requireString(block, "text");
  if (block["text"] !== undefined) throw new BadEvent("A content block of an unknown type carries text.");
  return "";
}

function reasoningIn(block: unknown): string {
  if (!isObject(block) || !REASONING.has(block["type"])) return "";
  const said = block["reasoning"] ?? block["thinking"] ?? block["text"];
  if (typeof said === "string") return said;
  return listOf(block["summary"])
    .map((item) => stringOf(objectOf(item)["text"]) ?? "")
    .join("");
}

/** The provider's own word for why the model stopped, wherever LangChain has put it. */
export function stopReasonOf(fields: JsonObject): string | undefined {
  const places = [objectOf(fields["response_metadata"]), objectOf(fields["additional_kwargs"])];
  const words = places.flatMap((place) => [
    objectOf(place["incomplete_details"])["reason"],
    place["finish_reason"],
    place["stop_reason"],
    place["finishReason"],
    place["done_reason"],
  ]);
  const refusal = places.map((place) => stringOf(place["refusal"]) ?? "").join("");
  return refusal === "" ? words.find((word) => typeof word === "string") : "refusal";
}
