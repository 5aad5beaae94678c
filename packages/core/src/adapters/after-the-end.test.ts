import { describe, expect, it } from "vitest";
import { endOf, read } from "../../test-kit/folding.js";
import { encode, sse } from "../../test-kit/recordings.js";
import { textOf } from "../message/selectors.js";
import type { Decode, Diagnostic } from "../protocol/index.js";
import { decodeAgUi } from "./ag-ui/index.js";
import { decodeUIMessageStream } from "./ai-sdk/index.js";
import { decodeAnthropic } from "./anthropic/index.js";
import { decodeLangGraph } from "./langgraph/index.js";
import { decodeChatCompletions } from "./openai/index.js";
import { decodeTanStackAi } from "./tanstack-ai/index.js";

interface Wire {
  readonly decode: Decode;
  readonly text: (words: string) => readonly unknown[];
  readonly end: readonly unknown[];
  /** Text may follow on this wire: the end that was stated is taken back. */
  readonly goesOn: boolean;
}

const agUiText = (delta: string): readonly unknown[] => [{ type: "TEXT_MESSAGE_CHUNK", messageId: "a", delta }];
const frame = (method: string, data: unknown): unknown => ({ type: "event", method, params: { namespace: [], data } });

const WIRES: Readonly<Record<string, Wire>> = {
  "ai-sdk": {
    decode: decodeUIMessageStream,
    text: (delta) => [
      { type: "text-start", id: "0" },
      { type: "text-delta", id: "0", delta },
      { type: "text-end", id: "0" },
    ],
    end: [{ type: "finish", finishReason: "stop" }],
    goesOn: false,
  },
  anthropic: {
    decode: decodeAnthropic,
    text: (text) => [
      { type: "message_start", message: { model: "m", content: [], usage: { output_tokens: 1 } } },
      { type: "content_block_start", index: 0, content_block: { type: "text", text } },
      { type: "content_block_stop", index: 0 },
    ],
    end: [{ type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 2 } }, { type: "message_stop" }],
    goesOn: false,
  },
  chat: {
    decode: decodeChatCompletions,
    text: (content) => [{ choices: [{ index: 0, delta: { content }, finish_reason: null }] }],
    end: [{ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] }],
    goesOn: true,
  },
  "ag-ui": {
    decode: decodeAgUi,
    text: (delta) => [{ type: "RUN_STARTED", runId: "r", threadId: "t" }, ...agUiText(delta)],
    end: [{ type: "RUN_FINISHED", runId: "r", threadId: "t" }],
    goesOn: true,
  },
  "tanstack-ai": {
    decode: decodeTanStackAi,
    text: (delta) => [{ type: "RUN_STARTED", runId: "r", threadId: "t" }, ...agUiText(delta)],
    end: [{ type: "RUN_FINISHED", runId: "r", threadId: "t", finishReason: "stop" }],
    goesOn: true,
  },
  langgraph: {
    decode: decodeLangGraph,
    text: (text) => [
      frame("lifecycle", { event: "started" }),
      frame("messages", { event: "message-start", role: "ai", id: "a" }),
      frame("messages", { event: "content-block-delta", index: 0, delta: { type: "text-delta", text } }),
    ],
    end: [frame("lifecycle", { event: "completed" })],
    goesOn: false,
  },
};

const GARBAGE = ["<html>502 Bad Gateway</html>\n\n", 'data: {"broken\n\n', "data: 7\n\n", "data: null\n\n", `data: ${"x".repeat(100)}`];

describe.each(Object.entries(WIRES))("what follows the stated end of %s", (_name, { decode, text, end, goesOn }) => {
  const whole = [...text("Hello"), ...end].map(sse).join("");

  it.each(GARBAGE)("does it no harm, and is no part of the answer: %j", (garbage) => {
    const message = read(decode, encode(whole + garbage));
    expect([endOf(message), textOf(message)]).toEqual(["complete", "Hello"]);
  });

  it.each(GARBAGE)("would have harmed it before that end: %j", (garbage) => {
    const [before, after] = [text("Hello"), end].map((events) => events.map(sse).join(""));
    expect(read(decode, encode(`${before}${garbage}\n\n${after}`)).status).toBe("truncated");
  });

  it("is counted where the body is still read, and counts as damage once the answer goes on", () => {
    const seen: Diagnostic[] = [];
    const counted: Decode = (context) => decode({ ...context, onDiagnostic: (diagnostic) => seen.push(diagnostic) });
    const again = [...text(" again"), ...end].map(sse).join("");
    const message = read(counted, encode(`${whole}data: 7\n\n${again}`));
    expect(seen.filter(({ code }) => code === "adapter.bad-event")).toHaveLength(goesOn ? 1 : 0);
    expect(endOf(message)).toBe(goesOn ? "corrupt stream-corrupt" : "complete");
    expect(endOf(read(decode, encode(`${whole}${again}`)))).toBe("complete");
  });
});
