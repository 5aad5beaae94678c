import { decodeAgUi } from "../src/adapters/ag-ui/index.js";
import { decodeUIMessageStream } from "../src/adapters/ai-sdk/index.js";
import { decodeAnthropic } from "../src/adapters/anthropic/index.js";
import { decodeChatCompletions, decodeResponses } from "../src/adapters/openai/index.js";
import type { Decode } from "../src/protocol/index.js";
import type { WireEvent } from "./recordings.js";

/** One wire as its protocol page describes it, in so far as a plain reading of one event at a time can tell. */
export interface Wire {
  /** The folder of its recordings. */
  readonly kind: string;
  readonly decode: Decode;
  /** The event states how the answer ended. */
  readonly isTerminal: (event: WireEvent) => boolean;
  /** The answer text the event adds. */
  readonly textOf: (event: WireEvent) => string;
  /** What follows the event is no part of the answer any more. */
  readonly endsReading?: (event: WireEvent) => boolean;
  /** Two such events of one kind carry neither number nor place: on this wire nothing tells their order. */
  readonly isUnordered: (event: WireEvent) => boolean;
  /** Its events are numbered and its end repeats the text, so that a lost, doubled or moved event shows. */
  readonly isGuarded: boolean;
}

const text = (value: unknown): string => (typeof value === "string" ? value : "");
const member = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;

/** Content of a chat delta: a string, or a list whose text items are the answer. */
function textOfContent(content: unknown): string {
  if (!Array.isArray(content)) return text(content);
  return content.map((item) => (member(item, "type") === "text" ? text(member(item, "text")) : "")).join("");
}

export const WIRES: readonly Wire[] = [
  {
    kind: "anthropic-messages",
    decode: decodeAnthropic,
    isTerminal: (event) => event.type === "message_stop",
    textOf: (event) => {
      if (event.type === "content_block_start") return event.content_block?.type === "text" ? text(event.content_block.text) : "";
      return member(event.delta, "type") === "text_delta" ? text(member(event.delta, "text")) : "";
    },
    isUnordered: (event) => event.type === "content_block_delta",
    isGuarded: false,
  },
  {
    kind: "openai-chat",
    decode: decodeChatCompletions,
    isTerminal: (event) => event.choices?.some((choice) => choice.index === 0 && typeof choice.finish_reason === "string") === true,
    textOf: (event) => textOfContent(event.choices?.find((choice) => choice.index === 0)?.delta?.content),
    isUnordered: () => true,
    isGuarded: false,
  },
  {
    kind: "openai-responses",
    decode: decodeResponses,
    isTerminal: (event) => /^response\.(?:completed|incomplete|failed)$/u.test(event.type ?? ""),
    textOf: (event) => (event.type === "response.output_text.delta" ? text(event.delta) : ""),
    isUnordered: (event) => event.sequence_number === undefined && /delta/u.test(event.type ?? ""),
    isGuarded: true,
  },
  {
    kind: "ui-message-stream",
    decode: decodeUIMessageStream,
    isTerminal: (event) => event.type === "finish",
    textOf: (event) => (event.type === "text-delta" ? text(event.delta) : ""),
    endsReading: (event) => event.type === "error",
    isUnordered: (event) => /delta/u.test(event.type ?? ""),
    isGuarded: false,
  },
  {
    kind: "agui-streams",
    decode: decodeAgUi,
    isTerminal: (event) => event.type === "RUN_FINISHED",
    textOf: (event) => (event.type === "TEXT_MESSAGE_CONTENT" ? text(event.delta) : ""),
    isUnordered: (event) => /_CONTENT$|_ARGS$/u.test(event.type ?? ""),
    isGuarded: false,
  },
];
