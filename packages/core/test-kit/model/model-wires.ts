import { decodeAgUi } from "../../src/adapters/ag-ui/index.js";
import { decodeUIMessageStream } from "../../src/adapters/ai-sdk/index.js";
import { decodeAnthropic } from "../../src/adapters/anthropic/index.js";
import { decodeChatCompletions } from "../../src/adapters/openai/index.js";
import type { Decode, UnsayEvent } from "../../src/protocol/index.js";
import { sse } from "../recordings.js";
import { UNSAY_WIRE, type ModelWire } from "./model-network.js";

/** What each wire says for the things that every wire can say. */
interface Dialect {
  readonly decode: Decode;
  readonly open: readonly object[];
  readonly text: (text: string) => object;
  readonly complete: readonly object[];
  readonly failed: object;
}

const DIALECTS: Readonly<Record<string, Dialect>> = {
  "ai-sdk": {
    decode: decodeUIMessageStream,
    open: [{ type: "start" }, { type: "text-start", id: "0" }],
    text: (text) => ({ type: "text-delta", id: "0", delta: text }),
    complete: [
      { type: "text-end", id: "0" },
      { type: "finish", finishReason: "stop" },
    ],
    failed: { type: "error", errorText: "failed" },
  },
  anthropic: {
    decode: decodeAnthropic,
    open: [
      { type: "message_start", message: { content: [] } },
      { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
    ],
    text: (text) => ({ type: "content_block_delta", index: 0, delta: { type: "text_delta", text } }),
    complete: [{ type: "message_delta", delta: { stop_reason: "end_turn" } }, { type: "message_stop" }],
    failed: { type: "error", error: { type: "api_error", message: "failed" } },
  },
  "openai-chat": {
    decode: decodeChatCompletions,
    open: [{ choices: [{ index: 0, delta: { role: "assistant" } }] }],
    text: (text) => ({ choices: [{ index: 0, delta: { content: text } }] }),
    complete: [{ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] }],
    failed: { error: { message: "failed" } },
  },
  "ag-ui": {
    decode: decodeAgUi,
    open: [
      { type: "RUN_STARTED", threadId: "t", runId: "r" },
      { type: "TEXT_MESSAGE_START", messageId: "0", role: "assistant" },
    ],
    text: (text) => ({ type: "TEXT_MESSAGE_CONTENT", messageId: "0", delta: text }),
    complete: [
      { type: "TEXT_MESSAGE_END", messageId: "0" },
      { type: "RUN_FINISHED", threadId: "t", runId: "r" },
    ],
    failed: { type: "RUN_ERROR", message: "failed" },
  },
};

function frameOf(dialect: Dialect, event: UnsayEvent): string {
  switch (event.type) {
    case "run.open":
      return dialect.open.map(sse).join("");
    case "span.append":
      return sse(dialect.text(event.text));
    case "run.end":
      if (event.outcome === "complete") return dialect.complete.map(sse).join("");
      // A server that dies says nothing.
      return event.outcome === "truncated" && event.cause === "failed" ? sse(dialect.failed) : "";
    default:
      return "";
  }
}

export const MODEL_WIRES: readonly ModelWire[] = [
  UNSAY_WIRE,
  ...Object.entries(DIALECTS).map(([name, dialect]) => ({
    name,
    decode: dialect.decode,
    isUnsay: false,
    frame: (event: UnsayEvent) => frameOf(dialect, event),
  })),
];
