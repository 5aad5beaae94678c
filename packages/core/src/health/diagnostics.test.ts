import { describe, expect, it, vi } from "vitest";
import { decodeUIMessageStream } from "../adapters/ai-sdk/index.js";
import { decodeChatCompletions } from "../adapters/openai/index.js";
import { decodeUnsay } from "../adapters/unsay/index.js";
import { createEventFactory, guardCallbacks, type Decode, type Diagnostic } from "../protocol/index.js";
import { createFakeClock, createScriptedTransport } from "../testing/index.js";
import { createSession } from "../session/session.js";
import { createFetchTransport } from "../transport/fetch-transport.js";

const bytes = (text: string) => new TextEncoder().encode(text);
const frames = (...data: readonly unknown[]) => bytes(data.map((each) => `data: ${JSON.stringify(each)}\n\n`).join(""));

function read(decode: Decode, body: Uint8Array): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  const decoder = decode({ onDiagnostic: (diagnostic) => found.push(diagnostic) });
  decoder.push(body);
  decoder.end();
  return found;
}

describe("diagnostics of the wires", () => {
  it("adapter.raw-reason: a reason that an adapter does not know is told as it came, with what it was taken for", () => {
    const chat = frames({
      id: "c",
      object: "chat.completion.chunk",
      choices: [{ index: 0, delta: { content: "Yes" }, finish_reason: "eos_of_tomorrow" }],
    });
    expect(read(decodeChatCompletions, chat)).toContainEqual({
      code: "adapter.raw-reason",
      wire: expect.stringContaining("openai"),
      raw: "eos_of_tomorrow",
      mapped: "failed",
    });
    const ui = frames({ type: "start" }, { type: "finish", finishReason: "tired" });
    expect(read(decodeUIMessageStream, ui)).toContainEqual({
      code: "adapter.raw-reason",
      wire: "ai-sdk-ui",
      raw: "tired",
      mapped: "failed",
    });
  });

  it("protocol.unknown-event: types of tomorrow are skipped and counted", () => {
    const factory = createEventFactory({ thread: "t", run: "r", message: "m" });
    const open = factory.make({ type: "run.open", caps: {}, heartbeatMs: null, ttlMs: null });
    const later = { ...open, type: "mood.change", seq: 2 };
    expect(read(decodeUnsay, frames(open, later, later)).filter(({ code }) => code === "protocol.unknown-event")).toEqual([
      { code: "protocol.unknown-event", type: "mood.change", count: 1 },
      { code: "protocol.unknown-event", type: "mood.change", count: 2 },
    ]);
  });

  it("adapter.no-terminal-event: a body that ends without an end is said, and an app's callback that throws breaks nothing", async () => {
    const said = vi.spyOn(console, "error").mockImplementation(() => {});
    const body = frames({
      id: "c",
      object: "chat.completion.chunk",
      choices: [{ index: 0, delta: { content: "Half" }, finish_reason: null }],
    });
    const found: Diagnostic[] = [];
    const transport = createFetchTransport({
      url: "/chat",
      decode: decodeChatCompletions,
      fetch: async () => new Response(body, { headers: { "content-type": "text/event-stream" } }),
      onDiagnostic: (diagnostic) => {
        found.push(diagnostic);
        throw new Error("mine");
      },
    });
    const session = createSession({ id: "t", transport });
    session.send("go");
    await vi.waitFor(() => expect(session.store.getState().messages[1]).toMatchObject({ status: "truncated", cause: "disconnected" }));
    expect(found).toContainEqual({ code: "adapter.no-terminal-event", wire: expect.stringContaining("openai") });
    expect(said).toHaveBeenCalledTimes(1);
    said.mockRestore();
  });
});

describe("r3-buffered: through a session", () => {
  it("a proxy that hands over in one piece is said once, with its figures", async () => {
    const clock = createFakeClock();
    const found: Diagnostic[] = [];
    const base = createScriptedTransport({ id: "b", title: "b", prompt: "go", steps: [] }, { clock });
    const transport = {
      ...base,
      start: async (...[command]: Parameters<typeof base.start>) => {
        const factory = createEventFactory({ thread: command.thread, run: "r", message: command.answer });
        const batch = [
          factory.make({ type: "run.open", caps: {}, heartbeatMs: null, ttlMs: null }, { t: 0 }),
          factory.make({ type: "part.open", part: "p", kind: "answer" }, { t: 100 }),
          ...Array.from({ length: 30 }, (_, index) =>
            factory.make({ type: "span.append", part: "p", span: "s", text: `word ${index} ` }, { t: 200 + index * 150 }),
          ),
          factory.make(
            { type: "run.end", outcome: "complete", effects: { succeeded: [], failed: [], unknown: [], cancelled: [] } },
            { t: 5_000 },
          ),
        ];
        return {
          async *[Symbol.asyncIterator]() {
            yield batch;
          },
        };
      },
    };
    const session = createSession({ id: "t", transport, clock, onDiagnostic: (diagnostic) => found.push(diagnostic) });
    session.send("go");
    await clock.advance(1_000);
    expect(session.store.getState().messages[1]).toMatchObject({ status: "complete" });
    expect(found.filter(({ code }) => code === "transport.buffered")).toEqual([
      { code: "transport.buffered", spreadMs: 1_050, arrivalMs: 0 },
    ]);
  });
});

describe("a guarded callback", () => {
  it("keeps what it was given, and leaves other members alone", () => {
    const got: unknown[] = [];
    const guarded = guardCallbacks({ onTrace: (...given: readonly unknown[]) => got.push(...given), id: "x", onMetrics: undefined }, [
      "onTrace",
      "onMetrics",
    ]);
    guarded.onTrace(1, 2);
    expect(got).toEqual([1, 2]);
    expect(guarded).toMatchObject({ id: "x", onMetrics: undefined });
  });
});
