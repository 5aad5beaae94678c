import { describe, expect, it } from "vitest";
import { createPendingMessage } from "../message/create.js";
import { foldEvents } from "../message/reducer.js";
import { textOf } from "../message/selectors.js";
import type { Decode, UnsayEvent } from "../protocol/index.js";
import { decodeAgUi } from "./ag-ui/index.js";
import { decodeUIMessageStream } from "./ai-sdk/index.js";
import { decodeAnthropic } from "./anthropic/index.js";
import { decodeChatCompletions, decodeResponses } from "./openai/index.js";

/** A short whole answer ("Hello") on each wire, event by event. */
const WHOLE: Readonly<Record<string, { readonly decode: Decode; readonly events: readonly unknown[] }>> = {
  anthropic: {
    decode: decodeAnthropic,
    events: [
      { type: "message_start", message: { model: "m", content: [], usage: { output_tokens: 1 } } },
      { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
      { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Hel" } },
      { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "lo" } },
      { type: "content_block_stop", index: 0 },
      { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 2 } },
      { type: "message_stop" },
    ],
  },
  chat: {
    decode: decodeChatCompletions,
    events: [
      { choices: [{ index: 0, delta: { role: "assistant", content: "Hel" }, finish_reason: null }] },
      { choices: [{ index: 0, delta: { content: "lo" }, finish_reason: null }] },
      { choices: [{ index: 0, delta: {}, finish_reason: "stop" }] },
    ],
  },
  responses: {
    decode: decodeResponses,
    events: [
      { type: "response.created", sequence_number: 0, response: { model: "m" } },
      { type: "response.output_text.delta", sequence_number: 1, output_index: 0, content_index: 0, delta: "Hel" },
      { type: "response.output_text.delta", sequence_number: 2, output_index: 0, content_index: 0, delta: "lo" },
      { type: "response.completed", sequence_number: 3, response: { status: "completed", output: [] } },
    ],
  },
  "ai-sdk": {
    decode: decodeUIMessageStream,
    events: [
      { type: "start" },
      { type: "start-step" },
      { type: "text-start", id: "0" },
      { type: "text-delta", id: "0", delta: "Hel" },
      { type: "text-delta", id: "0", delta: "lo" },
      { type: "text-end", id: "0" },
      { type: "finish-step" },
      { type: "finish", finishReason: "stop" },
    ],
  },
  "ag-ui": {
    decode: decodeAgUi,
    events: [
      { type: "RUN_STARTED", threadId: "t", runId: "r" },
      { type: "TEXT_MESSAGE_START", messageId: "0", role: "assistant" },
      { type: "TEXT_MESSAGE_CONTENT", messageId: "0", delta: "Hel" },
      { type: "TEXT_MESSAGE_CONTENT", messageId: "0", delta: "lo" },
      { type: "TEXT_MESSAGE_END", messageId: "0" },
      { type: "RUN_FINISHED", threadId: "t", runId: "r" },
    ],
  },
};

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const sse = (events: readonly unknown[]): string => events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join("");

function fold(events: readonly UnsayEvent[]) {
  return foldEvents(createPendingMessage({ id: "m", thread: "t" }), events).message;
}

function read(decode: Decode, chunks: Iterable<Uint8Array>) {
  const decoder = decode({ thread: "t", run: "r", message: "m" });
  const events: UnsayEvent[] = [];
  for (const chunk of chunks) events.push(...decoder.push(chunk));
  return fold([...events, ...decoder.end()]);
}

describe.each(Object.entries(WHOLE))("a body read as %s", (_name, { decode, events }) => {
  const whole = sse(events);

  it("is complete when it says so", () => {
    const message = read(decode, [bytes(whole)]);
    expect([message.status, textOf(message)]).toEqual(["complete", "Hello"]);
    expect(message.parts.every((part) => part.type === "call" || part.status === "closed")).toBe(true);
  });

  it("is disconnected at every byte before its end, and asking changes nothing", () => {
    const decoder = decode({ thread: "t", run: "r", message: "m" });
    const body = bytes(whole);
    const seen: UnsayEvent[] = [];
    for (const [at, byte] of body.entries()) {
      const cut = fold([...seen, ...decoder.end()]);
      if (!seen.some((event) => event.type === "run.end") && cut.status === "complete")
        expect(at).toBeGreaterThan(whole.lastIndexOf('"stop"'));
      if (cut.status === "truncated")
        expect(cut).toMatchObject({ cause: "disconnected", stated: false, resumable: false, error: { code: "stream-eof" } });
      expect(decoder.end()).toEqual(decoder.end());
      seen.push(...decoder.push(Uint8Array.of(byte)));
    }
    expect(fold([...seen, ...decoder.end()]).status).toBe("complete");
  });

  it("numbers its events without holes and ends once, also when nothing came", () => {
    for (const body of [whole, "", whole.slice(0, 40)]) {
      const decoder = decode({ thread: "t", run: "r", message: "m" });
      const said = [...decoder.push(bytes(body)), ...decoder.end()];
      const numbers = said.flatMap((event) => event.seq ?? []);
      expect(numbers).toEqual(numbers.map((_number, at) => at + 1));
      expect(said[0]?.type).toBe("run.open");
      expect(said.filter((event) => event.type === "run.end")).toHaveLength(1);
      expect(said.at(-1)?.type).toBe("run.end");
    }
  });

  it("reads nothing after its end", () => {
    const decoder = decode();
    const done = [...decoder.push(bytes(`${whole}data: [DONE]\n\n`)), ...decoder.end()];
    expect(done.at(-1)).toMatchObject({ type: "run.end", outcome: "complete" });
    expect(decoder.push(bytes(`${whole}data: {broken\n\n`))).toEqual([]);
    expect(decoder.end()).toEqual([]);
  });

  it("breaks off at an event that is not JSON", () => {
    const message = read(decode, [bytes(`${sse(events.slice(0, -1))}data: {"broken\n\n${sse(events.slice(-1))}`)]);
    expect(message).toMatchObject({ status: "truncated", cause: "corrupt", stated: false, error: { code: "stream-corrupt" } });
  });

  it.each([["null"], ["7"], ['"text"'], ["[]"]])("does not complete over an event that is %s", (data) => {
    const message = read(decode, [bytes(`${sse(events.slice(0, -1))}data: ${data}\n\n${sse(events.slice(-1))}`)]);
    expect(message).toMatchObject({ status: "truncated", cause: "corrupt" });
  });

  it("does not complete over a web page in the middle, and shows nothing of it", () => {
    const page = "<html><body>524: A timeout occurred</body></html>\n\n";
    const message = read(decode, [bytes(sse(events.slice(0, -1))), bytes(page), bytes(sse(events.slice(-1)))]);
    expect([message.status, textOf(message)]).toEqual(["truncated", "Hello"]);
    expect(message).toMatchObject({ cause: "corrupt" });
  });

  it("is not harmed by what follows its end in the same chunk", () => {
    const done = `${whole}data: [DONE]\n\n`;
    expect(read(decode, [bytes(`${done}<html>proxy</html>\n`)]).status).toBe("complete");
  });

  it("is corrupt when it is a web page", () => {
    const message = read(decode, [bytes("<!doctype html><title>Sign in</title><h1>Please sign in</h1>")]);
    expect(message).toMatchObject({ status: "truncated", cause: "corrupt", parts: [], stated: false });
  });

  it("has failed when it is an error in JSON", () => {
    const message = read(decode, [bytes('{"error":{"message":"Rate limit","type":"rate_limit_error"}}')]);
    expect(message).toMatchObject({ status: "truncated", cause: "failed", error: { code: "provider-overloaded", retryable: true } });
  });

  it("is disconnected when it is empty", () => {
    expect(read(decode, [])).toMatchObject({ status: "truncated", cause: "disconnected", parts: [] });
    expect(read(decode, [bytes("data: [DONE]\n\n")])).toMatchObject({ status: "truncated", cause: "disconnected" });
  });

  it("survives one line of 10 MB and 100 000 chunks of one byte", () => {
    const line = bytes(`data: ${"x".repeat(10 * 1024 * 1024)}`);
    const cut = read(decode, [bytes(sse(events.slice(0, -1))), line]);
    expect(cut).toMatchObject({ status: "truncated", cause: "failed", stated: false, error: { code: "limit-exceeded", retryable: false } });
    expect(textOf(cut)).toBe("Hello");
    const comments = bytes(":\n".repeat(50_000));
    const message = read(decode, [...Array.from(comments, (_byte, at) => comments.subarray(at, at + 1)), bytes(whole)]);
    expect(message.status).toBe("complete");
  });

  it("reports types it does not know, and goes on", () => {
    const types: string[] = [];
    const decoder = decode({ onDiagnostic: (diagnostic) => diagnostic.code === "protocol.unknown-event" && types.push(diagnostic.type) });
    const strange = decode === decodeChatCompletions ? [] : [{ type: "of.tomorrow", sequence_number: events.length - 1 }];
    const last = { ...(events.at(-1) as object), sequence_number: events.length };
    const said = decoder.push(
      bytes(sse([...events.slice(0, -1), ...strange, ...(decode === decodeResponses ? [last] : events.slice(-1))])),
    );
    expect([...said, ...decoder.end()].at(-1)).toMatchObject({ outcome: "complete" });
    expect(types).toEqual(strange.map(({ type }) => type));
  });

  it("fails at an error in the stream and keeps the text", () => {
    const error = {
      type: decode === decodeAgUi ? "RUN_ERROR" : "error",
      error: { type: "overloaded_error", message: "Overloaded in org-123" },
      errorText: "Overloaded in org-123",
      message: "Overloaded in org-123",
    };
    const message = read(decode, [bytes(sse([...events.slice(0, -3), error, ...events.slice(-3)]))]);
    expect(message).toMatchObject({ status: "truncated", cause: "failed", stated: true });
    if (message.status !== "truncated") return;
    expect(message.error?.message).toContain("org-123");
    expect(message.error?.userMessage).not.toContain("org-123");
  });
});
