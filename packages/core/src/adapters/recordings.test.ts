import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { createPendingMessage } from "../message/create.js";
import type { AssistantMessage } from "../message/message.js";
import { foldEvents } from "../message/reducer.js";
import { textOf } from "../message/selectors.js";
import type { Decode, UnsayEvent } from "../protocol/index.js";
import { decodeUIMessageStream } from "./ai-sdk/index.js";
import { decodeAnthropic } from "./anthropic/index.js";
import { decodeChatCompletions, decodeResponses } from "./openai/index.js";

const FIXTURES = fileURLToPath(new URL("../../../../../shared/fixtures/", import.meta.url));
const isHere = existsSync(FIXTURES);
if (!isHere) console.warn("No recordings beside the repository: the tests over them are skipped.");

const IDS = { thread: "t", run: "r", message: "m" };

/** The members of wire events that the tests look at. */
interface WireEvent {
  readonly type?: string;
  readonly choices?: readonly { readonly index: number; readonly finish_reason?: string | null }[];
  readonly message?: { readonly content?: readonly unknown[] };
  readonly sequence_number?: number;
  readonly approvalId?: string;
  readonly toolCallId?: string;
  readonly finishReason?: string;
}

/** What `expected.json` says about a stream of a provider. */
interface ProviderFacts {
  readonly oracle: string;
  readonly text: { readonly chars: number; readonly sha256_16: string };
  readonly tool_calls: readonly { readonly id: string; readonly name: string; readonly args_sha256_16: string }[];
  readonly finish: string | null;
  readonly terminal_seen: boolean;
  readonly error?: string;
}

/** What the SDK's own reader makes of a UI message stream. */
interface ReaderFacts {
  readonly text_chars: number;
  readonly text_sha256_16: string;
  readonly tools: readonly { readonly id: string; readonly name: string; readonly input_sha256_16: string }[];
  readonly reader_error?: string;
}

interface Recording<Facts = unknown> {
  readonly name: string;
  readonly body: Uint8Array;
  readonly expected: Facts;
}

interface Wire {
  readonly kind: string;
  readonly decode: Decode;
  /** The events that state an end, read without the decoder. */
  readonly isTerminal: (event: WireEvent) => boolean;
}

const WIRES: readonly Wire[] = [
  { kind: "anthropic-messages", decode: decodeAnthropic, isTerminal: (event) => event.type === "message_stop" },
  {
    kind: "openai-chat",
    decode: decodeChatCompletions,
    isTerminal: (event) => event.choices?.some((choice) => choice.index === 0 && typeof choice.finish_reason === "string") === true,
  },
  {
    kind: "openai-responses",
    decode: decodeResponses,
    isTerminal: (event) => /^response\.(?:completed|incomplete|failed)$/u.test(event.type ?? ""),
  },
  { kind: "ui-message-stream", decode: decodeUIMessageStream, isTerminal: (event) => event.type === "finish" },
];

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}

function eventOf(kind: string, line: string): string {
  if (kind === "openai-chat") return `data: ${line}\n\n`;
  return `event: ${/"type":\s*"([^"]*)"/u.exec(line)?.[1] ?? "message"}\ndata: ${line}\n\n`;
}

/** The bytes of a recording; one that holds a payload a line is framed again as its wire frames it. */
function bodyOf(kind: string, name: string): Uint8Array {
  const raw = readFileSync(`${FIXTURES}${kind}/${name}`);
  if (!name.endsWith(".chunks.txt")) return raw;
  const lines = raw
    .toString("utf8")
    .split("\n")
    .filter((line) => line.trim() !== "");
  const done = kind === "openai-chat" ? "data: [DONE]\n\n" : "";
  return Buffer.from(lines.map((line) => eventOf(kind, line)).join("") + done);
}

function recordingsOf<Facts = unknown>(kind: string): readonly Recording<Facts>[] {
  if (!isHere) return [];
  const expected = JSON.parse(readFileSync(`${FIXTURES}${kind}/expected.json`, "utf8")) as Record<string, Facts>;
  return Object.entries(expected).map(([name, entry]) => ({ name, body: bodyOf(kind, name), expected: entry }));
}

interface Frame {
  readonly text: string;
  readonly end: number;
  readonly event: WireEvent;
}

/** Frames of a well-formed body: where each ends, and what it holds. */
function framesOf(body: Uint8Array): readonly Frame[] {
  const text = Buffer.from(body).toString("latin1");
  const frames: Frame[] = [];
  let start = 0;
  for (const match of text.matchAll(/\r?\n\r?\n+/gu)) {
    const end = match.index + match[0].length;
    const frame = Buffer.from(body.subarray(start, end)).toString("utf8");
    frames.push({ text: frame, end, event: parseData(frame) });
    start = end;
  }
  return frames;
}

function parseData(frame: string): WireEvent {
  const data = frame
    .split(/\r?\n/u)
    .filter((line) => line.startsWith("data:"))
    .map((line) => line.slice(5).trim())
    .join("\n");
  try {
    return (JSON.parse(data) as WireEvent | null) ?? {};
  } catch {
    return {};
  }
}

function fold(events: readonly UnsayEvent[], message: AssistantMessage = createPendingMessage({ id: "m", thread: "t" })): AssistantMessage {
  const result = foldEvents(message, events);
  expect(result.violations, "an adapter must only say what is legal").toEqual([]);
  expect(result.gap).toBeNull();
  return result.message;
}

function read(decode: Decode, body: Uint8Array): AssistantMessage {
  const decoder = decode(IDS);
  return fold([...decoder.push(body), ...decoder.end()]);
}

/** `complete`, or the cause and the code of a truncated answer; `awaiting-approval` while it waits. */
function endOf(message: AssistantMessage): string {
  if (message.run?.state === "awaiting-approval") return "awaiting-approval";
  return message.status === "truncated" ? `${message.cause} ${message.error?.code}` : message.status;
}

const RUNNABLE = new Set(["ready", "approved", "executing"]);

function runnableCalls(message: AssistantMessage): readonly string[] {
  return message.calls.filter((call) => RUNNABLE.has(call.status)).map((call) => call.id);
}

/** What the documented rules of each wire make of the facts in `expected.json`. */
function endByRule(kind: string, { finish, terminal_seen: isTerminal, error, tool_calls: calls, text }: ProviderFacts): string {
  if (error === "unparsable event") return "corrupt stream-corrupt";
  if (error !== undefined) return "failed provider-";
  if (kind === "anthropic-messages" && !isTerminal) return "disconnected stream-eof";
  if (finish === null) return "disconnected stream-eof";
  if (["tool_use", "tool_calls"].includes(finish)) return "failed tool-results-missing";
  if (["max_tokens", "length", "max_output_tokens"].includes(finish)) return "length output-limit";
  if (finish === "refusal") return text.chars > 0 ? "filtered guard-tripped" : "withheld guard-tripped";
  return kind === "openai-responses" && calls.length > 0 ? "failed tool-results-missing" : "complete";
}

/** Tools of the provider that the client has to run: the oracle lists only functions. */
const BUILT_IN = new Set(["shell", "local_shell", "apply_patch", "tool_search"]);

/** Ends the oracle does not speak of, since it lists only functions. */
const BUILT_IN_ENDS: Readonly<Record<string, string>> = {
  "aisdk__openai-apply-patch-tool.1.chunks.txt": "failed tool-results-missing",
  "aisdk__openai-local-shell-tool.1.chunks.txt": "failed tool-results-missing",
  "pydanticai__test_tool_search--test_openai_client_tool_search_streaming.1.sse": "failed tool-results-missing",
  "aisdk__openai-mcp-tool-approval.3.chunks.txt": "awaiting-approval",
};

/** Where the common readers disagree: what we hold, and why. Text is the oracle's in all of them. */
const DECISIONS: Readonly<Record<string, readonly [held: string, why: string]>> = {
  "aisdk__anthropic-compaction.1.chunks.txt": ["complete", "the summary in the compaction block is for the model, not part of the answer"],
  "antpy__compaction_response.sse": ["disconnected stream-eof", "the frame of message_stop is cut, so it never came"],
  "aisdk__anthropic-programmatic-tool-calling.1.chunks.txt": [
    "complete",
    "several messages of one turn; calls inside message_start are calls, with results this wire does not show",
  ],
  "antpy__incomplete_partial_json_response.sse": [
    "length output-limit",
    "max_tokens is said, even without message_stop; the cut arguments make no call",
  ],
  "antts__incomplete_partial_json_response.sse": ["length output-limit", "the cut arguments make no call"],
  "aisdk__cererebras-structured-output-tools.1.chunks.txt": [
    "failed tool-results-missing",
    "text after finish_reason is another step; the same index with another id is another call",
  ],
  "aisdk__mistral-reasoning.chunks.txt": ["complete", "content as a list: thinking is reasoning, text is the answer"],
  "rubyllm__chat_mistral_hybrid_reasoning_streams_thinking_separately_from_content.sse": [
    "complete",
    "content as a list: thinking is reasoning, text is the answer",
  ],
  "otelpy__test_chat_completion_multiple_choices_streaming.sse": ["complete", "choice 1 is another version"],
  "rig__mistral-capability_edges--streaming_with_two_candidates_answers_from_the_first.sse": ["complete", "choice 1 is another version"],
  "rig__mistral-terminal_metadata_matrix--streaming_mistral_small_tiny_plain_two.sse": [
    "length output-limit",
    "choice 1 is another version",
  ],
  "rig__openai-chat_terminal_metadata_matrix--streaming_gpt_4_1_mini_roomy_plain_two.sse": ["complete", "choice 1 is another version"],
  "rig__openai-chat_terminal_metadata_matrix--streaming_gpt_4_1_mini_tiny_plain_two.sse": [
    "length output-limit",
    "choice 1 is another version",
  ],
  "rig__deepseek-truncation_matrix--streaming_parallel_calls_keep_the_complete_one.sse": [
    "length output-limit",
    "no call is ready when the output was cut, not even the first",
  ],
  "rig__deepseek-truncation_matrix--streaming_text_before_a_truncated_call_survives.sse": [
    "length output-limit",
    "no call is ready when the output was cut",
  ],
  "rig__llamacpp-truncation_matrix--streaming_tool_call_cut_mid_arguments.sse": [
    "length output-limit",
    "no call is ready when the output was cut",
  ],
  "rig__mistral-tool_truncation_matrix--streaming_mistral_small_mid_agent.sse": [
    "length output-limit",
    "no call is ready when the output was cut",
  ],
  "rig__openai-chat_tool_truncation_matrix--streaming_gpt41_low_agent.sse": [
    "length output-limit",
    "no call is ready when the output was cut",
  ],
  "rig__openai-refusal_matrix--chat_streaming_agent_surfaces_refusal.sse": [
    "withheld guard-tripped",
    "a refusal is no answer, though the reason says stop",
  ],
  "rig__openrouter-refusal_matrix--streaming_terminal_carries_usage_and_reason.sse": [
    "withheld guard-tripped",
    "a refusal is no answer, though the reason says stop",
  ],
  "rig__openai-refusal_matrix--responses_agent_streaming_refusal_surfaces.sse": [
    "withheld guard-tripped",
    "a refusal is no answer, though the response is completed",
  ],
  "rig__openai-streaming_grammar--incomplete_mid_tool_call.sse": ["length output-limit", "the cut arguments make no call"],
  "rig__chatgpt-codex_behaviors--explicit_preamble_and_mid_conversation_system_messages_are_instructions.sse": [
    "complete",
    "this gateway leaves the output out of the terminal object: the stream counts",
  ],
  "rig__chatgpt-codex_behaviors--store_false_and_prompt_cache_fields_roundtrip.sse": ["complete", "as above"],
  "rig__chatgpt-codex_behaviors--strict_tools_opt_in_roundtrip.sse": ["failed tool-results-missing", "as above; the call was streamed"],
  "rig__chatgpt-codex_sessions--long_history_replay_nonstreaming.1.sse": ["failed tool-results-missing", "as above"],
  "rig__chatgpt-codex_sessions--parallel_tool_calls_single_turn_nonstreaming.1.sse": ["failed tool-results-missing", "as above"],
  "rig__chatgpt-codex_sessions--reasoning_session_two_tool_calls_streaming.1.sse": ["failed tool-results-missing", "as above"],
  "rig__chatgpt-codex_sessions--usage_accumulates_across_streaming_multi_turn.1.sse": ["failed tool-results-missing", "as above"],
  "rig__chatgpt-codex_tool_args--unicode_arguments_streaming.sse": ["failed tool-results-missing", "as above"],
  "rig__chatgpt-codex_tool_args--zero_argument_tool_call_nonstreaming.sse": ["failed tool-results-missing", "as above"],
  "rig__chatgpt-streaming_tools--tool_call_completed_response_without_output.sse": ["failed tool-results-missing", "as above"],
};

/** Recordings whose calls we see otherwise than the oracle, as the decisions say. */
const OTHER_CALLS = new Set([
  "aisdk__anthropic-programmatic-tool-calling.1.chunks.txt",
  "aisdk__cererebras-structured-output-tools.1.chunks.txt",
  // Its first event is not JSON, and nothing is read after that.
  "aisdk__parallel-tool-call-wrapper.1.chunks.txt",
]);

function callsOf(message: AssistantMessage): readonly string[] {
  return message.calls
    .filter((call) => call.runsOn === "client" && !BUILT_IN.has(call.name))
    .map((call) => `${call.id} ${call.name} ${digest(call.argsText)}`);
}

describe.runIf(isHere)("recordings of providers", () => {
  for (const { kind, decode } of WIRES.slice(0, 3)) {
    for (const { name, body, expected } of recordingsOf<ProviderFacts>(kind)) {
      it(`${kind}/${name} says what its events say`, () => {
        const message = read(decode, body);
        const held = DECISIONS[name]?.[0] ?? BUILT_IN_ENDS[name] ?? endByRule(kind, expected);
        expect(expected.oracle === "agreed" || name in DECISIONS, "a disputed recording needs a decision").toBe(true);
        expect(endOf(message)).toMatch(new RegExp(`^${held}`, "u"));
        const text = textOf(message);
        expect([text.length, digest(text)]).toEqual([expected.text.chars, expected.text.sha256_16]);
        if (OTHER_CALLS.has(name)) return;
        const calls = expected.tool_calls.map((call) => `${call.id} ${call.name} ${call.args_sha256_16}`);
        expect(callsOf(message)).toEqual(calls);
        expect(runnableCalls(message)).toEqual(message.run?.state === "awaiting-approval" ? expect.anything() : []);
      });
    }
  }
});

/** The end of a UI message stream after the protocol page: the first error or finish counts. */
function endOfUIStream(frames: readonly Frame[]): string {
  const open = new Set<string>();
  for (const { event } of frames) {
    if (event.type === "tool-approval-request") open.add(event.approvalId ?? "");
    if (event.type === "tool-approval-response") open.delete(event.approvalId ?? "");
    if (event.type === "error") return "failed provider-error";
    if (event.type !== "finish") continue;
    if (open.size > 0 && ["stop", "tool-calls"].includes(event.finishReason ?? "")) return "awaiting-approval";
    return UI_ENDS[event.finishReason ?? ""] ?? "failed finish-reason-unknown";
  }
  return "disconnected stream-eof";
}

const UI_ENDS: Readonly<Record<string, string>> = {
  stop: "complete",
  "tool-calls": "failed tool-results-missing",
  length: "length output-limit",
  "content-filter": "filtered guard-tripped",
  interrupted: "disconnected stream-eof",
  error: "failed provider-error",
};

describe.runIf(isHere)("recordings of the AI SDK", () => {
  for (const { name, body, expected } of recordingsOf<ReaderFacts>("ui-message-stream")) {
    it(`ui-message-stream/${name} says what its chunks say`, () => {
      const message = read(decodeUIMessageStream, body);
      expect(endOf(message)).toBe(endOfUIStream(framesOf(body)));
      // The SDK's own reader stops at these, at another place than we do.
      if (expected.reader_error !== undefined) return;
      const text = textOf(message);
      expect([text.length, digest(text)]).toEqual([expected.text_chars, expected.text_sha256_16]);
      const known = new Map(expected.tools.map((tool) => [tool.id, tool]));
      expect(message.calls.map((call) => call.id)).toEqual([...known.keys()]);
      for (const call of message.calls) {
        const tool = known.get(call.id);
        expect(call.name).toBe(tool?.name);
        if (call.argsHash !== undefined) expect(digest(JSON.stringify(call.args))).toBe(tool?.input_sha256_16);
        else expect(Buffer.from(body).toString("utf8")).not.toContain(`"tool-input-available","toolCallId":"${call.id}"`);
      }
    });
  }
});

/** A small seeded generator, so that a failing cut can be cut again. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
}

function cutsOf(body: Uint8Array, frames: readonly Frame[], seed: number): readonly number[] {
  const random = seeded(seed);
  const offsets = new Set(frames.map((frame) => frame.end));
  for (let count = 0; count < 200; count += 1) offsets.add(Math.floor(random() * body.length));
  return [...offsets].sort((a, b) => a - b);
}

describe.runIf(isHere)("a stream that is cut", () => {
  for (const { kind, decode, isTerminal } of WIRES) {
    it(`never ends complete before its end was stated: ${kind}`, { timeout: 120_000 }, () => {
      let cuts = 0;
      const recordings = recordingsOf(kind);
      for (const [seed, { name, body }] of recordings.entries()) {
        const frames = framesOf(body);
        const stated = frames.find(({ event }) => isTerminal(event))?.end ?? Number.POSITIVE_INFINITY;
        const whole = textOf(read(decode, body));
        const decoder = decode(IDS);
        let message = createPendingMessage({ id: "m", thread: "t" });
        let at = 0;
        for (const cut of cutsOf(body, frames, seed)) {
          message = fold(decoder.push(body.subarray(at, cut)), message);
          at = cut;
          checkCut(fold(decoder.end(), message), whole, cut < stated, `${name} cut at ${cut}`);
          cuts += 1;
        }
      }
      console.log(`${kind}: ${recordings.length} streams, ${cuts} cuts`);
      expect(cuts).toBeGreaterThan(0);
    });
  }
});

function checkCut(message: AssistantMessage, whole: string, isBeforeEnd: boolean, where: string): void {
  if (isBeforeEnd && message.status !== "truncated") expect(message.status, where).toBe("truncated");
  if (message.status === "revised") expect(message.status, where).not.toBe("revised");
  const text = textOf(message);
  if (!whole.startsWith(text)) expect(text, where).toBe(whole.slice(0, text.length));
  if (message.run?.state !== "awaiting-approval") expect(runnableCalls(message), where).toEqual([]);
}

describe.runIf(isHere)("how a body is cut into chunks", () => {
  for (const { kind, decode } of WIRES) {
    it(`changes nothing: ${kind}`, { timeout: 60_000 }, () => {
      const small = recordingsOf(kind)
        .filter(({ body }) => body.length < 6_000)
        .slice(0, 12);
      expect(small.length).toBeGreaterThan(0);
      for (const { name, body } of small) {
        const events = eventsOf(decode, [body]);
        for (let cut = 1; cut < body.length; cut += 1) {
          const split = eventsOf(decode, [body.subarray(0, cut), body.subarray(cut)]);
          if (split !== events) expect(split, `${name} split at ${cut}`).toBe(events);
        }
      }
    });
  }

  function eventsOf(decode: Decode, chunks: readonly Uint8Array[]): string {
    const decoder = decode(IDS);
    return JSON.stringify([...chunks.flatMap((chunk) => decoder.push(chunk)), ...decoder.end()]);
  }
});

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function textOfFrames(frames: readonly { readonly text: string }[]): Uint8Array {
  return encode(frames.map(({ text }) => text).join(""));
}

describe.runIf(isHere)("fault recipes", () => {
  function each(
    kind: string,
    check: (recording: Recording, frames: readonly Frame[], plain: AssistantMessage, decode: Decode) => boolean,
  ): void {
    const wire = WIRES.find((candidate) => candidate.kind === kind);
    if (wire === undefined) throw new Error(`No wire ${kind}`);
    const tried = recordingsOf(kind).filter((recording) =>
      check(recording, framesOf(recording.body), read(wire.decode, recording.body), wire.decode),
    );
    expect(tried.length).toBeGreaterThan(0);
  }

  const overloaded = encode('event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n');

  it("anthropic-overloaded-midstream keeps the text and offers a retry", () => {
    each("anthropic-messages", (_recording, frames, plain, decode) => {
      const deltas = frames.flatMap(({ event }, index) => (event.type === "content_block_delta" ? [index] : []));
      const third = deltas[2];
      if (third === undefined) return false;
      const message = read(decode, Buffer.concat([textOfFrames(frames.slice(0, third + 1)), overloaded]));
      expect(endOf(message)).toBe("failed provider-overloaded");
      expect(message).toMatchObject({ stated: true, error: { retryable: true } });
      expect(textOf(plain).startsWith(textOf(message))).toBe(true);
      expect(runnableCalls(message)).toEqual([]);
      return true;
    });
  });

  it("anthropic-error-before-any-block ends without text", () => {
    each("anthropic-messages", (_recording, frames, _plain, decode) => {
      const message = read(decode, Buffer.concat([textOfFrames(frames.slice(0, 1)), overloaded]));
      if ((frames[0]?.event.message?.content?.length ?? 0) > 0) return false;
      expect([endOf(message), textOf(message)]).toEqual(["failed provider-overloaded", ""]);
      return true;
    });
  });

  it("chat-content-filter keeps the text and is no complete answer", () => {
    each("openai-chat", ({ body }, _frames, plain, decode) => {
      const text = Buffer.from(body).toString("utf8");
      if (plain.status !== "complete" || !/"finish_reason":\s*"stop"/u.test(text)) return false;
      const message = read(decode, encode(text.replaceAll(/"finish_reason":\s*"stop"/gu, '"finish_reason":"content_filter"')));
      expect([endOf(message), textOf(message)]).toEqual(["filtered guard-tripped", textOf(plain)]);
      return true;
    });
  });

  it("chat-done-without-finish-reason is no complete answer", () => {
    each("openai-chat", (_recording, frames, plain, decode) => {
      const kept = frames.filter(({ event }) => !event.choices?.some((choice) => typeof choice.finish_reason === "string"));
      const message = read(decode, textOfFrames([...kept, { text: "data: [DONE]\n\n" }]));
      expect(["disconnected stream-eof", "failed provider-error"]).toContain(endOf(message));
      if (plain.status === "complete") expect(textOf(plain).startsWith(textOf(message))).toBe(true);
      return true;
    });
  });

  it("chat-finish-without-done is complete", () => {
    each("openai-chat", (_recording, frames, plain, decode) => {
      if (plain.status !== "complete") return false;
      const message = read(decode, textOfFrames(frames.filter(({ text }) => !text.includes("[DONE]"))));
      expect([message.status, textOf(message)]).toEqual(["complete", textOf(plain)]);
      return true;
    });
  });

  it("responses-incomplete-content-filter keeps the text", () => {
    each("openai-responses", (_recording, frames, plain, decode) => {
      const at = frames.findIndex(({ event }) => event.type === "response.completed");
      const isOnly = frames.filter(({ event }) => event.type === "response.completed").length === 1;
      if (!isOnly || plain.status !== "complete") return false;
      const cut = { type: "response.incomplete", response: { status: "incomplete", incomplete_details: { reason: "content_filter" } } };
      const message = read(decode, textOfFrames([...frames.slice(0, at), { text: `data: ${JSON.stringify(cut)}\n\n` }]));
      expect([endOf(message), textOf(message)]).toEqual(["filtered guard-tripped", textOf(plain)]);
      return true;
    });
  });

  it("responses-sequence-duplicate shows the text once", () => {
    each("openai-responses", (_recording, frames, plain, decode) => {
      const deltas = frames.filter(({ event }) => event.type === "response.output_text.delta" && event.sequence_number !== undefined);
      const fourth = deltas[3];
      if (fourth === undefined || plain.status !== "complete") return false;
      const message = read(decode, textOfFrames(frames.flatMap((frame) => (frame === fourth ? [frame, frame] : [frame]))));
      expect([message.status, textOf(message)]).toEqual(["complete", textOf(plain)]);
      return true;
    });
  });

  it("a dropped numbered event is a gap", () => {
    each("openai-responses", (_recording, frames, plain, decode) => {
      const deltas = frames.filter(({ event }) => event.type === "response.output_text.delta" && event.sequence_number !== undefined);
      const fourth = deltas[3];
      if (fourth === undefined || plain.status !== "complete") return false;
      const message = read(decode, textOfFrames(frames.filter((frame) => frame !== fourth)));
      expect([endOf(message), message.stated]).toEqual(["corrupt stream-corrupt", false]);
      expect(textOf(plain).startsWith(textOf(message))).toBe(true);
      return true;
    });
  });

  it("order-swap-adjacent never completes another text", () => {
    for (const { kind } of WIRES.filter((wire) => wire.kind !== "openai-chat")) {
      each(kind, (recording, frames, plain, decode) => {
        const random = seeded(recording.body.length);
        for (let count = 0; count < 10; count += 1) {
          const at = Math.floor(random() * (frames.length - 1));
          const [first, second] = [frames[at], frames[at + 1]];
          if (first === undefined || second === undefined || isUnordered(first, second)) continue;
          const message = read(decode, textOfFrames(frames.with(at, second).with(at + 1, first)));
          if (message.status === "complete") expect(textOf(message), `${recording.name} swapped at ${at}`).toBe(textOf(plain));
        }
        return true;
      });
    }
  });

  /** Two deltas of one block carry neither number nor id of their own: nothing on these wires could tell. */
  function isUnordered(first: Frame, second: Frame): boolean {
    return first.event.sequence_number === undefined && /delta/u.test(String(first.event.type)) && first.event.type === second.event.type;
  }

  it("a field of another type never completes another text", { timeout: 60_000 }, () => {
    let mutants = 0;
    for (const { kind } of WIRES) {
      each(kind, ({ name, body }, frames, plain, decode) => {
        const random = seeded(body.length);
        for (let count = 0; count < 40; count += 1) {
          const at = Math.floor(random() * frames.length);
          const frame = frames[at];
          const mutant = frame === undefined ? undefined : mutated(frame.event, random);
          if (frame === undefined || mutant === undefined) continue;
          const message = read(decode, textOfFrames(frames.with(at, { ...frame, text: `data: ${mutant.json}\n\n` })));
          if (message.status === "complete" && !mutant.isSilent) expect(textOf(message), `${name}: ${mutant.json}`).toBe(textOf(plain));
          mutants += 1;
        }
        return true;
      });
    }
    console.log(`${mutants} mutants`);
  });

  const VALUES: readonly unknown[] = [null, true, 7, -1.5, "x", [], ["x"], {}, { a: { b: 1 } }];

  /** The event with one of its fields, at any depth, given another type. */
  function mutated(event: WireEvent, random: () => number): { readonly json: string; readonly isSilent: boolean } | undefined {
    const copy: unknown = structuredClone(event);
    const places = placesIn(copy);
    const place = places[Math.floor(random() * places.length)];
    if (place === undefined) return undefined;
    const { holder, key } = place;
    const value = VALUES[Math.floor(random() * VALUES.length)];
    const before = holder[key];
    if (typeof value === typeof before && (value === null) === (before === null)) return undefined;
    holder[key] = value;
    return { json: JSON.stringify(copy), isSilent: isLegal(key, value, before) };
  }

  function placesIn(value: unknown): readonly { readonly holder: Record<string, unknown>; readonly key: string }[] {
    if (typeof value !== "object" || value === null) return [];
    const holder = value as Record<string, unknown>;
    return Object.keys(holder).flatMap((key) => [{ holder, key }, ...placesIn(holder[key])]);
  }

  /** Where the protocol itself allows the other type: `content: null` is how a server says that a delta has no text. */
  function isLegal(key: string, value: unknown, before: unknown): boolean {
    if (value === null) return ["content", "delta", "choices", "reasoning", "refusal"].includes(key);
    return before === null || (key === "content" && typeof value === "string");
  }

  it("crlf-rewrite and heartbeat-comments change nothing", () => {
    for (const { kind } of WIRES) {
      each(kind, ({ name, body }, frames, plain, decode) => {
        if (!name.endsWith(".sse")) return false;
        const crlf = Buffer.from(body).toString("utf8").replaceAll("\r\n", "\n").replaceAll("\n", "\r\n");
        const commented = Buffer.concat([
          textOfFrames(frames.map(({ text }) => ({ text: `${text}: keep-alive\n\n` }))),
          body.subarray(frames.at(-1)?.end ?? 0),
        ]);
        for (const changed of [encode(crlf), commented]) {
          const message = read(decode, changed);
          expect([endOf(message), textOf(message)], name).toEqual([endOf(plain), textOf(plain)]);
        }
        return true;
      });
    }
  });

  it("split-in-utf8 leaves every character whole", () => {
    for (const { kind } of WIRES) {
      each(kind, ({ body }, _frames, plain, decode) => {
        if (!body.some((byte) => byte > 127)) return false;
        const decoder = decode(IDS);
        const events = Array.from(body, (_byte, at) => decoder.push(body.subarray(at, at + 1))).flat();
        const message = fold([...events, ...decoder.end()]);
        expect(textOf(message)).toBe(textOf(plain));
        return true;
      });
    }
  });

  it("uims-no-finish is no complete answer", () => {
    each("ui-message-stream", (_recording, frames, plain, decode) => {
      const message = read(decode, textOfFrames(frames.filter(({ event, text }) => event.type !== "finish" && !text.includes("[DONE]"))));
      expect(["disconnected stream-eof", "failed provider-error"]).toContain(endOf(message));
      expect(textOf(message)).toBe(textOf(plain));
      return true;
    });
  });

  it("uims-reset-step takes text back where the reader sees it", () => {
    each("ui-message-stream", (_recording, frames, plain, decode) => {
      const third = frames.filter(({ event }) => event.type === "text-delta")[2];
      if (third === undefined || plain.status !== "complete") return false;
      const reset = { text: 'data: {"type":"reset-step"}\n\n' };
      const message = read(decode, textOfFrames(frames.flatMap((frame) => (frame === third ? [frame, reset] : [frame]))));
      const spans = message.parts.flatMap((part) => (part.type === "text" ? part.spans : []));
      expect(spans.filter((span) => span.state === "retracted").map((span) => span.reason)).not.toEqual([]);
      expect(textOf(message).length).toBeLessThan(textOf(plain).length);
      if (textOf(message) !== "") expect(message).toMatchObject({ status: "revised", revisions: 1 });
      return true;
    });
  });

  it("uims-approval-then-input-changes withdraws the question and asks anew", () => {
    each("ui-message-stream", (_recording, frames, _plain, decode) => {
      const request = frames.find(({ event }) => event.type === "tool-approval-request");
      if (request === undefined) return false;
      const before = read(decode, textOfFrames(frames.slice(0, frames.indexOf(request) + 1)));
      const call = before.calls.find((candidate) => candidate.id === request.event.toolCallId);
      const changed = { type: "tool-input-available", toolCallId: call?.id, toolName: call?.name, input: { amount: 999_999 } };
      const frame = { text: `data: ${JSON.stringify(changed)}\n\n` };
      const decoder = decode(IDS);
      const message = fold(decoder.push(textOfFrames([...frames.slice(0, frames.indexOf(request) + 1), frame])));
      const asked = message.approvals.filter((approval) => approval.items.some((item) => item.call === call?.id));
      expect(asked.map((approval) => approval.status)).toEqual(["superseded", "open"]);
      expect(asked[1]?.items[0]?.argsHash).not.toBe(asked[0]?.items[0]?.argsHash);
      return true;
    });
  });
});

function filesBelow(folder: string): readonly string[] {
  if (!isHere) return [];
  return readdirSync(`${FIXTURES}${folder}`, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(?:sse|ndjson|chunks\.txt)$/u.test(name))
    .map((name) => `${folder}/${name}`);
}

describe.runIf(isHere)("bodies of other wires", () => {
  const foreign = [...filesBelow("sse-nonconforming"), ...filesBelow("other-dialects")];

  for (const { kind, decode } of WIRES) {
    it(`never end complete in the adapter of ${kind}`, () => {
      for (const name of foreign) {
        const raw = readFileSync(FIXTURES + name);
        const framed = encode(
          raw
            .toString("utf8")
            .split("\n")
            .filter((line) => line.trim() !== "")
            .map((line) => `data: ${line}\n\n`)
            .join(""),
        );
        const message = read(decode, name.endsWith(".chunks.txt") ? framed : raw);
        expect(message.status, name).toBe("truncated");
      }
      for (const other of WIRES.filter((wire) => wire.kind !== kind)) {
        for (const { name, body } of recordingsOf(other.kind)) {
          expect(read(decode, body).status, `${other.kind}/${name}`).toBe("truncated");
        }
      }
    });
  }
});
