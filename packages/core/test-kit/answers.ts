import { decodeAgUi } from "../src/adapters/ag-ui/index.js";
import { decodeUIMessageStream } from "../src/adapters/ai-sdk/index.js";
import { decodeAnthropic } from "../src/adapters/anthropic/index.js";
import { decodeNdjson } from "../src/adapters/ndjson/index.js";
import { decodeChatCompletions, decodeResponses } from "../src/adapters/openai/index.js";
import { decodeTanStackAi } from "../src/adapters/tanstack-ai/index.js";
import { decodeUnsay } from "../src/adapters/unsay/index.js";
import type { Decode } from "../src/protocol/index.js";
import { createArgsHash, NO_EFFECTS } from "../src/protocol/index.js";

/** Reasoning, text, a call with arguments, its result where the wire has one, and an end: on each wire that has events. */
export interface SmallAnswer {
  readonly name: string;
  readonly decode: Decode;
  readonly events: readonly object[];
  /** One event as bytes; server-sent where absent. */
  readonly encode?: (event: unknown) => string;
}

const ARGS = { city: "Oslo", days: [1, 2], options: { unit: "C" } };
const JSON_ARGS = JSON.stringify(ARGS);

const ENVELOPES: readonly object[] = [
  { type: "run.open", caps: { resume: true, stop: "command" }, heartbeatMs: 15_000, ttlMs: null, model: "m" },
  { type: "run.phase", phase: "thinking", label: "Reading" },
  { type: "part.open", part: "r", kind: "reasoning" },
  { type: "span.append", part: "r", span: "r1", text: "Hm." },
  { type: "part.close", part: "r" },
  { type: "part.open", part: "p", kind: "answer" },
  { type: "span.append", part: "p", span: "s1", text: "Hel" },
  { type: "span.append", part: "p", span: "s2", text: "lo" },
  { type: "span.revise", spans: ["s2"], replacement: { span: "s3", text: "lo!" }, reason: "typo", by: "server" },
  { type: "tool.propose", call: "c", name: "weather", effect: "read", cancellable: false, title: "Weather", target: "Oslo" },
  { type: "tool.args", call: "c", delta: JSON_ARGS },
  { type: "tool.ready", call: "c", args: ARGS, argsHash: createArgsHash("c", "weather", ARGS) },
  {
    type: "approval.request",
    approval: "a",
    items: [{ call: "c", argsHash: createArgsHash("c", "weather", ARGS) }],
    options: ["once"],
    editable: true,
    expiresInMs: 1_000,
  },
  {
    type: "approval.decision",
    approval: "a",
    items: [{ call: "c", argsHash: createArgsHash("c", "weather", ARGS), decision: "approved" }],
    by: "user",
  },
  { type: "tool.start", call: "c", attempt: 1, callKey: "k" },
  { type: "tool.progress", call: "c", count: 1, total: 2, preview: { rows: [1] } },
  { type: "tool.result", call: "c", result: "ok", output: { degrees: 7, rows: [{ at: "noon" }] } },
  { type: "receipt", receipt: "x", call: "c", outcome: "succeeded", summary: "Read", doneAt: 1, undo: { untilAt: 2 } },
  { type: "part.open", part: "d", kind: "data", value: { rows: [[1, { a: null }]] } },
  { type: "usage", generated: 3, billed: 3, billedReasoning: null, source: "m", final: true },
  { type: "run.end", outcome: "complete", effects: NO_EFFECTS },
].map((event, index) => ({ ...event, v: 1, thread: "t", run: "r", message: "m", seq: index + 1, t: index }));

export const ANSWERS: readonly SmallAnswer[] = [
  {
    name: "anthropic",
    decode: decodeAnthropic,
    events: [
      { type: "message_start", message: { model: "m", content: [], usage: { output_tokens: 1 } } },
      { type: "content_block_start", index: 0, content_block: { type: "thinking", thinking: "" } },
      { type: "content_block_delta", index: 0, delta: { type: "thinking_delta", thinking: "Hm." } },
      { type: "content_block_stop", index: 0 },
      { type: "content_block_start", index: 1, content_block: { type: "text", text: "" } },
      { type: "content_block_delta", index: 1, delta: { type: "text_delta", text: "Hello" } },
      {
        type: "content_block_delta",
        index: 1,
        delta: { type: "citations_delta", citation: { url: "https://x.example", cited_text: "x" } },
      },
      { type: "content_block_stop", index: 1 },
      { type: "content_block_start", index: 2, content_block: { type: "server_tool_use", id: "s", name: "web_search", input: {} } },
      { type: "content_block_delta", index: 2, delta: { type: "input_json_delta", partial_json: JSON_ARGS } },
      { type: "content_block_stop", index: 2 },
      {
        type: "content_block_start",
        index: 3,
        content_block: { type: "web_search_tool_result", tool_use_id: "s", content: [{ title: "x" }] },
      },
      { type: "content_block_stop", index: 3 },
      { type: "content_block_start", index: 4, content_block: { type: "tool_use", id: "c", name: "weather", input: {} } },
      { type: "content_block_delta", index: 4, delta: { type: "input_json_delta", partial_json: JSON_ARGS } },
      { type: "content_block_stop", index: 4 },
      { type: "message_delta", delta: { stop_reason: "tool_use" }, usage: { output_tokens: 2 } },
      { type: "message_stop" },
    ],
  },
  {
    name: "openai-chat",
    decode: decodeChatCompletions,
    events: [
      { model: "m", choices: [{ index: 0, delta: { role: "assistant", reasoning_content: "Hm." }, finish_reason: null }] },
      { choices: [{ index: 0, delta: { content: "Hello" }, finish_reason: null }] },
      { choices: [{ index: 0, delta: { tool_calls: [{ index: 0, id: "c", function: { name: "weather", arguments: "" } }] } }] },
      { choices: [{ index: 0, delta: { tool_calls: [{ index: 0, function: { arguments: JSON_ARGS } }] } }] },
      { choices: [{ index: 0, delta: {}, finish_reason: "tool_calls" }] },
      { choices: [], usage: { completion_tokens: 3, completion_tokens_details: { reasoning_tokens: 1 } } },
    ],
  },
  {
    name: "openai-responses",
    decode: decodeResponses,
    events: [
      { type: "response.created", response: { model: "m" } },
      { type: "response.output_item.added", output_index: 0, item: { type: "message", id: "i", content: [] } },
      { type: "response.output_text.delta", output_index: 0, content_index: 0, delta: "Hello" },
      { type: "response.output_text.annotation.added", output_index: 0, content_index: 0, annotation: { url: "https://x.example" } },
      { type: "response.output_item.done", output_index: 0, item: { type: "message", content: [{ type: "output_text", text: "Hello" }] } },
      {
        type: "response.output_item.added",
        output_index: 1,
        item: { type: "function_call", call_id: "c", name: "weather", arguments: "" },
      },
      { type: "response.function_call_arguments.delta", output_index: 1, delta: JSON_ARGS },
      { type: "response.function_call_arguments.done", output_index: 1, arguments: JSON_ARGS },
      {
        type: "response.output_item.done",
        output_index: 1,
        item: { type: "function_call", call_id: "c", name: "weather", arguments: JSON_ARGS },
      },
      {
        type: "response.output_item.done",
        output_index: 2,
        item: { type: "code_interpreter_call", id: "k", code: "1", outputs: [{ logs: "1" }], status: "completed" },
      },
      { type: "response.completed", response: { status: "completed", output: [], usage: { output_tokens: 3 } } },
    ].map((event, index) => ({ ...event, sequence_number: index })),
  },
  {
    name: "ai-sdk",
    decode: decodeUIMessageStream,
    events: [
      { type: "start", messageId: "m", messageMetadata: { a: 1 } },
      { type: "start-step" },
      { type: "text-start", id: "0", providerMetadata: { openai: { itemId: "x" } } },
      { type: "text-delta", id: "0", delta: "Hello" },
      { type: "text-end", id: "0" },
      { type: "source-url", sourceId: "u", url: "https://x.example", title: "x" },
      { type: "data-chart", id: "d", data: { rows: [[1, { a: null }]] } },
      { type: "tool-input-start", toolCallId: "c", toolName: "weather" },
      { type: "tool-input-delta", toolCallId: "c", inputTextDelta: JSON_ARGS },
      { type: "tool-input-available", toolCallId: "c", toolName: "weather", input: ARGS },
      { type: "tool-approval-request", approvalId: "a", toolCallId: "c" },
      { type: "tool-approval-response", approvalId: "a", approved: true },
      { type: "tool-output-available", toolCallId: "c", output: { degrees: 7, rows: [{ at: "noon" }] } },
      { type: "finish-step" },
      { type: "finish", finishReason: "stop", messageMetadata: { b: { c: 1 } } },
    ],
  },
  {
    name: "ag-ui",
    decode: decodeAgUi,
    events: [
      { type: "RUN_STARTED", threadId: "t", runId: "r" },
      { type: "STATE_SNAPSHOT", snapshot: { a: { b: 1 } } },
      { type: "STATE_DELTA", delta: [{ op: "add", path: "/a/c", value: { d: 1 } }] },
      { type: "TEXT_MESSAGE_START", messageId: "0", role: "assistant" },
      { type: "TEXT_MESSAGE_CONTENT", messageId: "0", delta: "Hello" },
      { type: "TEXT_MESSAGE_END", messageId: "0" },
      { type: "TOOL_CALL_START", toolCallId: "c", toolCallName: "weather", parentMessageId: "0" },
      { type: "TOOL_CALL_ARGS", toolCallId: "c", delta: JSON_ARGS },
      { type: "TOOL_CALL_END", toolCallId: "c" },
      { type: "TOOL_CALL_RESULT", messageId: "1", toolCallId: "c", content: '{"degrees":7}', role: "tool" },
      { type: "CUSTOM", name: "x", value: { a: [1, { b: 2 }] } },
      { type: "MESSAGES_SNAPSHOT", messages: [{ id: "0", role: "assistant", content: "Hello" }] },
      { type: "RUN_FINISHED", threadId: "t", runId: "r", result: { a: 1 }, outcome: { type: "success" } },
    ],
  },
  {
    name: "tanstack-ai",
    decode: decodeTanStackAi,
    events: [
      { type: "RUN_STARTED", threadId: "t", runId: "r" },
      { type: "TEXT_MESSAGE_START", messageId: "0", role: "assistant" },
      { type: "TEXT_MESSAGE_CONTENT", messageId: "0", delta: "Hello" },
      { type: "TEXT_MESSAGE_END", messageId: "0" },
      { type: "TOOL_CALL_START", toolCallId: "c", toolCallName: "weather" },
      { type: "TOOL_CALL_ARGS", toolCallId: "c", delta: JSON_ARGS },
      { type: "TOOL_CALL_END", toolCallId: "c" },
      { type: "RUN_FINISHED", threadId: "t", runId: "r", metadata: { tanstack: { finishReason: "stop" } } },
    ],
  },
  { name: "unsay", decode: decodeUnsay, events: ENVELOPES },
  { name: "ndjson", decode: decodeNdjson, events: ENVELOPES, encode: (event) => `${JSON.stringify(event)}\n` },
];
