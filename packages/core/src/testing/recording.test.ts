import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeChatCompletions } from "../adapters/openai/index.js";
import { NO_EFFECTS, UnsayError, type UnsayEvent } from "../protocol/index.js";
import { createSession } from "../session/session.js";
import { createFetchTransport } from "../transport/fetch-transport.js";
import type { Transport } from "../transport/transport.js";
import type { TestFetch } from "./byte-stream.js";
import {
  complete,
  createFakeClock,
  createScript,
  createScriptedTransport,
  cutAfter,
  disconnect,
  inPieces,
  faultyFetch,
  fromConnection,
  http,
  maskText,
  pause,
  play,
  playFetch,
  record,
  recordFetch,
  say,
  scripts,
  withFaults,
  type FakeClock,
  type PlayOptions,
  type RecordTransportOptions,
} from "./index.js";
import { unsayMatchers } from "./vitest.js";

expect.extend(unsayMatchers);

function ask(transport: Transport, clock: FakeClock, id = "thread") {
  let next = 0;
  const session = createSession({ id, transport, clock, random: () => 1, createId: () => `${id}-${(next += 1)}` });
  session.send("go");
  return session;
}

/** What a session records while it reads `transport` to the end. */
async function recordingOf(create: (clock: FakeClock) => Transport, options: RecordTransportOptions = {}): Promise<string> {
  const clock = createFakeClock();
  const recorder = record(create(clock), { clock, ...options });
  ask(recorder.transport, clock);
  await clock.advance(300_000);
  return recorder.text();
}

async function played(text: string, options: PlayOptions = {}) {
  const clock = createFakeClock();
  const session = ask(play(text, { clock, ...options }), clock, "other");
  return { clock, session };
}

const interrupted = createScript([say("First drain the pool. "), disconnect(), pause(2_000), say("Second, flip the flag."), complete()]);

describe("a recording of events", () => {
  it("plays as another session saw it: the same text, times and end, under its own ids", async () => {
    const text = await recordingOf((clock) => createScriptedTransport(interrupted, { clock }));
    const { clock, session } = await played(text);
    await clock.advance(400);
    expect(session).toHaveText("First drain the pool. ");
    await clock.advance(60_000);
    expect(session).toBeComplete();
    expect(session).toHaveText("First drain the pool. Second, flip the flag.");
    expect(session.store.getState().messages.at(-1)).toMatchObject({ id: "other-3", thread: "other" });
  });

  it("is the same again when the player is recorded", async () => {
    const text = await recordingOf((clock) => createScriptedTransport(interrupted, { clock }));
    expect(await recordingOf((clock) => play(text, { clock }))).toBe(text);
  });

  it("keeps refusals and cuts: what the reader saw is what is played", async () => {
    const text = await recordingOf((clock) =>
      withFaults(createScriptedTransport(scripts.complete, { clock }), [cutAfter(6), fromConnection(2, http(410))], { clock }),
    );
    const { clock, session } = await played(text);
    await clock.advance(300_000);
    expect(session).toBeTruncated("disconnected");
    expect(session).toHaveText("Drain the pool in ");
  });

  it("serves the rest from its log when a fault asks for more connections than were recorded", async () => {
    const text = await recordingOf((clock) => createScriptedTransport(scripts.complete, { clock }));
    const clock = createFakeClock();
    const session = ask(withFaults(play(text, { clock }), [cutAfter(6)], { clock }), clock);
    await clock.advance(60_000);
    expect(session).toBeComplete();
  });

  it("plays at once, or faster", async () => {
    const text = await recordingOf((clock) => createScriptedTransport(scripts.complete, { clock }));
    const instant = await played(text, { pace: "instant" });
    await instant.clock.advance(20);
    expect(instant.session).toBeComplete();
    const tenfold = await played(text, { pace: 10 });
    await tenfold.clock.advance(60);
    expect(tenfold.session).toHaveText(/^Drain the pool(?!.*ap-south)/u);
  });

  it("says so when there is nothing left to play", async () => {
    const text = await recordingOf((clock) => createScriptedTransport(scripts.complete, { clock }));
    const { clock, session } = await played(text, { pace: "instant" });
    await clock.advance(100);
    session.send("and again");
    await clock.advance(100);
    expect(session).toBeTruncated("failed");
    expect(session.store.getState().messages.at(-1)).toMatchObject({ error: { code: "recording-ended" } });
  });

  it("ends at once for a reader who has left", async () => {
    const text = await recordingOf((clock) => createScriptedTransport(scripts.complete, { clock }));
    const clock = createFakeClock();
    const command = { command: "start", client: "c", thread: "t", startKey: "k", answer: "m", mode: "new" } as const;
    const stream = await play(text, { clock }).start(command, { signal: AbortSignal.abort() });
    for await (const batch of stream) expect(batch).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  it("writes each line as it happens", async () => {
    const lines: string[] = [];
    const text = await recordingOf((clock) => createScriptedTransport(scripts.complete, { clock }), { onLine: (line) => lines.push(line) });
    expect(`${lines.join("\n")}\n`).toBe(text);
    expect(JSON.parse(lines[0] ?? "")).toEqual({ unsay: "recording", version: 1, of: "events", wire: "scripted" });
  });

  it("holds no word of the user, and with maskText no word of the answer, though it still plays", async () => {
    const options = { redact: maskText };
    const gate = await recordingOf((clock) => createScriptedTransport(scripts.gate, { clock }), options);
    const revised = await recordingOf((clock) => createScriptedTransport(scripts.revision, { clock }), options);
    for (const word of ["ana@", "invoice", "Invoice", "deploy", "us-east", "go"])
      expect(gate + revised).not.toMatch(new RegExp(`\\b${word}\\b`, "u"));
    const { clock, session } = await played(revised);
    await clock.advance(60_000);
    expect(session).toBeRevised(1);
    expect(session).toHaveText(/^xxx xxx: xx-xxxx/u);
  });

  it("comes back from JSON as it was, whatever the events say and whenever they come", async () => {
    const span = fc.record({ text: fc.string({ unit: "binary" }), wait: fc.nat(5_000) });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(span, { minLength: 1, maxLength: 4 }), { maxLength: 6 }), async (batches) => {
        const source = (clock: FakeClock) => batchTransport(batches, clock);
        const text = await recordingOf(source);
        expect(await recordingOf((clock) => play(text, { clock }))).toBe(text);
        expect(await readAll(play(text, { pace: "instant" }))).toEqual(await readAll(batchTransport(batches, null)));
      }),
      { numRuns: 100 },
    );
  });
});

/** Any texts in any batches, as one stream without an end. */
function batchTransport(batches: readonly (readonly { text: string; wait: number }[])[], clock: FakeClock | null): Transport {
  return {
    wire: "any",
    async start({ thread, answer }) {
      return {
        run: "r",
        async *[Symbol.asyncIterator]() {
          let seq = 0;
          const envelope = () => ({ v: 1, thread, run: "r", message: answer, seq: (seq += 1), t: null }) as const;
          yield [{ ...envelope(), type: "run.open", caps: {}, heartbeatMs: null, ttlMs: null }];
          yield [{ ...envelope(), type: "part.open", part: "p", kind: "answer" }];
          for (const batch of batches) {
            if (clock !== null) await new Promise<void>((resolve) => clock.after(batch[0]?.wait ?? 0, resolve));
            yield batch.map(({ text }): UnsayEvent => ({ ...envelope(), type: "span.append", part: "p", span: "s", text }));
          }
        },
      };
    },
  };
}

async function readAll(transport: Transport): Promise<readonly UnsayEvent[]> {
  const command = { command: "start", client: "c", thread: "t", startKey: "k", answer: "m", mode: "new" } as const;
  const events: UnsayEvent[] = [];
  for await (const batch of await transport.start(command, { signal: new AbortController().signal })) events.push(...batch);
  return events;
}

const CHAT =
  'data: {"choices":[{"index":0,"delta":{"content":"Häuser 🏠"},"finish_reason":null}]}\n\ndata: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n';
const chatFetch: TestFetch = async () =>
  new Response(CHAT, { headers: { "content-type": "text/event-stream", "set-cookie": "session=secret", "x-request-id": "abc" } });

describe("a recording of bytes", () => {
  const transportOver = (fetch: TestFetch) =>
    createFetchTransport({ url: "https://app.example/chat?key=secret", decode: decodeChatCompletions, fetch });

  it("plays the very bytes in the very chunks, also where they cut characters", async () => {
    const clock = createFakeClock();
    const recorder = recordFetch(faultyFetch(chatFetch, [inPieces(1)]), { clock, wire: "openai-chat" });
    expect(ask(transportOver(recorder.fetch), clock)).toBeDefined();
    await clock.advance(1_000);
    expect(recorder.text()).toContain('"base64"');

    const again = recordFetch(playFetch(recorder.text(), { clock }), { clock, wire: "openai-chat" });
    const session = ask(transportOver(again.fetch), clock);
    await clock.advance(1_000);
    expect(session).toBeComplete();
    expect(session).toHaveText("Häuser 🏠");
    expect(again.text()).toBe(recorder.text());
  });

  it("writes no query, no request header or body, and of the answer's headers only those that tell how to read it", async () => {
    const recorder = recordFetch(chatFetch);
    await recorder.fetch("https://app.example/chat?key=secret", { method: "POST", headers: { authorization: "secret" }, body: "secret" });
    expect(recorder.text()).not.toContain("secret");
    expect(recorder.lines.slice(1).map((line) => JSON.parse(line))).toMatchObject([
      { connection: 1, type: "request", method: "POST", path: "/chat" },
      { connection: 1, type: "response", status: 200, headers: { "content-type": "text/event-stream" } },
    ]);
  });

  it("keeps resets, refusals and requests that nothing answered", async () => {
    const clock = createFakeClock();
    const faulty = faultyFetch(chatFetch, [
      cutAfter(1, { how: "reset" }),
      fromConnection(2, http(429, { headers: { "retry-after": "7" } })),
    ]);
    const recorder = recordFetch(faulty, { clock });
    const first = await recorder.fetch("/chat", { method: "POST" });
    await expect(first.text()).rejects.toThrow("reset");
    await recorder.fetch("/chat", { method: "POST" });
    const fetch = playFetch(recorder.text());
    await expect((await fetch("/chat")).text()).rejects.toThrow("reset");
    const refusal = await fetch("/chat");
    expect([refusal.status, refusal.headers.get("retry-after")]).toEqual([429, "7"]);
    await expect(fetch("/chat")).rejects.toThrow("no further request");
  });

  it("keeps a byte order mark", async () => {
    const body = new Uint8Array([0xef, 0xbb, 0xbf, 0x61]);
    const recorder = recordFetch(async () => new Response(body));
    await (await recorder.fetch("/")).bytes();
    expect(await (await playFetch(recorder.text())("/")).bytes()).toEqual(body);
  });

  it("comes back as it was, for any bytes in any chunks", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 8 }), async (chunks) => {
        const source: TestFetch = async () =>
          new Response(
            new ReadableStream({
              start(controller) {
                for (const chunk of chunks) controller.enqueue(chunk.slice());
                controller.close();
              },
            }),
          );
        const recorder = recordFetch(source);
        const body = await (await recorder.fetch("/")).bytes();
        expect(await (await playFetch(recorder.text())("/")).bytes()).toEqual(body);
      }),
      { numRuns: 100 },
    );
  });
});

function messageOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof UnsayError && error.code === "invalid-recording") return error.message;
  }
  throw new Error("It did not throw an UnsayError with code invalid-recording.");
}

describe("a file that is no recording", () => {
  const header = '{"unsay":"recording","version":1,"of":"events","wire":"x"}';
  const line = (rest: object) => JSON.stringify({ at: 0, connection: 1, ...rest });
  const end = { v: 1, thread: "t", run: "r", message: "m", seq: 1, t: null, type: "run.end", outcome: "complete", effects: NO_EFFECTS };

  it.each([
    ["nothing", "", "Line 1", "not JSON"],
    ["a list", "[]", "Line 1", "not a JSON object"],
    ["another file", '{"name":"x"}', "Line 1", 'must begin a recording ({"unsay":"recording",…})'],
    ["a later version", header.replace('"version":1', '"version":2'), "Line 1", "version 2 is not one this kit reads (1)"],
    ["the other kind", header.replace("events", "bytes"), "Line 1", "play bytes with playFetch"],
    ["a torn line", `${header}\n${line({ type: "end" })}\n{"at":1,"conn`, "Line 3", "not JSON"],
    ["no time", `${header}\n{"connection":1,"type":"end"}`, "Line 2", "no time `at`"],
    ["no connection", `${header}\n{"at":1,"connection":0,"type":"end"}`, "Line 2", "no `connection`"],
    ["an unknown type", `${header}\n\n${line({ type: "dance" })}`, "Line 3", 'type "dance" is not known'],
    ["a name every object has", `${header}\n${line({ type: "constructor" })}`, "Line 2", 'type "constructor" is not known'],
    ["a start without ids", `${header}\n${line({ type: "start", thread: "t" })}`, "Line 2", "needs `message` as string"],
    ["a broken event", `${header}\n${line({ type: "events", events: [{ ...end, outcome: "won" }] })}`, "Line 2", "no valid `outcome`"],
    ["an unknown event", `${header}\n${line({ type: "events", events: [{ ...end, type: "x" }] })}`, "Line 2", "no event of type x"],
    ["a failure without an error", `${header}\n${line({ type: "fail" })}`, "Line 2", "needs an `error`"],
  ])("is refused with line and reason: %s", (_what, text, where, why) => {
    const message = messageOf(() => play(text));
    expect(message).toContain(`${where} of the recording can't be read`);
    expect(message).toContain(why);
  });

  it("is refused by the player of bytes too", () => {
    const bytes = header.replace("events", "bytes");
    expect(messageOf(() => playFetch(header))).toContain("play events with play");
    expect(messageOf(() => playFetch(`${bytes}\n${line({ type: "chunk", base64: "***" })}`))).toContain("Line 2");
    expect(messageOf(() => playFetch(`${bytes}\n${line({ type: "response", status: "200", headers: {} })}`))).toContain(
      "needs `status` as number",
    );
  });

  it("never makes the parser throw anything else, and what it accepts plays", async () => {
    const text = await recordingOf((clock) => createScriptedTransport(interrupted, { clock }));
    await fc.assert(
      fc.asyncProperty(fc.nat(text.length), fc.nat(8), fc.string({ maxLength: 5 }), async (at, length, put) => {
        const mutant = text.slice(0, at) + put + text.slice(at + length);
        try {
          await readAll(play(mutant, { pace: "instant" }));
        } catch (error) {
          expect(error).toBeInstanceOf(UnsayError);
        }
      }),
      { numRuns: 300 },
    );
  });
});
