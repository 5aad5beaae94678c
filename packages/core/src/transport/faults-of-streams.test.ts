import { afterEach, describe, expect, it } from "vitest";
import { EVENT_STREAM, serve, type Loopback, type Respond, type Step } from "../../test-kit/loopback/loopback-server.js";
import { ask, until, type Reading } from "../../test-kit/loopback/reading.js";
import { COMPLETE, HEARTBEAT, OPEN, PART, RunLog, runOf, streamOf, word, write } from "../../test-kit/loopback/runs.js";
import { decodeChatCompletions } from "../adapters/openai/index.js";
import { decodeAnthropic } from "../adapters/anthropic/index.js";
import { textOf } from "../message/index.js";
import type { Diagnostic, EventPayload, ProtocolViolation } from "../protocol/index.js";
import { encodeSse } from "../protocol/index.js";
import { createFetchTransport } from "./fetch-transport.js";
import { createUnsayTransport } from "./unsay-transport.js";

/** What may go wrong with a stream, over real sockets. Row numbers are those of the list of faults. */

let server: Loopback | undefined;
afterEach(() => server?.close());

const WORDS = ["Drain ", "the pool, ", "then ", "deploy."];
const TEXT = WORDS.join("");
const soon = { baseMs: 1, maxMs: 1 };

interface Options {
  readonly onProtocolError?: (violation: ProtocolViolation) => void;
  readonly onDiagnostic?: (diagnostic: Diagnostic) => void;
}

/** Asks a server of our own wire that answers as told; it can be resumed. */
async function askUnsay(respond: Respond, options: Options = {}): Promise<Reading> {
  server = await serve(respond);
  return ask(createUnsayTransport({ url: server.url, ...options }), { reconnect: soon, ...options });
}

/** A provider's wire, which nothing can resume. */
async function askChat(frames: readonly string[], close: "end" | "fin" | "reset" = "end"): Promise<Reading> {
  server = await serve(() => streamOf(write(frames), { close }));
  return ask(createFetchTransport({ url: server.url, decode: decodeChatCompletions }));
}

const chunk = (delta: object, finish: string | null = null): string =>
  encodeSse({ data: JSON.stringify({ object: "chat.completion.chunk", choices: [{ index: 0, delta, finish_reason: finish }] }) });
const DONE = "data: [DONE]\n\n";
const CHAT = [...WORDS.map((content) => chunk({ content })), chunk({}, "stop"), DONE];

describe("cuts", () => {
  it.each(["fin", "reset"] as const)(
    "rows 1 and 2: %s after each event of a run that can be resumed changes nothing in the end",
    async (close) => {
      const log = new RunLog(runOf(WORDS));
      let cutAt = 1;
      const reading = await askUnsay((asked) => {
        const { frames, after } = log.read(asked);
        cutAt = Math.max(cutAt, after) + 1;
        return streamOf(write(frames.slice(after, cutAt)), { close });
      });
      expect(await reading.ended()).toMatchObject({ status: "complete", stated: true });
      expect(textOf(reading.answer())).toBe(TEXT);
      expect(reading.answer().parts).toHaveLength(1);
      expect(new Set(reading.statuses)).toEqual(new Set(["pending", "streaming", "complete"]));
    },
  );

  it("row 1: a cut before anything visible came is an error card, after it a kept and truncated text", async () => {
    const before = await (await askChat([], "fin")).ended();
    expect(before).toMatchObject({ status: "truncated", cause: "disconnected", error: { code: "stream-eof" } });
    await server?.close();
    const after = await (await askChat(CHAT.slice(0, 2), "reset")).ended();
    expect(after).toMatchObject({ status: "truncated", cause: "disconnected", stated: false });
    expect(textOf(after)).toBe("Drain the pool, ");
  });
});

describe("r1-refresh: a run of 60 events", () => {
  const payloads = runOf(Array.from({ length: 56 }, (_, index) => `word${index} `));
  const shownOf = ({ answer }: Reading): unknown => {
    const { status, parts, calls, revisions, notes, stated } = answer();
    return { status, parts, calls, revisions, notes, stated };
  };

  async function read(cutAfter: number): Promise<Reading> {
    const log = new RunLog(payloads);
    const reading = await askUnsay((asked) => {
      const { frames, after } = log.read(asked);
      return after === 0 && asked.method === "POST"
        ? streamOf(write(frames.slice(0, cutAfter)), { close: "reset" })
        : streamOf(write(frames.slice(after)));
    });
    await reading.ended();
    await server?.close();
    return reading;
  }

  it("ends as the uninterrupted one, wherever its socket was killed", async () => {
    const whole = shownOf(await read(payloads.length));
    expect(payloads).toHaveLength(60);
    for (let cutAfter = 1; cutAfter < payloads.length; cutAfter += 1) {
      expect(shownOf(await read(cutAfter)), `killed after event ${cutAfter}`).toEqual(whole);
    }
  });
});

describe("C6: names of events that a transport knows, too", () => {
  it("are data like any other, and a server's wish for its own reconnect time changes nothing", async () => {
    const log = new RunLog(runOf(WORDS));
    const reading = await askUnsay((asked) => {
      const names = ["error", "open", "message", "close"];
      const frames = log.read(asked).frames.map((frame, index) => `retry: 99999999999\nevent: ${names[index % names.length]}\n${frame}`);
      return streamOf(write(frames));
    });
    expect((await reading.ended()).status).toBe("complete");
    expect(textOf(reading.answer())).toBe(TEXT);
  });
});

describe("ends", () => {
  it.each([
    ["a stream that just ends", CHAT.slice(0, 4)],
    ["[DONE] without a reason", [...CHAT.slice(0, 4), DONE]],
  ])("row 3: %s is truncated, its text kept", async (_what, frames) => {
    const answer = await (await askChat(frames)).ended();
    expect(answer).toMatchObject({ status: "truncated", stated: false });
    expect(textOf(answer)).toBe(TEXT);
  });

  it("row 4: noise and a reset after the terminal event leave the answer complete", async () => {
    const log = new RunLog(runOf(WORDS));
    const reading = await askUnsay((asked) =>
      streamOf(write([...log.read(asked).frames, "data: {oops\n\n", "<html></html>\n\n"]), { close: "reset" }),
    );
    expect((await reading.ended()).status).toBe("complete");
    expect(server?.asked).toHaveLength(1);
  });

  it("row 5: a finish reason without [DONE] and usage is complete, usage unknown", async () => {
    const answer = await (await askChat(CHAT.slice(0, 5))).ended();
    expect(answer).toMatchObject({ status: "complete", stated: true, usage: null });
  });

  it.each([
    ["length", { status: "truncated", cause: "length" }],
    ["content_filter", { status: "truncated", cause: "filtered" }],
  ])("row 6: the finish reason %s is said", async (reason, expected) => {
    const answer = await (await askChat([...CHAT.slice(0, 4), chunk({}, reason), DONE])).ended();
    expect(answer).toMatchObject(expected);
    expect(textOf(answer)).toBe(TEXT);
  });

  it("row 7: an error after text keeps the text, offers a retry, and leaves no cut call to run", async () => {
    const call = { tool_calls: [{ index: 0, id: "c", function: { name: "send", arguments: '{"to":"a' } }] };
    const error = encodeSse({ data: JSON.stringify({ error: { type: "overloaded_error", message: "Overloaded" } }) });
    const answer = await (await askChat([...CHAT.slice(0, 4), chunk(call), error])).ended();
    expect(answer).toMatchObject({ status: "truncated", cause: "failed", error: { code: "provider-overloaded", retryable: true } });
    expect(textOf(answer)).toBe(TEXT);
    expect(answer.calls).toMatchObject([{ status: "cancelled" }]);
  });

  it("row 14: an error as the first event is an error card", async () => {
    server = await serve(() => streamOf({ write: 'event: error\ndata: {"type":"error","error":{"type":"api_error","message":"no"}}\n\n' }));
    const answer = await ask(createFetchTransport({ url: server.url, decode: decodeAnthropic })).ended();
    expect(answer).toMatchObject({ status: "truncated", cause: "failed", error: { code: "provider-error" } });
    expect(textOf(answer)).toBe("");
  });
});

describe("the order of the log", () => {
  it("row 8: each event sent twice is applied once", async () => {
    const log = new RunLog(runOf(WORDS));
    const reading = await askUnsay((asked) => streamOf(write(log.read(asked).frames.flatMap((frame) => [frame, frame]))));
    expect((await reading.ended()).status).toBe("complete");
    expect(textOf(reading.answer())).toBe(TEXT);
  });

  it.each(WORDS.map((_, index) => index + 2))("row 9: events %i and the next swapped are never applied out of order", async (at) => {
    const log = new RunLog(runOf(WORDS));
    const reading = await askUnsay((asked) => {
      const { frames, after } = log.read(asked);
      const swapped = frames.toSpliced(at, 2, frames[at + 1] ?? "", frames[at] ?? "");
      return streamOf(write(after === 0 ? swapped : frames.slice(after)));
    });
    expect((await reading.ended()).status).toBe("complete");
    expect(textOf(reading.answer())).toBe(TEXT);
  });

  it.each(
    runOf(WORDS)
      .map((_, index) => index)
      .slice(1, -1),
  )("row 11: event %i lost is asked for again from the cursor", async (lost) => {
    const log = new RunLog(runOf(WORDS));
    const diagnostics: string[] = [];
    const reading = await askUnsay(
      (asked, count) => {
        const { frames, after } = log.read(asked);
        return streamOf(write(count === 0 ? frames.toSpliced(lost, 1) : frames.slice(after)));
      },
      { onDiagnostic: (each) => diagnostics.push(each.code) },
    );
    expect((await reading.ended()).status).toBe("complete");
    expect(textOf(reading.answer())).toBe(TEXT);
    expect(server?.asked.map(({ path }) => path).slice(1)).toEqual([`/runs/r/events?after=${lost}`]);
    expect(diagnostics).toContain("protocol.gap");
  });

  it("row 11: a hole that no replay fills ends corrupt, after as many tries as any loss, and nothing after it is shown", async () => {
    const log = new RunLog(runOf(WORDS));
    const reading = await askUnsay((asked) => {
      const { frames, after } = log.read(asked);
      const from = Math.max(0, after - 2);
      // What is known comes first and alone: repeating it is no sign of life.
      return streamOf(write(frames.slice(from, 3)), { wait: 5 }, write(frames.slice(4)));
    });
    expect(await reading.ended()).toMatchObject({ status: "truncated", cause: "corrupt", stated: false });
    expect(textOf(reading.answer())).toBe("Drain ");
    expect(server?.asked.length).toBe(10);
  });

  it("row 11: without resume a hole ends corrupt at once", async () => {
    const log = new RunLog(runOf(WORDS, { ...OPEN, caps: {} } as EventPayload));
    const reading = await askUnsay((asked) => streamOf(write(log.read(asked).frames.toSpliced(3, 1))));
    expect(await reading.ended()).toMatchObject({ status: "truncated", cause: "corrupt", error: { code: "stream-corrupt" } });
    expect(textOf(reading.answer())).toBe("Drain ");
  });

  it("row 12: a resume that repeats the events before the cursor shows them once", async () => {
    const log = new RunLog(runOf(WORDS));
    const reading = await askUnsay((asked) => {
      const { frames, after } = log.read(asked);
      return after === 0 ? streamOf(write(frames.slice(0, 5)), { close: "reset" }) : streamOf(write(frames.slice(Math.max(0, after - 5))));
    });
    expect((await reading.ended()).status).toBe("complete");
    expect(textOf(reading.answer())).toBe(TEXT);
  });

  it("row 13: events of another run and another message on the same connection change nothing here", async () => {
    const log = new RunLog(runOf(WORDS));
    const violations: number[] = [];
    const reading = await askUnsay(
      (asked) => {
        const { frames } = log.read(asked);
        const strangers = frames.map((frame) => frame.replace('"message":"', '"message":"x'));
        const otherRun = frames.slice(2, 4).map((frame) => frame.replace('"run":"r"', '"run":"other"'));
        return streamOf(
          write([frames[0] ?? "", ...otherRun, ...frames.slice(1).flatMap((frame, index) => [strangers[index] ?? "", frame])]),
        );
      },
      { onProtocolError: ({ rule }) => violations.push(rule) },
    );
    expect((await reading.ended()).status).toBe("complete");
    expect(textOf(reading.answer())).toBe(TEXT);
    expect(violations.length).toBeGreaterThan(0);
  });
});

describe("a run that is over for the reader", () => {
  it("row 10: events of the old run that come after a new one began are ignored and counted", async () => {
    const old = new RunLog(runOf(WORDS));
    const violations: number[] = [];
    const reading = await askUnsay(
      (asked) => {
        const { frames } = old.read(asked);
        const late = frames.slice(2, 5).map((frame) => frame.replace('"run":"r"', '"run":"gone"'));
        return streamOf(write([...frames.slice(0, 3), ...late, ...frames.slice(3)]));
      },
      { onProtocolError: ({ rule }) => violations.push(rule) },
    );
    expect((await reading.ended()).status).toBe("complete");
    expect(textOf(reading.answer())).toBe(TEXT);
    expect(violations).toHaveLength(3);
  });
});

describe("resuming", () => {
  it("row 18: 204 on resume is what the store has: a stored end ends it, and a missing one leaves it truncated", async () => {
    const log = new RunLog(runOf(WORDS));
    const respond: Respond = (asked) => {
      if (asked.method === "POST") return streamOf(write(log.read(asked).frames.slice(0, 4)), { close: "fin" });
      return asked.path.endsWith("/messages")
        ? { headers: { "content-type": "application/json" }, steps: [{ write: "[]" }] }
        : { status: 204 };
    };
    const answer = await (await askUnsay(respond)).ended();
    expect(answer).toMatchObject({ status: "truncated", cause: "disconnected", stated: false });
    expect(textOf(answer)).toBe("Drain the pool, ");
  });

  it("row 38: 410 says that the earlier part is no longer stored, and keeps what was shown", async () => {
    const log = new RunLog(runOf(WORDS));
    const gone = '{"code":"cursor-expired","message":"trimmed","retryable":false}';
    const respond: Respond = (asked) => {
      if (asked.method === "POST") return streamOf(write(log.read(asked).frames.slice(0, 4)), { close: "fin" });
      if (asked.path.endsWith("/messages")) return { status: 404 };
      return { status: 410, headers: { "content-type": "application/json" }, steps: [{ write: gone }] };
    };
    const answer = await (await askUnsay(respond)).ended();
    expect(answer).toMatchObject({ status: "truncated", cause: "disconnected", resumable: false, error: { code: "cursor-expired" } });
    expect(textOf(answer)).toBe("Drain the pool, ");
  });

  it("a refused resume is not repeated: a reader who is signed out is told so, and the text stays", async () => {
    const log = new RunLog(runOf(WORDS));
    const respond: Respond = (asked) =>
      asked.method === "POST" ? streamOf(write(log.read(asked).frames.slice(0, 4)), { close: "fin" }) : { status: 401 };
    const answer = await (await askUnsay(respond)).ended();
    expect(answer).toMatchObject({ status: "truncated", cause: "disconnected", error: { code: "unauthorized" } });
    expect(server?.asked.filter(({ path }) => path.includes("/events"))).toHaveLength(1);
  });

  it("row 31: a connection that somebody else aborts is a lost connection, and no failure is written into the thread", async () => {
    const log = new RunLog(runOf(WORDS));
    let isFirst = true;
    server = await serve((asked) => {
      const { frames, after } = log.read(asked);
      return asked.method === "POST" ? streamOf(write(frames.slice(0, 4)), { close: "half-open" }) : streamOf(write(frames.slice(after)));
    });
    const transport = createUnsayTransport({
      url: server.url,
      async fetch(url, init) {
        const response = await fetch(url, init);
        if (!isFirst || response.body === null) return response;
        isFirst = false;
        return new Response(failAfterFirst(response.body), response);
      },
    });
    const reading = ask(transport, { reconnect: soon });
    expect((await reading.ended()).status).toBe("complete");
    expect(textOf(reading.answer())).toBe(TEXT);
    expect(reading.statuses).toEqual(["pending", "streaming", "complete"]);
  });
});

/** iOS after a sleep: the body rejects with `TypeError: Load failed`. */
function failAfterFirst(body: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  let count = 0;
  return body.pipeThrough(
    new TransformStream({
      transform(bytes: Uint8Array, controller) {
        controller.enqueue(bytes);
        count += 1;
        if (count === 1) setTimeout(() => controller.error(new TypeError("Load failed")), 5);
      },
    }),
  );
}

describe("r9-split: bytes however they are cut", () => {
  it("row 24: one byte at a time gives the same answer", async () => {
    const log = new RunLog(runOf(["naïve ", "🙂 ", "done"]));
    const reading = await askUnsay((asked) => {
      const bytes = Buffer.from(log.read(asked).frames.join(""));
      return streamOf(...Array.from(bytes, (_, index): Step => ({ write: bytes.subarray(index, index + 1) })));
    });
    expect((await reading.ended()).status).toBe("complete");
    expect(textOf(reading.answer())).toBe("naïve 🙂 done");
    expect(server?.asked).toHaveLength(1);
  });
});

describe("r9-524: a proxy's page in the middle of a stream", () => {
  const page = "<html><head><title>524</title></head><body>A timeout occurred</body></html>\n\n";

  it("is not shown, a resume is tried, and a run that can't be found again ends corrupt", async () => {
    const log = new RunLog(runOf(WORDS));
    const reading = await askUnsay((asked) => {
      const { frames } = log.read(asked);
      return asked.method === "POST" ? streamOf(write([...frames.slice(0, 4), page])) : streamOf({ write: page });
    });
    expect(await reading.ended()).toMatchObject({ status: "truncated", cause: "corrupt", resumable: true });
    expect(JSON.stringify(reading.answer())).not.toContain("<html");
    expect(server?.asked.filter(({ path }) => path.includes("/events")).length).toBeGreaterThan(0);
  });

  it("costs nothing where the server resumes", async () => {
    const log = new RunLog(runOf(WORDS));
    const reading = await askUnsay((asked) => {
      const { frames, after } = log.read(asked);
      return asked.method === "POST" ? streamOf(write([...frames.slice(0, 4), page])) : streamOf(write(frames.slice(after)));
    });
    expect((await reading.ended()).status).toBe("complete");
    expect(textOf(reading.answer())).toBe(TEXT);
  });
});

describe("r10-doublepost: a start whose reply was lost", () => {
  it("is asked again under the same key, and the one run answers", async () => {
    const log = new RunLog(runOf(WORDS));
    const runs = new Set<string>();
    const reading = await askUnsay((asked, count) => {
      runs.add((JSON.parse(asked.body) as { startKey: string }).startKey);
      const { frames } = log.read(asked);
      return count === 0 ? { headers: EVENT_STREAM, steps: [{ close: "reset" }] } : streamOf(write(frames));
    });
    expect((await reading.ended()).status).toBe("complete");
    expect(textOf(reading.answer())).toBe(TEXT);
    expect(runs.size).toBe(1);
    expect(server?.asked).toHaveLength(2);
  });

  it("is never asked again where the endpoint may start twice", async () => {
    server = await serve(() => ({ steps: [{ close: "reset" }] }));
    const answer = await ask(createFetchTransport({ url: server.url, decode: decodeChatCompletions }), { reconnect: soon }).ended();
    expect(answer).toMatchObject({ status: "truncated", cause: "disconnected" });
    expect(server.asked).toHaveLength(1);
  });

  it("carries an idempotency key where the host says that the endpoint honours one", async () => {
    server = await serve((_asked, count) => (count === 0 ? { steps: [{ close: "reset" }] } : streamOf(write(CHAT))));
    const transport = createFetchTransport({ url: server.url, decode: decodeChatCompletions, idempotentStart: true });
    expect((await ask(transport, { reconnect: soon }).ended()).status).toBe("complete");
    const keys = server.asked.map(({ headers }) => headers["idempotency-key"]);
    expect(keys[0]).toMatch(/\w/u);
    expect(keys).toEqual([keys[0], keys[0]]);
  });
});

describe("a server that sends its readers away", () => {
  it("is left for another connection, with no word twice and no seam of failure", async () => {
    const log = new RunLog(runOf(WORDS));
    const goaway = HEARTBEAT.replace(/data: .*/u, (data) =>
      data.replace('"type":"run.heartbeat"', '"type":"run.goaway","retryAfterMs":20'),
    );
    const reading = await askUnsay((asked) => {
      const { frames, after } = log.read(asked);
      if (asked.method === "POST") return streamOf(write([...frames.slice(0, 4), goaway]), { close: "half-open" });
      return streamOf(write(frames.slice(after)));
    });
    await until(() => (server?.asked.length ?? 0) === 2);
    expect((await reading.ended()).status).toBe("complete");
    expect(textOf(reading.answer())).toBe(TEXT);
    expect(reading.connections).not.toContain("gone");
  });
});

describe("text that a server takes back over the wire", () => {
  it("row 53: is marked, and the old words stay reachable", async () => {
    const log = new RunLog([
      OPEN,
      PART,
      word("Deploy now."),
      { type: "span.revise", spans: ["s"], replacement: { span: "s2", text: "Drain first." }, reason: "wrong order", by: "guard" },
      COMPLETE,
    ]);
    const reading = await askUnsay((asked) => streamOf(write(log.read(asked).frames)));
    expect(await reading.ended()).toMatchObject({ status: "revised", revisions: 1 });
    expect(JSON.stringify(reading.answer().parts)).toContain("Deploy now.");
  });
});

describe("backpressure", () => {
  it("row 55: a reader that pauses makes the server wait, and misses nothing", async () => {
    // Sockets on one machine hold up to some 10 MB between them.
    const words = Array.from({ length: 800 }, (_, index) => `${index} ${"x".repeat(40_000)} `);
    const limits = { messageLength: Number.MAX_SAFE_INTEGER };
    const log = new RunLog(runOf(words));
    let written = 0;
    server = await serve((asked) => ({
      steps: log.read(asked).frames.map((frame, index) => ({
        get write() {
          written = index;
          return frame;
        },
      })),
    }));
    const stream = await createUnsayTransport({ url: server.url, limits }).start(
      { command: "start", client: "c", thread: "t", startKey: "k", answer: "m", mode: "new" },
      { signal: new AbortController().signal },
    );
    let text = "";
    let hasPaused = false;
    for await (const batch of stream) {
      if (!hasPaused) await pausedReader();
      hasPaused = true;
      for (const event of batch) text += event.type === "span.append" ? event.text : "";
    }
    expect(text).toBe(words.join(""));

    async function pausedReader(): Promise<void> {
      let before = -1;
      await until(() => {
        const isStill = written === before;
        before = written;
        return isStill && written > 0;
      });
      // Buffers of the sockets take some; the rest waits in the server.
      expect(written).toBeLessThan(words.length);
    }
  });
});
