import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeChatCompletions } from "../adapters/openai/index.js";
import type { UnsayEvent } from "../protocol/index.js";
import { createSession } from "../session/session.js";
import { createFetchTransport } from "../transport/fetch-transport.js";
import type { Transport } from "../transport/transport.js";
import { chunksOf, requestOf, type TestFetch } from "./byte-stream.js";
import { concat, createFrameSplitter } from "./frames.js";
import {
  always,
  burst,
  complete,
  corrupt,
  createFakeClock,
  createScript,
  createScriptedTransport,
  createTestSession,
  cutAfter,
  cutAtByte,
  drop,
  duplicate,
  faultyFetch,
  fromConnection,
  htmlErrorPage,
  http,
  inPieces,
  offline,
  onConnection,
  reorder,
  say,
  scripts,
  stall,
  withFaults,
  type EventFault,
  type Fault,
} from "./index.js";
import { unsayMatchers, watchStatuses } from "./vitest.js";

expect.extend(unsayMatchers);

/** A transport whose events are numbered and come at once, and what a reader of one connection gets. */
async function batchesThrough(faults: readonly EventFault[], seed = 1): Promise<readonly (readonly UnsayEvent[])[]> {
  const clock = createFakeClock();
  const transport = withFaults(createScriptedTransport(createScript([say("a b c d e"), complete()]), { clock }), faults, { clock, seed });
  const start = { command: "start", client: "c", thread: "t", startKey: "k", answer: "m", mode: "new" } as const;
  const stream = await transport.start(start, { signal: new AbortController().signal });
  const batches: (readonly UnsayEvent[])[] = [];
  const reading = (async () => {
    for await (const batch of stream) batches.push(batch);
  })();
  await clock.advance(10_000);
  await reading;
  return batches;
}

async function seqsThrough(faults: readonly EventFault[], seed = 1): Promise<readonly (number | null)[]> {
  return (await batchesThrough(faults, seed)).flat().map((event) => event.seq);
}

const ALL = [1, 2, 3, 4, 5, 6, 7, 8, 9];

describe("faults on events", () => {
  it("change nothing where there are none", async () => {
    expect(await seqsThrough([])).toEqual(ALL);
  });

  it.each([
    ["cut after 3", cutAfter(3), [1, 2, 3]],
    ["cut before the first", cutAfter(0), []],
    ["reset after 3", cutAfter(3, { how: "reset" }), [1, 2, 3]],
    ["cut after more than there is", cutAfter(99), ALL],
    ["the second twice", duplicate({ at: 2 }), [1, 2, 2, 3, 4, 5, 6, 7, 8, 9]],
    ["the second lost", drop({ at: 2 }), [1, 3, 4, 5, 6, 7, 8, 9]],
    ["the second late", reorder({ at: 2 }), [1, 3, 2, 4, 5, 6, 7, 8, 9]],
    ["the last late, which it already is", reorder({ at: 9 }), ALL],
    ["the fourth unreadable", corrupt({ at: 4 }), [1, 2, 3, null]],
    ["a pause", stall({ after: 4, ms: 3_000 }), ALL],
    ["a lump", burst(), ALL],
  ])("%s", async (_what, fault, seqs) => {
    expect(await seqsThrough([fault])).toEqual(seqs);
  });

  it("compose in the order given, from the backend to the reader", async () => {
    expect(await seqsThrough([cutAfter(3), duplicate()])).toEqual([1, 1, 2, 2, 3, 3]);
    expect(await seqsThrough([duplicate(), cutAfter(3)])).toEqual([1, 1, 2]);
  });

  it("come in one lump, or in lumps", async () => {
    expect((await batchesThrough([burst()])).map((batch) => batch.length)).toEqual([9]);
    expect((await batchesThrough([burst({ every: 4 })])).map((batch) => batch.length)).toEqual([4, 4, 1]);
  });

  it("stall after the very event, wherever batches end", async () => {
    const lengths = async (after: number) =>
      (await batchesThrough([burst({ every: 4 }), stall({ after, ms: 100 })])).map((batch) => batch.length);
    expect(await lengths(6)).toEqual([4, 2, 2, 1]);
    expect(await lengths(4)).toEqual([4, 4, 1]);
    expect(await lengths(0)).toEqual([4, 4, 1]);
  });

  it("strike in the same places for the same seed, and in others for another", async () => {
    const faults = [reorder({ share: 0.5 }), duplicate({ share: 0.5 })];
    const [first, again, other] = [await seqsThrough(faults, 7), await seqsThrough(faults, 7), await seqsThrough(faults, 8)];
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
  });

  it("lose no event but those they say they lose", async () => {
    const harmless = fc.constantFrom<EventFault>(duplicate(), duplicate({ share: 0.3 }), reorder(), burst({ every: 3 }), burst());
    await fc.assert(
      fc.asyncProperty(fc.array(harmless, { maxLength: 4 }), fc.integer({ min: 1 }), async (faults, seed) => {
        expect(new Set(await seqsThrough(faults, seed))).toEqual(new Set(ALL));
      }),
      { numRuns: 50 },
    );
  });

  it("strike the first connection, unless told which", async () => {
    const ends = async (faults: readonly Fault[]) => {
      const page = createTestSession(scripts.complete, { faults });
      page.session.send("go");
      await page.advance(600_000);
      return `${page.answer().status} over ${page.backend.connections}`;
    };
    expect(await ends([cutAfter(5)])).toBe("complete over 2");
    expect(await ends([always(cutAfter(5))])).toBe("complete over 6");
    expect(await ends([cutAfter(5), onConnection(2, http(503)), onConnection(3, cutAfter(1))])).toBe("complete over 3");
  });

  it("hold a stalled stream until its reader leaves", async () => {
    const page = createTestSession(scripts.complete, { faults: [stall({ after: 5 })] });
    page.session.send("go");
    await page.advance(12_000);
    expect(page).toHaveLiveness("silent");
    // Two and a half heartbeats of 15 s without a byte: the session leaves, resumes, and the fault was on connection 1 only.
    await page.advance(60_000);
    expect(page).toBeComplete();
    expect(page.backend.connections).toBe(2);
  });

  it("never complete an answer, whatever is combined", async () => {
    const any = fc.oneof(
      fc.nat(30).map((events) => cutAfter(events)),
      fc.nat(3_000).map((bytes) => cutAtByte(bytes, { how: "reset" })),
      fc.nat(20).map((at) => corrupt({ at })),
      fc.nat(20).map((at) => drop({ at })),
      fc.constantFrom<Fault>(
        duplicate(),
        reorder(),
        burst(),
        inPieces(5),
        stall({ after: 3, ms: 2_000 }),
        htmlErrorPage(),
        http(429),
        offline(),
      ),
    );
    const unfinished = createScript([say("First drain the pool. Second, flip the flag.")]);
    await fc.assert(
      fc.asyncProperty(fc.array(any, { maxLength: 3 }), fc.integer({ min: 1 }), async (faults, seed) => {
        const page = createTestSession(unfinished, { faults: faults.map(always), seed });
        page.session.send("go");
        await page.advance(120_000);
        expect(page.history).toNeverHaveBeenComplete();
      }),
      { numRuns: 60 },
    );
  });
});

const CHAT = [
  'data: {"choices":[{"index":0,"delta":{"content":"Häu"},"finish_reason":null}]}\n\n',
  'data: {"choices":[{"index":0,"delta":{"content":"ser"},"finish_reason":null}]}\n\n',
  'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n',
];

const chatFetch: TestFetch = async () => new Response(CHAT.join(""), { headers: { "content-type": "text/event-stream" } });

/** The app's own transport of a foreign wire, through a faulty network. */
async function askChat(faults: readonly Fault[]) {
  const clock = createFakeClock();
  const fetch = faultyFetch(chatFetch, faults, { clock });
  const transport: Transport = createFetchTransport({ url: "https://app.example/chat", decode: decodeChatCompletions, fetch });
  const session = createSession({ transport, clock, random: () => 1 });
  const history = watchStatuses(session);
  session.send("go");
  await clock.advance(300_000);
  return { session, history };
}

describe("faults on bytes", () => {
  it.each<readonly [string, readonly Fault[]]>([
    ["none", []],
    ["three bytes at a time", [inPieces(3)]],
    ["one lump of single bytes", [burst(), inPieces(1)]],
    ["a pause between two frames", [stall({ after: 1, ms: 2_000 })]],
  ])("leave the answer whole: %s", async (_what, faults) => {
    const { session } = await askChat(faults);
    expect(session).toBeComplete();
    expect(session).toHaveText("Häuser");
  });

  it.each<readonly [string, readonly Fault[], string]>([
    ["cut after a frame", [cutAfter(1)], "disconnected"],
    ["cut inside a character", [cutAtByte(50)], "disconnected"],
    ["reset", [cutAfter(2, { how: "reset" })], "disconnected"],
    ["a frame without its end", [corrupt({ at: 2 })], "corrupt"],
    ["a login page", [htmlErrorPage()], "corrupt"],
    ["a refusal", [http(401)], "failed"],
  ])("end it truncated: %s", async (_what, faults, cause) => {
    const { session, history } = await askChat(faults);
    expect(session.store.getState().messages.at(-1)).toMatchObject({ status: "truncated", cause });
    expect(history).toNeverHaveBeenComplete();
  });

  it("keep the headers and the status of the answer", async () => {
    const response = await faultyFetch(chatFetch, [inPieces(1)])("https://app.example/chat", { method: "POST" });
    expect([response.status, response.headers.get("content-type")]).toEqual([200, "text/event-stream"]);
    expect(await response.text()).toBe(CHAT.join(""));
  });

  it("let requests pass that open no answer", async () => {
    const paths: string[] = [];
    const fetch = faultyFetch(
      async (input, init) => (paths.push(requestOf(input, init).path), new Response("{}")),
      [fromConnection(1, offline())],
    );
    await fetch("/threads/t/messages");
    await fetch("/runs/r/commands", { method: "POST" });
    await expect(fetch("/threads/t/runs", { method: "POST" })).rejects.toThrow("Failed to fetch");
    expect(paths).toEqual(["/threads/t/messages", "/runs/r/commands"]);
  });

  it("count frames as the wire ends them, wherever chunks are cut", async () => {
    const body = new TextEncoder().encode("data: a\r\ndata: b\r\n\r\n: note\n\ndata: ü\r\rdata: unfinished");
    for (let size = 1; size <= body.length; size++) {
      const splitter = createFrameSplitter("text/event-stream; charset=utf-8");
      const frames: Uint8Array[] = [];
      for (let at = 0; at < body.length; at += size) frames.push(...splitter.push(body.subarray(at, at + size)));
      frames.push(...splitter.rest());
      expect(frames).toHaveLength(4);
      expect(concat(...frames)).toEqual(body);
    }
    const lines = createFrameSplitter("application/x-ndjson").push(new TextEncoder().encode('{"a":1}\n{"b":2}\n'));
    expect(lines).toHaveLength(2);
  });

  it("read an answer as it comes: nothing waits for the end of the body", async () => {
    let isAsked = false;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (isAsked) return new Promise(() => {});
        isAsked = true;
        controller.enqueue(new TextEncoder().encode(CHAT[0]));
        return undefined;
      },
    });
    const fetch = faultyFetch(async () => new Response(endless, { headers: { "content-type": "text/event-stream" } }), [duplicate()]);
    const response = await fetch("/chat", { method: "POST" });
    for await (const chunk of chunksOf(response.body)) {
      expect(new TextDecoder().decode(chunk)).toBe(`${CHAT[0]}${CHAT[0]}`);
      break;
    }
  });
});
