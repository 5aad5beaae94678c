import { afterEach, describe, expect, it } from "vitest";
import { textOf, type AssistantMessage } from "@unsay/core";
import type { UnsayEvent } from "@unsay/core/protocol";
import { allowAllUnsafe } from "./access/authorize.js";
import type { Agent } from "./agents/agent.js";
import { createUnsayServer } from "./server.js";
import { aroundStore } from "./stores/around-store.js";
import { createMemoryStore } from "./stores/memory.js";
import type { Store } from "./stores/store.js";
import { createTestServer, startCommand, stopCommand, subscribe, type TestServer } from "./testing/test-server.js";

const servers: TestServer[] = [];

async function open(...args: Parameters<typeof createTestServer>): Promise<TestServer> {
  const server = await createTestServer(...args);
  servers.push(server);
  return server;
}

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

const WORDS = "One two three four five six seven.".split(" ").map((word) => `${word} `);

const speaker: Agent = async (run) => {
  for (const word of WORDS) run.text(word);
};

/** Says its words one by one when told to. */
function createPrompter(): { agent: Agent; say: (text: string) => void; finish: () => void; aborted: () => boolean } {
  let run: Parameters<Agent>[0] | undefined;
  let finish: () => void = () => {};
  const finished = new Promise<void>((resolve) => (finish = resolve));
  return {
    agent: async (current) => {
      run = current;
      await Promise.race([finished, new Promise((resolve) => current.signal.addEventListener("abort", resolve))]);
    },
    say: (text) => run?.text(text),
    finish,
    aborted: () => run?.signal.aborted === true,
  };
}

/** As a process sees it that hangs: it hears of nothing. */
function withoutNews(store: Store): Store {
  const bound = aroundStore(store, (_name, call) => call());
  return new Proxy(bound, { get: (target, name) => (name === "watch" ? () => () => {} : Reflect.get(target, name)) });
}

const types = (events: readonly UnsayEvent[]) => events.map((event) => event.type);
const endOf = (events: readonly UnsayEvent[]) => events.filter((event) => event.type === "run.end");

async function answerOf(server: TestServer): Promise<AssistantMessage> {
  const message = (await server.messages()).findLast((candidate) => candidate.role === "assistant");
  if (message?.role !== "assistant") throw new Error("There is no answer in the thread.");
  return message;
}

describe("starting a run", () => {
  it("streams an answer with contiguous numbers and one end", async () => {
    const server = await open({ agent: speaker });
    const events = await (await server.start()).all();
    expect(events.map((event) => event.seq)).toEqual(events.map((_, index) => index + 1));
    expect(types(events).slice(0, 4)).toEqual(["run.open", "run.phase", "run.phase", "part.open"]);
    expect(endOf(events)).toMatchObject([{ outcome: "complete" }]);
    expect(textOf(await answerOf(server))).toBe(WORDS.join(""));
  });

  it("answers with headers that no proxy buffers and no cache keeps", async () => {
    const server = await open({ agent: speaker });
    const { response, run } = await server.start();
    expect(response.headers.get("content-type")).toContain("text/event-stream");
    expect(response.headers.get("cache-control")).toBe("no-store, no-transform");
    expect(response.headers.get("x-accel-buffering")).toBe("no");
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    expect(run).toMatch(/^[0-9a-f-]{36}$/u);
  });

  it("says run.open before the agent says a word", async () => {
    const prompter = createPrompter();
    const server = await open({ agent: prompter.agent });
    const stream = await server.start();
    await stream.until((event) => event.type === "run.open");
    expect(types(stream.events)).not.toContain("part.open");
    prompter.finish();
    await stream.all();
  });

  it("is the same run for the same start key, asked one after the other or at once", async () => {
    let runs = 0;
    const server = await open({
      agent: async (run) => {
        runs += 1;
        run.text("once");
      },
    });
    const command = startCommand();
    const streams = await Promise.all(Array.from({ length: 8 }, () => server.start(command)));
    const again = await server.start(command);
    const ids = new Set([...streams, again].map((stream) => stream.run));
    expect(ids.size).toBe(1);
    expect(runs).toBe(1);
    const logs = await Promise.all([...streams, again].map((stream) => stream.all()));
    for (const log of logs) expect(log).toEqual(logs[0]);
  });

  it("refuses a start key that was used for another answer", async () => {
    const server = await open({ agent: speaker });
    const command = startCommand();
    await (await server.start(command)).all();
    const response = await server.post("/threads/t1/runs", { ...command, answer: "another" });
    expect(response.status).toBe(409);
    expect(await response.json()).toMatchObject({ code: "start-key-conflict" });
  });

  it("tells an agent that throws apart from one that is done", async () => {
    const server = await open({
      agent: async (run) => {
        run.text("Half an answ");
        throw new Error("secret sk-123");
      },
    });
    const events = await (await server.start()).all();
    expect(endOf(events)).toMatchObject([{ outcome: "truncated", cause: "failed", error: { code: "agent-failed" } }]);
    expect(JSON.stringify(events)).not.toContain("sk-123");
    expect(await answerOf(server)).toMatchObject({ status: "truncated", cause: "failed", stated: true });
  });

  it("ends as the agent says when its answer is not whole", async () => {
    const server = await open({
      agent: async (run) => {
        run.text("It goes on and");
        run.end({ cause: "length" });
        run.text(" this is not heard");
      },
    });
    await (await server.start()).all();
    const answer = await answerOf(server);
    expect(answer).toMatchObject({ status: "truncated", cause: "length" });
    expect(textOf(answer)).toBe("It goes on and");
  });

  it.each([
    ["an end", { type: "run.end", outcome: "complete", effects: { succeeded: [], failed: [], unknown: [], cancelled: [] } }],
    ["a receipt", { type: "receipt", receipt: "r", call: "c", outcome: "succeeded", summary: "sent", doneAt: 1 }],
    ["an approval", { type: "approval.decision", approval: "a", items: [], by: "user" }],
    ["a tool call", { type: "tool.start", call: "c", attempt: 1, callKey: "k" }],
    ["text for a part that is not open", { type: "span.append", part: "p", span: "s", text: "x" }],
    ["a broken event", { type: "part.open", part: 7, kind: "answer" }],
    ["something unheard of", { type: "part.explode" }],
  ])("ends as failed when an agent forges %s, even if it catches the refusal", async (_name, forged) => {
    const server = await open({
      agent: async (run) => {
        run.text("before");
        try {
          run.emit(forged as never);
        } catch {
          run.text("after");
        }
      },
    });
    const events = await (await server.start()).all();
    expect(endOf(events)).toMatchObject([{ outcome: "truncated", cause: "failed", error: { code: "agent-invalid-event" } }]);
    expect(
      types(events).filter((type) => type === forged.type && type !== "span.append" && type !== "part.open" && type !== "run.end"),
    ).toEqual([]);
  });

  it("numbers and addresses what an agent says itself, whatever the agent claims", async () => {
    const server = await open({
      agent: async (run) =>
        run.emit({ type: "part.open", part: "p", kind: "answer", seq: 99, run: "another", message: "another", local: true } as never),
    });
    const events = await (await server.start()).all();
    expect(events.map((event) => event.seq)).toEqual(events.map((_, index) => index + 1));
    expect(new Set(events.map((event) => event.run)).size).toBe(1);
    expect(events.some((event) => event.local)).toBe(false);
  });

  it("takes an async generator for an agent", async () => {
    const server = await open({
      agent: async function* () {
        yield { type: "part.open", part: "a", kind: "answer" } as const;
        yield { type: "span.append", part: "a", span: "s", text: "Generated." } as const;
      },
    });
    await (await server.start()).all();
    expect(await answerOf(server)).toMatchObject({ status: "complete", parts: [{ status: "closed" }] });
  });

  it("gives the agent what was said before, and where it was cut", async () => {
    const seen: unknown[] = [];
    const server = await open({
      agent: async (run) => {
        seen.push(run.conversation);
        run.text(`Answer to ${run.input}`);
        if (run.input === "first") run.end({ cause: "length" });
      },
    });
    await (await server.start({ message: { id: "u1", text: "first" } })).all();
    await (await server.start({ message: { id: "u2", text: "second" } })).all();
    expect(seen[1]).toEqual([
      { role: "user", content: "first" },
      { role: "assistant", content: "Answer to first\n\n[reply cut off by the length limit; the user saw up to here]" },
      { role: "user", content: "second" },
    ]);
  });

  it("continues a cut answer in the same message, and no other", async () => {
    const server = await open({
      agent: async (run) => {
        if (run.mode === "continue") return run.text(`… goes on after "${run.partial}"`);
        run.text("The first half");
        run.end({ cause: "length" });
      },
    });
    await (await server.start({ answer: "a1" })).all();
    await (await server.start({ answer: "a1", mode: "continue", message: undefined })).all();
    const messages = await server.messages();
    expect(messages).toHaveLength(2);
    expect(messages[1]).toMatchObject({ status: "complete", seams: [{ why: "continue" }] });
    const again = await server.post("/threads/t1/runs", startCommand({ answer: "a1", mode: "continue", message: undefined }));
    expect(again.status).toBe(409);
  });
});

describe("reading a run", () => {
  it("resumes after every event without loss or repetition", async () => {
    const server = await open({ agent: speaker });
    const stream = await server.start();
    const whole = await stream.all();
    for (let after = 0; after < whole.length; after += 1) {
      expect(await subscribe(await server.events(stream.run, after)).all()).toEqual(whole.slice(after));
    }
    expect((await server.events(stream.run, whole.length)).status).toBe(204);
  });

  it("goes on with a live run for a reader that comes back after any event", async () => {
    const prompter = createPrompter();
    const server = await open({ agent: prompter.agent });
    const first = await server.start();
    await first.until((event) => event.type === "run.open");
    prompter.say("one ");
    await first.until((event) => event.type === "span.append");
    await first.leave();
    const readers = await Promise.all([0, 1, 2, 3].map((after) => server.follow(first.run, after)));
    prompter.say("two");
    prompter.finish();
    const logs = await Promise.all(readers.map((reader) => reader.all()));
    for (const [index, log] of logs.entries()) expect(log).toEqual(logs[0]?.slice(index));
    expect(textOf(await answerOf(server))).toBe("one two");
  });

  it("takes the Last-Event-ID of a browser's own reconnect", async () => {
    const server = await open({ agent: speaker });
    const stream = await server.start();
    const whole = await stream.all();
    const response = await server.events(stream.run, 0, { "last-event-id": "5" });
    expect(await subscribe(response).all()).toEqual(whole.slice(5));
  });

  it("tells a reader who comes back to a run that is silent at once that it lives, since proxies hold headers back until the first byte", async () => {
    const prompter = createPrompter();
    const server = await open({ agent: prompter.agent });
    const stream = await server.start();
    await stream.until((event) => event.type === "run.phase");
    const back = subscribe(await server.events(stream.run, 2));
    const waiting = back.until((event) => event.type === "run.heartbeat");
    await server.clock.advance(0);
    expect(await waiting).toMatchObject({ seq: null, last: 2 });
    prompter.finish();
    await Promise.all([stream.all(), back.all()]);
  });

  it.each(["/api/unsay", "/api/unsay/", "api/unsay"])("is mounted at %s, and says so to who asks anywhere else", async (basePath) => {
    const server = createUnsayServer({ agent: speaker, authorize: allowAllUnsafe, basePath });
    const get = (path: string) => server.fetch(new Request(`http://here${path}`));
    expect((await get("/api/unsay/threads/t1/messages")).status).toBe(200);
    for (const path of ["/api/threads/t1/messages", "/threads/t1/messages", "/api/unsay/nothing"]) {
      const answer = await get(path);
      expect(answer.status).toBe(404);
      expect(((await answer.json()) as { message: string }).message).toContain('"/api/unsay" (`basePath`). Give');
    }
    await server.close();
  });

  it.each(["-1", "1.5", "abc", "1e3", "999999", "0x10", "$", "1 OR 1=1", "٣", "", " 1", "9".repeat(400)])(
    "refuses the cursor %j",
    async (cursor) => {
      const prompter = createPrompter();
      const server = await open({ agent: prompter.agent });
      const { run } = await server.start();
      const response = await server.get(`/runs/${run}/events?after=${encodeURIComponent(cursor)}`);
      expect(response.status).toBe(400);
      expect(await response.json()).toMatchObject({ code: "invalid-request", field: "after" });
      prompter.finish();
    },
  );

  it("beats while nothing else comes, and says up to where the reader has everything", async () => {
    const prompter = createPrompter();
    const server = await open({ agent: prompter.agent, heartbeatMs: 5_000 });
    const stream = await server.start();
    await stream.until((event) => event.type === "run.phase");
    await server.clock.advance(5_000);
    const beat = await stream.until((event) => event.type === "run.heartbeat");
    expect(beat).toMatchObject({ seq: null, last: 2, phase: "thinking" });
    prompter.finish();
    await stream.all();
  });

  it("says which run is live, and then that none is", async () => {
    const prompter = createPrompter();
    const server = await open({ agent: prompter.agent });
    const stream = await server.start({ answer: "a1" });
    await stream.until((event) => event.type === "run.phase");
    await server.clock.advance(1_234);
    expect(await (await server.get("/threads/t1/active")).json()).toEqual({ run: stream.run, message: "a1", last: 2, t: 1_234 });
    expect(await answerOf(server)).toMatchObject({ status: "pending" });
    prompter.finish();
    await stream.all();
    expect((await server.get("/threads/t1/active")).status).toBe(204);
  });

  it("keeps the run going when its reader goes away", async () => {
    const prompter = createPrompter();
    const server = await open({ agent: prompter.agent });
    const stream = await server.start();
    await stream.until((event) => event.type === "run.open");
    await stream.leave();
    await server.clock.advance(600_000);
    expect(prompter.aborted()).toBe(false);
    prompter.say("still here");
    prompter.finish();
    await (await server.follow(stream.run, 0)).all();
    expect(await answerOf(server)).toMatchObject({ status: "complete" });
  });

  it("ends a run nobody listens to where that is asked for", async () => {
    const prompter = createPrompter();
    const server = await open({ agent: prompter.agent, onDisconnect: { cancelAfterMs: 200 } });
    const stream = await server.start();
    await stream.until((event) => event.type === "run.open");
    await stream.leave();
    await expect.poll(async () => (await server.clock.advance(300), prompter.aborted())).toBe(true);
    expect(await answerOf(server)).toMatchObject({ status: "truncated", cause: "disconnected" });
  });

  it("replays no text that was expunged", async () => {
    const store = createMemoryStore();
    const server = await open({
      store,
      agent: async function* () {
        yield { type: "part.open", part: "a", kind: "answer" } as const;
        yield { type: "span.append", part: "a", span: "s1", text: "Public. " } as const;
        yield { type: "span.append", part: "a", span: "s2", text: "The code is 4711." } as const;
        yield {
          type: "span.revise",
          spans: ["s2"],
          replacement: { span: "s3", text: "The code is 4712." },
          reason: "a slip",
          by: "model",
        } as const;
        yield { type: "span.retract", spans: ["s3"], reason: "a secret", expunge: true } as const;
      },
    });
    const stream = await server.start();
    await stream.all();
    const replay = JSON.stringify(await subscribe(await server.events(stream.run, 0)).all());
    expect(replay).not.toContain("The code");
    expect(JSON.stringify(await store.read(stream.run, 0))).not.toContain("The code");
    expect(textOf(await answerOf(server))).toBe("Public. ");
  });
});

describe("stopping", () => {
  it("aborts the agent, acknowledges, and ends as stopped by the user", async () => {
    const prompter = createPrompter();
    const server = await open({ agent: prompter.agent });
    const stream = await server.start();
    await stream.until((event) => event.type === "run.phase");
    prompter.say("Half of ");
    await stream.until((event) => event.type === "span.append");
    const response = await server.post(`/runs/${stream.run}/commands`, stopCommand({ run: stream.run }));
    expect(response.status).toBe(202);
    expect(await response.json()).toEqual({ command: "stop-1" });
    const events = await stream.all();
    expect(events.find((event) => event.type === "stop.ack")).toMatchObject({
      command: "stop-1",
      client: "client-1",
      upstream: "aborted",
      settling: [],
    });
    expect(endOf(events)).toMatchObject([{ outcome: "truncated", cause: "stopped", by: "user" }]);
    expect(await answerOf(server)).toMatchObject({ status: "truncated", cause: "stopped", stop: { by: "user", phase: "done" } });
  });

  it("says that it does not know of an agent that does not obey, and hears nothing of it any more", async () => {
    let speak: (text: string) => void = () => {};
    const server = await open({
      agent: (run) => {
        speak = (text) => run.text(text);
        run.text("before");
        return new Promise<void>(() => {});
      },
    });
    const stream = await server.start();
    await stream.until((event) => event.type === "span.append");
    await server.post(`/runs/${stream.run}/commands`, stopCommand());
    speak("after");
    await server.clock.advance(1_000);
    const events = await stream.all();
    expect(events.find((event) => event.type === "stop.ack")).toMatchObject({ upstream: "unknown" });
    expect(JSON.stringify(events)).not.toContain("after");
  });

  it("shows a reload the text as it stood when Stop was pressed", async () => {
    const prompter = createPrompter();
    const server = await open({ agent: prompter.agent });
    const stream = await server.start();
    await stream.until((event) => event.type === "run.phase");
    prompter.say("Painted, and not painted.");
    const text = await stream.until((event) => event.type === "span.append");
    const span = text.type === "span.append" ? text.span : "";
    await server.post(`/runs/${stream.run}/commands`, stopCommand({ painted: { span, offset: 7 }, ackSeq: text.seq }));
    await stream.all();
    expect(textOf(await answerOf(server))).toBe("Painted");
  });

  it("records a redirect as one", async () => {
    const prompter = createPrompter();
    const server = await open({ agent: prompter.agent });
    const stream = await server.start({ answer: "a1" });
    await stream.until((event) => event.type === "run.open");
    await server.post(`/runs/${stream.run}/commands`, stopCommand({ intent: "redirect" }));
    expect(endOf(await stream.all())).toMatchObject([{ cause: "redirected" }]);
    await server.start({ message: { id: "u9", text: "Shorter" }, redirects: "a1" });
    expect((await server.messages())[1]).toMatchObject({ cause: "redirected", redirectedTo: "u9" });
  });

  it("changes nothing when it is repeated, or when the run is over", async () => {
    const server = await open({ agent: speaker });
    const stream = await server.start();
    const events = await stream.all();
    for (const id of ["stop-1", "stop-1", "stop-2"]) {
      expect((await server.post(`/runs/${stream.run}/commands`, stopCommand({ id }))).status).toBe(202);
    }
    expect(await subscribe(await server.events(stream.run, 0)).all()).toEqual(events);
    expect(await answerOf(server)).toMatchObject({ status: "complete", stop: null });
  });

  it("sends one acknowledgement for many presses", async () => {
    const prompter = createPrompter();
    const server = await open({ agent: prompter.agent });
    const stream = await server.start();
    await stream.until((event) => event.type === "run.open");
    const presses = Array.from({ length: 10 }, (_, index) =>
      server.post(`/runs/${stream.run}/commands`, stopCommand({ id: `stop-${index % 3}` })),
    );
    expect((await Promise.all(presses)).map((response) => response.status)).toEqual(Array(10).fill(202));
    const events = await stream.all();
    expect(types(events).filter((type) => type === "stop.ack")).toHaveLength(1);
    expect(endOf(events)).toHaveLength(1);
  });

  it("remembers a stop that comes before its run", async () => {
    let ran = false;
    const server = await open({ agent: async () => void (ran = true) });
    const response = await server.post("/threads/t1/commands", stopCommand({ startKey: "early" }));
    expect(response.status).toBe(202);
    const events = await (await server.start({ startKey: "early" })).all();
    expect(endOf(events)).toMatchObject([{ cause: "stopped" }]);
    expect(ran).toBe(false);
  });

  it("finds a live run by its start key", async () => {
    const prompter = createPrompter();
    const server = await open({ agent: prompter.agent });
    const stream = await server.start({ startKey: "mine" });
    await server.post("/threads/t1/commands", stopCommand({ startKey: "mine" }));
    expect(endOf(await stream.all())).toMatchObject([{ cause: "stopped" }]);
  });
});

describe("when a process ends", () => {
  it("states a shutdown in the record, and takes nothing new", async () => {
    const prompter = createPrompter();
    const store = createMemoryStore();
    const server = await open({ agent: prompter.agent, store });
    const stream = await server.start();
    await stream.until((event) => event.type === "run.open");
    await server.server.close();
    expect(endOf(await stream.all())).toMatchObject([
      { cause: "disconnected", resumable: false, by: "server", error: { code: "server-shutdown" } },
    ]);
    expect((await server.post("/threads/t1/runs", startCommand())).status).toBe(503);
    const next = await open({ agent: speaker, store });
    expect(await answerOf(next)).toMatchObject({ status: "truncated", cause: "disconnected", stated: true });
  });

  it("ends an orphan when it is read after its lease, and not before", async () => {
    const store = createMemoryStore();
    const dead = await open({ agent: createPrompter().agent, store: withoutNews(store), leaseMs: 10_000 });
    const stream = await dead.start();
    await stream.until((event) => event.type === "run.phase");
    const next = await open({ agent: speaker, store });
    expect(await answerOf(next)).toMatchObject({ status: "pending" });
    expect((await next.get("/threads/t1/active")).status).toBe(200);
    const stop = next.post(`/runs/${stream.run}/commands`, stopCommand());
    await expect.poll(() => next.clock.pending).toBeGreaterThan(0);
    await next.clock.advance(5_500);
    expect(await stop).toMatchObject({ status: 503 });
    await next.clock.advance(5_000);
    expect(await answerOf(next)).toMatchObject({ status: "truncated", cause: "orphaned", stated: true, error: { code: "lease-expired" } });
    expect((await next.get("/threads/t1/active")).status).toBe(204);
  });

  it("tells a reader that waits for an orphan how it ended", async () => {
    const store = createMemoryStore();
    const dead = await open({ agent: createPrompter().agent, store, leaseMs: 1_000 });
    const stream = await dead.start();
    await stream.until((event) => event.type === "run.phase");
    const next = await open({ agent: speaker, store });
    const reader = await next.follow(stream.run, 1);
    const ended = reader.all();
    await reader.until((event) => event.type === "run.phase");
    await next.clock.advance(3_000);
    expect(endOf(await ended)).toMatchObject([{ cause: "orphaned" }]);
  });

  it("lets a producer that lost its run append nothing", async () => {
    const store = createMemoryStore();
    const prompter = createPrompter();
    const slow = await open({ agent: prompter.agent, store, leaseMs: 1_000 });
    const stream = await slow.start();
    await stream.until((event) => event.type === "run.phase");
    const next = await open({ agent: speaker, store });
    await next.clock.advance(1_500);
    await answerOf(next);
    prompter.say("too late");
    await slow.clock.advance(200);
    await stream.all();
    expect(endOf(stream.events)).toEqual([]);
    expect(JSON.stringify(await store.read(stream.run, 0))).not.toContain("too late");
  });
});

describe("requests that are not what they should be", () => {
  const good = startCommand();
  it.each([
    ["malformed JSON", "{", 400],
    ["no object", "[]", 400],
    ["null", "null", 400],
    ["another command", { ...good, command: "go" }, 400],
    ["another thread", { ...good, thread: "t2" }, 400],
    ["no start key", { ...good, startKey: undefined }, 400],
    ["a number for a start key", { ...good, startKey: 7 }, 400],
    ["an endless id", { ...good, answer: "a".repeat(201) }, 400],
    ["an id with a line break", { ...good, answer: "a\nb" }, 400],
    ["an id with half a character", { ...good, answer: "\ud800" }, 400],
    ["no message", { ...good, message: undefined }, 400],
    ["a message without text", { ...good, message: { id: "u" } }, 400],
    ["an unknown mode", { ...good, mode: "again" }, 400],
    ["labels that are no strings", { ...good, labels: { a: 1 } }, 400],
    ["a regeneration of nothing", { ...good, mode: "regenerate", parent: "nobody", message: undefined }, 400],
    ["a continuation of nothing", { ...good, mode: "continue", message: undefined }, 400],
    ["a megabyte and more", { ...good, message: { id: "u", text: "x".repeat(1_100_000) } }, 413],
  ])("refuses a start with %s", async (_name, body, status) => {
    const server = await open({ agent: speaker });
    const response = await server.post("/threads/t1/runs", body);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ code: "invalid-request", message: expect.stringMatching(/\. |\.$/u), retryable: false });
    expect(await server.messages()).toEqual([]);
  });

  it.each([
    ["GET", "/nothing", 404],
    ["GET", "/threads/t1", 404],
    ["GET", "/threads/t1/runs", 405],
    ["DELETE", "/threads/t1/messages", 405],
    ["POST", "/threads/t1/active", 405],
    ["GET", "/threads/%zz/messages", 400],
    ["GET", "/threads/%00/messages", 400],
    ["GET", "/runs/unknown/events", 404],
    ["POST", "/runs/unknown/commands", 404],
    ["GET", "/runs/__proto__/events", 404],
    ["GET", "/threads/a/b/c/d", 404],
  ])("answers %s %s with %i in the one error shape", async (method, path, status) => {
    const server = await open({ agent: speaker });
    const response = await fetch(`${server.url}${path}`, {
      method,
      ...(method === "POST" ? { body: "{}", headers: { "content-type": "application/json" } } : {}),
    });
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ code: expect.any(String), message: expect.any(String), retryable: false });
  });

  it("refuses a body that is not declared as JSON, and pages of other sites", async () => {
    const server = await open({ agent: speaker, allowedOrigins: ["https://friend.example"] });
    expect((await server.post("/threads/t1/runs", startCommand(), { "content-type": "text/plain" })).status).toBe(415);
    expect(
      (await server.post("/threads/t1/runs", startCommand(), { "sec-fetch-site": "cross-site", origin: "https://evil.example" })).status,
    ).toBe(403);
    const friend = await server.post("/threads/t1/runs", startCommand(), {
      "sec-fetch-site": "cross-site",
      origin: "https://friend.example",
    });
    expect(friend.status).toBe(200);
    await subscribe(friend).all();
  });

  it("refuses a host that is not its own", async () => {
    const server = await open({ agent: speaker, allowedHosts: ["unsay.example"] });
    expect((await server.get("/threads/t1/messages")).status).toBe(403);
  });

  it("answers what the user may not see like what does not exist", async () => {
    const prompter = createPrompter();
    const server = await open({ agent: prompter.agent, authorize: (request) => request.headers.get("x-user") === "ana" });
    const started = subscribe(await server.post("/threads/t1/runs", startCommand(), { "x-user": "ana" }));
    const missing = await (await server.get("/runs/nothing/events", { "x-user": "ana" })).json();
    for (const response of [
      await server.events(started.run),
      await server.get("/threads/t1/messages"),
      await server.get("/threads/t1/active"),
      await server.post(`/runs/${started.run}/commands`, stopCommand()),
      await server.post("/threads/t1/commands", stopCommand({ run: started.run })),
      await server.post("/threads/t1/runs", startCommand()),
    ]) {
      expect(response.status).toBe(404);
      expect(await response.json()).toEqual(missing);
    }
    expect(prompter.aborted()).toBe(false);
  });

  it("does not start without a rule of who may do what", () => {
    // @ts-expect-error -- what a caller without types might do
    expect(() => createUnsayServer({ agent: speaker })).toThrow(/authorize/u);
  });
});
