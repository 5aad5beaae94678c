import { afterAll, describe, expect, it } from "vitest";
import { IDS, pending, seeded } from "../../test-kit/folding.js";
import { encode, sse } from "../../test-kit/recordings.js";
import { decodeAgUi } from "../adapters/ag-ui/index.js";
import { decodeUIMessageStream } from "../adapters/ai-sdk/index.js";
import { decodeAnthropic } from "../adapters/anthropic/index.js";
import { decodeNdjson } from "../adapters/ndjson/index.js";
import { decodeChatCompletions, decodeResponses } from "../adapters/openai/index.js";
import { decodeText } from "../adapters/text/index.js";
import { decodeUnsay } from "../adapters/unsay/index.js";
import type { AssistantMessage } from "../message/message.js";
import { foldEvents } from "../message/reducer.js";
import { textOf } from "../message/selectors.js";
import type { Decode, UnsayEvent } from "../protocol/index.js";
import { createArgsHash } from "../protocol/index.js";
import { createStructuredStream } from "../structured/index.js";

/**
 * L10: what a body can do to the reader's machine. Each generator makes a body of about `size` bytes; twice the size may
 * cost no more than three times the time, measured in turns on the same machine, and 50 KB are read within 100 ms.
 */
type Body = (size: number) => Uint8Array;

interface Budget {
  readonly name: string;
  readonly decode: Decode;
  readonly body: Body;
  /** Bytes of one chunk; all at once where absent. */
  readonly chunk?: number;
}

/** Events until the body is large enough. */
function events(make: (index: number) => unknown, head: readonly unknown[] = [], tail: readonly unknown[] = []): Body {
  return (size) => {
    const parts = head.map(sse);
    for (let length = 0, index = 0; length < size; index += 1) {
      const frame = sse(make(index));
      length += frame.length;
      parts.push(frame);
    }
    return encode([...parts, ...tail.map(sse)].join(""));
  };
}

const repeated =
  (text: string, head = "", tail = ""): Body =>
  (size) =>
    encode(head + text.repeat(Math.ceil(size / text.length)) + tail);

function lines(make: (index: number) => unknown): Body {
  return (size) => {
    const parts: string[] = [];
    for (let length = 0, index = 0; length < size; index += 1) {
      const line = `${JSON.stringify(make(index))}\n`;
      length += line.length;
      parts.push(line);
    }
    return encode(parts.join(""));
  };
}

const OPEN = { type: "run.open", caps: {}, heartbeatMs: null, ttlMs: null };
const PART = { type: "part.open", part: "p", kind: "answer" };
const envelope = (event: object, index: number): object => ({
  v: 1,
  thread: "t",
  run: "r",
  message: "m",
  seq: index + 1,
  t: null,
  ...event,
});
const unsay = (head: readonly object[], make: (index: number) => object): Body =>
  events((index) => envelope(make(index), index + head.length), head.map(envelope));

const TEXT_BLOCK = { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } };
const STARTED = { type: "message_start", message: { content: [] } };
const chat = (delta: object): object => ({ choices: [{ index: 0, delta, finish_reason: null }] });
const nested = (levels: number): unknown => JSON.parse("[".repeat(levels) + "]".repeat(levels));

const BUDGETS: readonly Budget[] = [
  {
    name: "small deltas",
    decode: decodeAnthropic,
    body: events(() => ({ type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "x" } }), [STARTED, TEXT_BLOCK]),
  },
  { name: "small deltas, a byte a chunk", decode: decodeChatCompletions, chunk: 1, body: events(() => chat({ content: "x" })) },
  {
    name: "small deltas, 7 bytes a chunk",
    decode: decodeUIMessageStream,
    chunk: 7,
    body: events(() => ({ type: "text-delta", id: "0", delta: "x" }), [{ type: "text-start", id: "0" }]),
  },
  {
    name: "text blocks",
    decode: decodeAnthropic,
    body: events(
      (index) =>
        index % 2 === 0
          ? { ...TEXT_BLOCK, index }
          : { type: "content_block_delta", index: index - 1, delta: { type: "text_delta", text: "x" } },
      [STARTED],
    ),
  },
  {
    name: "tool calls",
    decode: decodeAnthropic,
    body: events(
      (index) => ({ type: "content_block_start", index, content_block: { type: "tool_use", id: `c${index}`, name: "n", input: {} } }),
      [STARTED],
    ),
  },
  {
    name: "tool calls of one id",
    decode: decodeAnthropic,
    body: events(
      (index) => ({ type: "content_block_start", index, content_block: { type: "tool_use", id: "c", name: "n", input: {} } }),
      [STARTED],
    ),
  },
  {
    name: "arguments in small deltas",
    decode: decodeAnthropic,
    body: events(
      () => ({ type: "content_block_delta", index: 0, delta: { type: "input_json_delta", partial_json: "[" } }),
      [STARTED, { type: "content_block_start", index: 0, content_block: { type: "tool_use", id: "c", name: "n", input: {} } }],
    ),
  },
  {
    name: "citations",
    decode: decodeAnthropic,
    body: events(
      () => ({ type: "content_block_delta", index: 0, delta: { type: "citations_delta", citation: { url: "u" } } }),
      [STARTED, TEXT_BLOCK],
    ),
  },
  {
    name: "usage",
    decode: decodeAnthropic,
    body: events((index) => ({ type: "message_delta", delta: {}, usage: { output_tokens: index } }), [STARTED]),
  },
  { name: "unknown types", decode: decodeAnthropic, body: events((index) => ({ type: `of.tomorrow.${index}` }), [STARTED]) },
  { name: "choices", decode: decodeChatCompletions, body: events((index) => ({ choices: [{ index, delta: { content: "x" } }] })) },
  {
    name: "calls of one chunk",
    decode: decodeChatCompletions,
    body: events((index) => chat({ tool_calls: [{ index, id: `c${index}`, function: { name: "n", arguments: "{}" } }] })),
  },
  {
    name: "finish reasons",
    decode: decodeChatCompletions,
    body: events(() => ({ choices: [{ index: 0, delta: { content: "x" }, finish_reason: "stop" }] })),
  },
  {
    name: "output items",
    decode: decodeResponses,
    body: events(
      (index) => ({
        type: "response.output_item.done",
        sequence_number: index + 1,
        output_index: index,
        item: { type: "web_search_call", id: `i${index}`, status: "completed" },
      }),
      [{ type: "response.created", sequence_number: 0, response: {} }],
    ),
  },
  {
    name: "whole texts again and again",
    decode: decodeResponses,
    body: events(
      (index) => ({ type: "response.output_text.delta", sequence_number: index + 1, output_index: 0, content_index: 0, delta: "x" }),
      [{ type: "response.created", sequence_number: 0, response: {} }],
    ),
  },
  { name: "data parts", decode: decodeUIMessageStream, body: events((index) => ({ type: "data-x", id: `d${index}`, data: { index } })) },
  { name: "steps", decode: decodeUIMessageStream, body: events((index) => ({ type: index % 2 === 0 ? "start-step" : "finish-step" })) },
  {
    name: "steps taken back",
    decode: decodeUIMessageStream,
    body: events(
      (index) =>
        [{ type: "start-step" }, { type: "text-start", id: "0" }, { type: "text-delta", id: "0", delta: "x" }, { type: "reset-step" }][
          index % 4
        ],
    ),
  },
  {
    name: "approvals",
    decode: decodeUIMessageStream,
    body: events(
      (index) =>
        [
          { type: "tool-input-available", toolCallId: `c${index - (index % 2)}`, toolName: "n", input: {} },
          { type: "tool-approval-request", approvalId: `a${index}`, toolCallId: `c${index - 1}` },
        ][index % 2],
    ),
  },
  {
    name: "messages",
    decode: decodeAgUi,
    body: events(
      (index) => ({ type: "TEXT_MESSAGE_CHUNK", messageId: `m${index}`, delta: "x" }),
      [{ type: "RUN_STARTED", threadId: "t", runId: "r" }],
    ),
  },
  {
    name: "state deltas",
    decode: decodeAgUi,
    body: events(
      (index) => ({ type: "STATE_DELTA", delta: [{ op: "add", path: `/a${index}`, value: index }] }),
      [{ type: "RUN_STARTED", threadId: "t", runId: "r" }],
    ),
  },
  {
    name: "steps",
    decode: decodeAgUi,
    body: events((index) => ({ type: "STEP_STARTED", stepName: `s${index}` }), [{ type: "RUN_STARTED", threadId: "t", runId: "r" }]),
  },
  { name: "appends", decode: decodeUnsay, body: unsay([OPEN, PART], () => ({ type: "span.append", part: "p", span: "s", text: "x" })) },
  {
    name: "spans",
    decode: decodeUnsay,
    body: unsay([OPEN, PART], (index) => ({ type: "span.append", part: "p", span: `s${index}`, text: "x" })),
  },
  { name: "parts", decode: decodeUnsay, body: unsay([OPEN], (index) => ({ type: "part.open", part: `p${index}`, kind: "answer" })) },
  {
    name: "receipts",
    decode: decodeUnsay,
    body: unsay([OPEN], (index) => ({ type: "receipt", receipt: `x${index}`, call: "c", outcome: "succeeded", summary: "s", doneAt: 1 })),
  },
  {
    name: "revisions of one span",
    decode: decodeUnsay,
    body: unsay([OPEN, PART, { type: "span.append", part: "p", span: "s0", text: "x" }], (index) => ({
      type: "span.revise",
      spans: [`s${index}`],
      replacement: { span: `s${index + 1}`, text: "y" },
      reason: "r",
      by: "b",
    })),
  },
  {
    name: "heartbeats",
    decode: decodeUnsay,
    body: unsay([OPEN], () => ({ type: "run.heartbeat", seq: null, last: 1, phase: "thinking" })),
  },
  {
    name: "events",
    decode: decodeNdjson,
    body: lines((index) =>
      envelope(index === 0 ? OPEN : index === 1 ? PART : { type: "span.append", part: "p", span: "s", text: "x" }, index),
    ),
  },
  {
    name: "events, a byte a chunk",
    decode: decodeNdjson,
    chunk: 1,
    body: lines((index) =>
      envelope(index === 0 ? OPEN : { type: "usage", generated: 1, billed: null, billedReasoning: null, source: "m", final: false }, index),
    ),
  },
  { name: "words", decode: decodeText, chunk: 64, body: repeated("words and ") },
  { name: "what may be the beginning of a page", decode: decodeText, chunk: 8, body: repeated(" ", "", "<!doctype") },
  { name: "comments", decode: decodeAnthropic, body: repeated(":\n") },
  { name: "comments, a byte a chunk", decode: decodeAnthropic, chunk: 1, body: repeated(": keep-alive\n\n") },
  { name: "blank lines", decode: decodeChatCompletions, body: repeated("\n") },
  { name: "carriage returns, a byte a chunk", decode: decodeChatCompletions, chunk: 1, body: repeated("\r") },
  { name: "data lines of one event", decode: decodeChatCompletions, body: repeated("data: [\n") },
  { name: "data lines of one event, a byte a chunk", decode: decodeChatCompletions, chunk: 1, body: repeated("data:\n") },
  { name: "ids and retries", decode: decodeUIMessageStream, body: repeated("id: 1\nretry: 99999999999999999999\n") },
  { name: "a line that never ends, a byte a chunk", decode: decodeUIMessageStream, chunk: 1, body: repeated("x", "data: ") },
  { name: "a page in place of a stream, a byte a chunk", decode: decodeUIMessageStream, chunk: 1, body: repeated("<p>\n", "<html>") },
  { name: "braces of an error that never ends", decode: decodeChatCompletions, chunk: 16, body: repeated("{", '{"error":') },
  {
    name: "one value nested deeper and deeper",
    decode: decodeUIMessageStream,
    body: (size) => encode(sse({ type: "data-x", data: 0 }).replace("0", `${"[".repeat(size / 2)}${"]".repeat(size / 2)}`)),
  },
  {
    name: "escapes",
    decode: decodeChatCompletions,
    body: (size) => encode(sse(chat({ content: "\u0001" })).replace("\\u0001", "\\u0001".repeat(size / 6))),
  },
  {
    name: "digits of one number",
    decode: decodeChatCompletions,
    body: (size) => encode(sse(chat({ content: 0 })).replace('"content":0', `"content":${"9".repeat(size)}`)),
  },
];

function chunksOf({ chunk }: Budget, body: Uint8Array): readonly Uint8Array[] {
  if (chunk === undefined) return [body];
  return Array.from({ length: Math.ceil(body.length / chunk) }, (_chunk, index) => body.subarray(index * chunk, (index + 1) * chunk));
}

/** As a session reads it: each chunk decoded and folded when it comes. */
function readChunks(decode: Decode, chunks: readonly Uint8Array[]): AssistantMessage {
  const decoder = decode(IDS);
  let message = pending();
  const take = (said: readonly UnsayEvent[]): void => {
    if (said.length > 0) message = foldEvents(message, said).message;
  };
  for (const chunk of chunks) take(decoder.push(chunk));
  take(decoder.end());
  return message;
}

/** Time of this thread's processor, in ms: what else the machine does meanwhile is no cost of ours. */
function timeOf(run: () => void): number {
  const started = process.threadCpuUsage();
  run();
  const { user, system } = process.threadCpuUsage(started);
  return (user + system) / 1_000;
}

interface Costs {
  readonly once: number;
  readonly twice: number;
}

/** More than a machine stays busy; what is not linear is not so in any of them. */
const MOST_TURNS = 60;

/** The least of several turns, taken alternately, so that a busy machine disturbs both alike. */
function costsOf(once: () => void, twice: () => void): Costs {
  let costs: Costs = { once: Number.POSITIVE_INFINITY, twice: Number.POSITIVE_INFINITY };
  for (let turn = 0; turn < MOST_TURNS; turn += 1) {
    costs = { once: Math.min(costs.once, timeOf(once)), twice: Math.min(costs.twice, timeOf(twice)) };
    if (turn >= 2 && isLinear(costs)) return costs;
  }
  return costs;
}

/** Below some milliseconds a ratio says more about the clock than about the work. */
function isLinear({ once, twice }: Costs): boolean {
  return twice < 15 || twice / once < 3;
}

const SIZE = 200 * 1024;

let worst = 0;

describe("L10: what a body may cost", () => {
  it.each(BUDGETS.map((budget) => [`${budget.decode().wire}: ${budget.name}`, budget] as const))(
    "%s",
    { timeout: 60_000 },
    (_name, budget) => {
      const small = chunksOf(budget, budget.body(50 * 1024));
      const run = () => void readChunks(budget.decode, small);
      expect(Math.min(timeOf(run), timeOf(run), timeOf(run)), "50 KB").toBeLessThan(100);
      const [once, twice] = [chunksOf(budget, budget.body(SIZE)), chunksOf(budget, budget.body(2 * SIZE))];
      const costs = costsOf(
        () => void readChunks(budget.decode, once),
        () => void readChunks(budget.decode, twice),
      );
      worst = Math.max(worst, costs.twice < 15 ? 0 : costs.twice / costs.once);
      expect(isLinear(costs), `twice the size took ${costs.twice.toFixed(1)} instead of ${costs.once.toFixed(1)} ms`).toBe(true);
    },
  );

  afterAll(() => console.log(`L10: ${BUDGETS.length} generators, sizes n and 2n, worst ratio ${worst.toFixed(2)}`));

  it("holds for structured output in small deltas", () => {
    const cost = (size: number) => () => {
      const stream = createStructuredStream();
      for (const character of `{"rows":[${'{"a":1},'.repeat(size / 8)}`) stream.push(character);
      stream.end();
    };
    expect(isLinear(costsOf(cost(50_000), cost(100_000)))).toBe(true);
  });
});

describe("limits of one body", () => {
  const LIMITED: readonly (readonly [string, Decode, (text: string) => object[]])[] = [
    [
      "anthropic",
      decodeAnthropic,
      (text) => [STARTED, TEXT_BLOCK, { type: "content_block_delta", index: 0, delta: { type: "text_delta", text } }],
    ],
    ["openai-chat", decodeChatCompletions, (text) => [chat({ content: text })]],
    [
      "openai-responses",
      decodeResponses,
      (text) => [{ type: "response.output_text.delta", output_index: 0, content_index: 0, delta: text }],
    ],
    [
      "ai-sdk",
      decodeUIMessageStream,
      (text) => [
        { type: "text-start", id: "0" },
        { type: "text-delta", id: "0", delta: text },
      ],
    ],
    ["ag-ui", decodeAgUi, (text) => [{ type: "TEXT_MESSAGE_CHUNK", messageId: "0", delta: text }]],
    ["unsay", decodeUnsay, (text) => [OPEN, PART, { type: "span.append", part: "p", span: "s", text }].map(envelope)],
  ];

  it.each(LIMITED)("%s: an event beyond the limit ends the answer as failed, with what came before it", (_name, decode, said) => {
    const limited: Decode = (context) => decode({ ...context, limits: { eventLength: 1_000 } });
    const body = encode(said("Hello").map(sse).join("") + `data: ${"x".repeat(2_000)}`);
    for (const chunk of [body.length, 1])
      expectLimit(readChunks(limited, chunksOf({ name: "", decode, body: () => body, chunk }, body)), "Hello");
  });

  it.each(LIMITED)("%s: text beyond the limit ends the answer as failed, and never complete", (_name, decode, said) => {
    const limited: Decode = (context) => decode({ ...context, limits: { messageLength: 8 } });
    const message = readChunks(limited, [
      encode([...said("Hello"), said("12345").at(-1)].map((event, index) => sse({ ...event, seq: index + 1 })).join("")),
    ]);
    expectLimit(message, "Hello");
  });

  function expectLimit(message: AssistantMessage, text: string): void {
    expect(message).toMatchObject({
      status: "truncated",
      cause: "failed",
      stated: false,
      error: { code: "limit-exceeded", retryable: false },
    });
    expect(textOf(message)).toBe(text);
  }

  it("arguments beyond 256 KiB are refused, and the call with them", () => {
    const start = { type: "content_block_start", index: 0, content_block: { type: "tool_use", id: "c", name: "n", input: {} } };
    const delta = { type: "content_block_delta", index: 0, delta: { type: "input_json_delta", partial_json: "x".repeat(64 * 1024) } };
    const message = readChunks(decodeAnthropic, [
      encode([STARTED, start, ...Array.from({ length: 8 }, () => delta), { type: "content_block_stop", index: 0 }].map(sse).join("")),
    ]);
    expect(message.calls[0]).toMatchObject({ status: "failed", error: { code: "invalid-arguments" } });
    expect(message.calls[0]?.argsHash).toBeUndefined();
    expect(message.calls[0]?.argsText.length).toBeLessThanOrEqual(256 * 1024);
  });

  it.each([64, 65, 1_000])("arguments and values nested %i levels deep can be stored and copied, or are left out", (levels) => {
    const input = { type: "tool-input-available", toolCallId: "c", toolName: "n", input: nested(levels) };
    const message = readChunks(decodeUIMessageStream, [encode([input, { type: "data-x", data: nested(levels) }].map(sse).join(""))]);
    structuredClone(message);
    JSON.stringify(message);
    expect(message.calls[0]?.argsHash === undefined).toBe(levels > 64);
  });

  it("values nested deeper than 64 levels are no event of Unsay's own wire", () => {
    const propose = { type: "tool.propose", call: "c", name: "n", effect: "read", cancellable: false };
    const ready = { type: "tool.ready", call: "c", args: nested(65), argsHash: createArgsHash("c", "n", {}) };
    const message = readChunks(decodeUnsay, [encode([OPEN, propose, ready].map(envelope).map(sse).join(""))]);
    expect(message).toMatchObject({ status: "truncated", cause: "corrupt", calls: [{ status: "unknown" }] });
    expect(message.calls[0]?.argsHash).toBeUndefined();
  });

  it("a line of 10 MB is bounded in time and memory, in one chunk and in many", { timeout: 30_000 }, () => {
    const line = encode(`data: ${"x".repeat(10 * 1024 * 1024)}`);
    for (const [, decode] of LIMITED) {
      for (const chunk of [line.length, 16 * 1024]) {
        const chunks = chunksOf({ name: "", decode, body: () => line, chunk }, line);
        let longest = 0;
        const decoder = decode(IDS);
        for (const bytes of chunks)
          longest = Math.max(
            longest,
            timeOf(() => void decoder.push(bytes)),
          );
        expect(longest, "one task").toBeLessThan(200);
      }
    }
  });

  it("100,000 events of one byte each and a million comments are only counted", { timeout: 30_000 }, () => {
    const random = seeded(1);
    const body = encode(`${":\n".repeat(1_000_000)}${sse(chat({ content: "Hello" }))}`);
    const ms = timeOf(() => expect(textOf(readChunks(decodeChatCompletions, [body]))).toBe("Hello"));
    const deltas = encode(Array.from({ length: 100_000 }, () => sse(chat({ content: random() < 0.5 ? "a" : "b" }))).join(""));
    const other = timeOf(() => expect(textOf(readChunks(decodeChatCompletions, [deltas])).length).toBe(100_000));
    console.log(`a million comments ${ms.toFixed(0)} ms, 100,000 deltas ${other.toFixed(0)} ms`);
    expect(ms + other).toBeLessThan(10_000);
  });
});
