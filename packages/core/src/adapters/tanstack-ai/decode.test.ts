import { describe, expect, it } from "vitest";
import { endOf, fold, IDS, pending, read, runnableCalls } from "../../../test-kit/folding.js";
import { bodyOfFrames, digest, encode, hasFixtures, recordingsOf, sse, type Recording } from "../../../test-kit/recordings.js";
import { textOf } from "../../message/selectors.js";
import { decodeTanStackAi } from "./index.js";

type WireEvent = Readonly<Record<string, unknown>>;

const started: WireEvent = { type: "RUN_STARTED", runId: "r1", threadId: "t", metadata: { tanstack: { model: "m" } } };
const finished = (finishReason?: string, more: object = {}): WireEvent => ({
  type: "RUN_FINISHED",
  runId: "r1",
  metadata: { tanstack: { model: "m", ...(finishReason === undefined ? {} : { finishReason }) } },
  ...more,
});
const text = (delta: string): readonly WireEvent[] => [
  { type: "TEXT_MESSAGE_START", messageId: "a", role: "assistant" },
  { type: "TEXT_MESSAGE_CONTENT", messageId: "a", delta },
  { type: "TEXT_MESSAGE_END", messageId: "a" },
];
const call: readonly WireEvent[] = [
  { type: "TOOL_CALL_START", toolCallId: "__proto__", toolCallName: "pay" },
  { type: "TOOL_CALL_ARGS", toolCallId: "__proto__", delta: '{"amount":' },
  { type: "TOOL_CALL_ARGS", toolCallId: "__proto__", delta: "5}" },
  { type: "TOOL_CALL_END", toolCallId: "__proto__" },
];
const result: WireEvent = { type: "TOOL_CALL_RESULT", toolCallId: "__proto__", messageId: "x", content: "paid" };

const bodyOf = (events: readonly WireEvent[]): Uint8Array => encode(events.map(sse).join(""));
const end = (...events: readonly WireEvent[]): string => endOf(read(decodeTanStackAi, bodyOf([started, ...events])));

describe("decodeTanStackAi", () => {
  it.each([
    ["stop", "complete"],
    ["length", "length output-limit"],
    ["content_filter", "filtered guard-tripped"],
    ["tool_calls", "failed tool-results-missing"],
    ["end_turn", "failed finish-reason-unknown"],
    ["other", "failed finish-reason-unknown"],
  ])("ends the raw reason %s as %s", (reason, expected) => {
    expect(end(...text("Yes."), finished(reason))).toBe(expected);
    expect(end(...text("Yes."), { type: "RUN_FINISHED", runId: "r1", finishReason: reason })).toBe(expected);
  });

  it("is not complete without a reason, which this wire always has", () => {
    expect(end(...text("Yes."), finished())).toBe("failed finish-reason-missing");
    expect(end(...text("Yes."), finished(undefined, { outcome: { type: "success" } }))).toBe("failed finish-reason-missing");
  });

  it("does not take the end that TanStack's client makes up for one of the server", () => {
    const madeUp = { ...finished("stop"), metadata: { tanstack: { model: "connect-wrapper", finishReason: "stop" } } };
    expect(end(...text("Yes."), madeUp)).toBe("disconnected stream-eof");
    expect(end(...text("Yes."), { type: "RUN_FINISHED", runId: "r1", model: "connect-wrapper", finishReason: "stop" })).toBe(
      "disconnected stream-eof",
    );
    expect(end(...text("Yes."), finished("stop"), madeUp)).toBe("complete");
  });

  it("is complete only when the body ends after the last of several turns", () => {
    const second = { ...started, runId: "r2" };
    const whole = [...call, finished("tool_calls"), result, second, ...text("Paid."), { ...finished("stop"), runId: "r2" }];
    expect(end(...whole)).toBe("complete");
    expect(end(...whole.slice(0, -1))).toBe("disconnected stream-eof");
    expect(end(...whole.slice(0, 5))).toBe("failed tool-results-missing");
    const decoder = decodeTanStackAi(IDS);
    const said = decoder.push(encode(`${[started, ...text("Yes."), finished("stop")].map(sse).join("")}data: [DONE]\n\n`));
    expect(said.some(({ type }) => type === "run.end")).toBe(false);
    expect(decoder.end().at(-1)).toMatchObject({ type: "run.end", outcome: "complete" });
  });

  it("ends an error as failed, and the limit of tokens as a length", () => {
    expect(end(...text("Par"), { type: "RUN_ERROR", message: "boom" })).toBe("failed provider-error");
    expect(end(...text("Par"), { type: "RUN_ERROR", message: "cut", code: "max_tokens" })).toBe("length output-limit");
  });

  it("is never complete before its last end, wherever it is cut, and no call can be run", () => {
    const last = { ...finished("stop"), runId: "r2" };
    const before = bodyOf([started, ...call, finished("tool_calls"), result, { ...started, runId: "r2" }, ...text("Grüße 👋🏽")]);
    const body = Buffer.concat([before, bodyOf([last])]);
    const decoder = decodeTanStackAi(IDS);
    let message = pending();
    for (const [at, byte] of body.entries()) {
      const cut = fold(decoder.end(), message);
      if (at < body.length - 1) expect(cut.status, `byte ${at}`).toBe("truncated");
      expect(runnableCalls(cut)).toEqual([]);
      message = fold(decoder.push(Uint8Array.of(byte)), message);
    }
    expect(fold(decoder.end(), message).status).toBe("complete");
  });
});

interface ClientFacts {
  readonly assistant_text_sha256_16?: string;
  readonly client_rejected?: string;
}

const RECORDINGS = recordingsOf<ClientFacts>("agui-streams");

function streamedText({ frames }: Recording): string {
  return frames
    .flatMap(({ event }) => (event.type === "TEXT_MESSAGE_CONTENT" && typeof event.delta === "string" ? [event.delta] : []))
    .join("");
}

function isStopped({ frames }: Recording): boolean {
  const last = frames.findLast(({ event }) => event.type === "RUN_FINISHED" || event.type === "RUN_ERROR")?.event;
  return last?.metadata?.tanstack?.finishReason === "stop" && last.outcome?.type !== "interrupt";
}

describe.runIf(hasFixtures)("streams that TanStack AI emitted", () => {
  it("have the text that was streamed, and are complete only after the reason stop", () => {
    let agreed = 0;
    for (const recording of RECORDINGS) {
      const { name, body, expected } = recording;
      const message = read(decodeTanStackAi, body);
      expect(textOf(message), name).toBe(streamedText(recording));
      if (message.status === "complete") expect(isStopped(recording), name).toBe(true);
      expect(message.status, name).not.toBe("revised");
      expect(runnableCalls(message), name).toEqual([]);
      if (expected.client_rejected !== undefined || name.includes("tool-search-regex")) continue;
      expect(digest(textOf(message)), name).toBe(expected.assistant_text_sha256_16);
      agreed += 1;
    }
    const complete = RECORDINGS.filter(({ body }) => read(decodeTanStackAi, body).status === "complete").length;
    console.log(`tanstack-ai: ${RECORDINGS.length} streams, ${agreed} agreed with the protocol's own client, ${complete} complete`);
    expect(complete).toBeGreaterThan(0);
  });

  it("are never complete when they are cut before their last end, at any event and at every byte of the small ones", () => {
    let cuts = 0;
    for (const { name, body, frames } of RECORDINGS) {
      const last = frames.findLast(({ event }) => event.type === "RUN_FINISHED")?.told ?? Number.POSITIVE_INFINITY;
      const step = body.length < 4_000 ? 1 : 97;
      const decoder = decodeTanStackAi(IDS);
      let message = pending();
      for (let at = 0; at < body.length; at += step) {
        const cut = fold(decoder.end(), message);
        if (at < last && cut.status !== "truncated" && cut.run?.state !== "awaiting-approval")
          expect(cut.status, `${name} at ${at}`).toBe("truncated");
        message = fold(decoder.push(body.subarray(at, at + step)), message);
        cuts += 1;
      }
    }
    console.log(`tanstack-ai: ${cuts} cuts, 0 falsely complete`);
  });

  it("are not complete without the reason", () => {
    for (const { name, frames } of RECORDINGS) {
      const without = frames.map((frame) => ({ text: frame.text.replaceAll(/"finishReason":"[a-z_]*"/gu, '"x":1') }));
      expect(read(decodeTanStackAi, bodyOfFrames(without)).status, name).not.toBe("complete");
    }
  });
});
