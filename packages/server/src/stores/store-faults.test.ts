import { DatabaseSync } from "node:sqlite";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "redis";
import { afterAll, afterEach, describe, expect, it, onTestFinished } from "vitest";
import { textOf, type AssistantMessage } from "@unsay/core";
import type { UnsayEvent } from "@unsay/core/protocol";
import type { Agent } from "../agents/agent.js";
import { hasRedis, startRedis } from "../testing/redis-server.js";
import { realClock } from "../testing/real-clock.js";
import { createTestServer, startCommand, stopCommand, type TestServer } from "../testing/test-server.js";
import { aroundStore } from "./around-store.js";
import { createMemoryStore } from "./memory.js";
import { createRedisStore } from "./redis.js";
import { createSqliteStore } from "./sqlite.js";
import type { Store } from "./store.js";
import { reportFigure } from "../testing/figures.js";

const folder = mkdtempSync(join(tmpdir(), "unsay-faults-"));
const servers: TestServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function open(...args: Parameters<typeof createTestServer>): Promise<TestServer> {
  const server = await createTestServer(...args);
  servers.push(server);
  return server;
}

/** A store that fails each call while it is told to, or from a call of this name on. */
function createBreakable(breaksAfter?: keyof Store): { readonly store: Store; isBroken: boolean } {
  const state = { isBroken: false };
  const store = aroundStore(createMemoryStore(), (name, call) => {
    if (state.isBroken) return Promise.reject(new Error("EIO: sk-secret"));
    state.isBroken = name === breaksAfter;
    return call();
  });
  return Object.assign(state, { store });
}

/** Says a word for each call of `say`, from `begun` until `finish`. */
function createPrompter(): { agent: Agent; begun: Promise<void>; say: (text: string) => void; finish: () => void } {
  let speak: (text: string) => void = () => {};
  let begin: () => void = () => {};
  let finish: () => void = () => {};
  const begun = new Promise<void>((resolve) => (begin = resolve));
  const finished = new Promise<void>((resolve) => (finish = resolve));
  const agent: Agent = async (run) => {
    speak = (text) => run.text(text);
    begin();
    await Promise.race([finished, new Promise((resolve) => run.signal.addEventListener("abort", resolve))]);
  };
  return { agent, begun, say: (text) => speak(text), finish };
}

const speaker: Agent = async (run) => run.text("An answer.");
const endOf = (events: readonly UnsayEvent[]) => events.find((event) => event.type === "run.end");

async function answerOf(server: TestServer): Promise<AssistantMessage> {
  const message = (await server.messages()).at(-1);
  if (message?.role !== "assistant") throw new Error("There is no answer.");
  return message;
}

describe("row 37: a store that is down", () => {
  it("is refused with 503 and a time to come back, on every route, and nothing is begun", async () => {
    const breakable = createBreakable();
    const server = await open({ agent: speaker, store: breakable.store });
    const { run } = await server.start();
    breakable.isBroken = true;
    const responses = await Promise.all([
      server.post("/threads/t1/runs", startCommand()),
      server.get("/threads/t1/messages"),
      server.get("/threads/t1/active"),
      server.get(`/runs/${run}/events`),
      server.post(`/runs/${run}/commands`, stopCommand()),
      server.post("/threads/t1/commands", stopCommand({ startKey: "k" })),
    ]);
    for (const response of responses) {
      expect(response.status).toBe(503);
      expect(response.headers.get("retry-after")).toBe("2");
      const body = await response.text();
      expect(JSON.parse(body)).toMatchObject({ code: "store-unavailable", retryable: true, retryAfterMs: 2_000 });
      expect(body).not.toContain("sk-secret");
    }
    breakable.isBroken = false;
    expect(await server.messages()).toHaveLength(2);
  });

  it("may have begun a run all the same: who asks again under the same key gets it, and it is answered once", async () => {
    let isLost = true;
    const store = aroundStore(createMemoryStore(), async (name, call) => {
      const result = await call();
      if (name !== "createRun" || !isLost) return result;
      isLost = false;
      throw new Error("ECONNRESET");
    });
    const server = await open({ agent: speaker, store });
    const command = startCommand();
    expect((await server.post("/threads/t1/runs", command)).status).toBe(503);
    expect((await server.post("/threads/t1/runs", { ...command, answer: "another" })).status).toBe(409);
    const streams = await Promise.all([server.start(command), server.start(command)]);
    for (const stream of streams) expect(endOf(await stream.all())).toMatchObject({ outcome: "complete" });
    expect((await server.messages()).map(({ status }) => status)).toEqual(["complete", "complete"]);
  });

  it("counts as down when it does not answer", async () => {
    const store = aroundStore(createMemoryStore(), () => new Promise(() => {}));
    const server = await open({ agent: speaker, store });
    const response = server.get("/threads/t1/messages");
    await expect.poll(() => server.clock.pending).toBeGreaterThan(0);
    await server.clock.advance(5_000);
    expect((await response).status).toBe(503);
  });

  it("takes no word from a reader while a run goes on, and none from the record when it is back", async () => {
    const breakable = createBreakable();
    const prompter = createPrompter();
    const server = await open({ agent: prompter.agent, store: breakable.store });
    const stream = await server.start();
    await prompter.begun;
    prompter.say("one ");
    await server.clock.advance(100);
    breakable.isBroken = true;
    prompter.say("two ");
    await server.clock.advance(10_000);
    expect(await stream.until((event) => event.type === "span.append" && event.text === "two ")).toBeDefined();
    prompter.say("three");
    prompter.finish();
    await stream.until((event) => event.type === "span.append" && event.text === "three");
    await server.clock.advance(5_000);
    expect(endOf(stream.events)).toBeUndefined();
    breakable.isBroken = false;
    await server.clock.advance(2_000);
    expect(endOf(await stream.all())).toMatchObject({ outcome: "complete" });
    expect(await answerOf(server)).toMatchObject({ status: "complete" });
    expect(textOf(await answerOf(server))).toBe("one two three");
  });

  it("and stays down for longer than the lease: the reader is told that nothing was saved, and no reload says more", async () => {
    const breakable = createBreakable();
    const prompter = createPrompter();
    const server = await open({ agent: prompter.agent, store: breakable.store, leaseMs: 9_000 });
    const stream = await server.start();
    await prompter.begun;
    await server.clock.advance(200);
    breakable.isBroken = true;
    prompter.say("not on record");
    prompter.finish();
    await stream.until((event) => event.type === "span.append");
    await server.clock.advance(12_000);
    const events = await stream.all();
    expect(endOf(events)).toMatchObject({ outcome: "truncated", cause: "failed", error: { code: "store-unavailable" } });
    expect(events.map((event) => event.seq)).toEqual(events.map((_, index) => index + 1));
    breakable.isBroken = false;
    await server.clock.advance(12_000);
    expect(await answerOf(server)).toMatchObject({ status: "truncated", cause: "orphaned" });
  });

  it("and stays down from a stop to the end: no reader is told of the stop or of a receipt that are on no record", async () => {
    const breakable = createBreakable("saveStop");
    let deliver: () => void = () => {};
    const delivered = new Promise<void>((resolve) => (deliver = resolve));
    const server = await open({
      store: breakable.store,
      leaseMs: 9_000,
      tools: { send: { effect: "write", execute: () => delivered, receipt: () => ({ summary: "Sent" }) } },
      agent: async (run) => void (await run.callTool("send", {})),
    });
    const stream = await server.start();
    await stream.until((event) => event.type === "tool.start");
    expect((await server.post(`/runs/${stream.run}/commands`, stopCommand())).status).toBe(202);
    deliver();
    await server.clock.advance(30_000);
    const events = await stream.all();
    expect(endOf(events)).toMatchObject({ cause: "failed", error: { code: "store-unavailable" } });
    expect(events.filter(({ type }) => type === "receipt" || type === "stop.ack")).toEqual([]);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
  });

  it("and has stored an end whose reply is lost: the reader hears that nobody knows, and a reload shows how it ended", async () => {
    let isReplying = true;
    const store = aroundStore(createMemoryStore(), async (_name, call) => {
      const reply = await call();
      if (!isReplying) throw new Error("ETIMEDOUT");
      return reply;
    });
    const prompter = createPrompter();
    const server = await open({ agent: prompter.agent, store, leaseMs: 9_000 });
    const stream = await server.start();
    await prompter.begun;
    prompter.say("An answer.");
    isReplying = false;
    prompter.finish();
    await server.clock.advance(20_000);
    expect(endOf(await stream.all())).toMatchObject({ outcome: "truncated", cause: "failed", error: { code: "store-unavailable" } });
    isReplying = true;
    expect(await answerOf(server)).toMatchObject({ status: "complete" });
  });

  it("and fails just when a run begins: the run begins when the store is back, and does not stay open for ever", async () => {
    const breakable = createBreakable("append");
    const server = await open({ agent: speaker, store: breakable.store });
    const stream = await server.start();
    await server.clock.advance(1_200);
    expect(stream.events.map(({ type }) => type)).toEqual(["run.open", "run.phase"]);
    breakable.isBroken = false;
    await server.clock.advance(2_000);
    expect(endOf(await stream.all())).toMatchObject({ outcome: "complete" });
  });

  it("and stays down from the begin on: the run ends, and the model is asked nothing", async () => {
    const breakable = createBreakable("append");
    let asked = 0;
    const server = await open({ agent: async () => void (asked += 1), store: breakable.store, leaseMs: 9_000 });
    const stream = await server.start();
    for (let second = 0; second < 30; second += 1) await server.clock.advance(1_000);
    expect(endOf(await stream.all())).toMatchObject({ cause: "failed", error: { code: "store-unavailable" } });
    expect(asked).toBe(0);
  });

  it("runs no tool whose start is on no record", async () => {
    const breakable = createBreakable();
    let ran = 0;
    const prompter = createPrompter();
    const server = await open({
      store: breakable.store,
      tools: { save: { effect: "write", execute: () => (ran += 1) } },
      minToolLeadMs: 0,
      undoWindowMs: 0,
      agent: async (run) => {
        await prompter.agent(run);
        await run.callTool("save", {});
      },
    });
    const stream = await server.start();
    await prompter.begun;
    breakable.isBroken = true;
    prompter.finish();
    await stream.until((event) => event.type === "tool.ready");
    await server.clock.advance(60_000);
    await stream.all();
    expect(ran).toBe(0);
  });
});

/** How often this process has come to do something else, every 5 ms at most. */
function countTurns(): { readonly count: number; readonly stop: () => void } {
  const state = { count: 0 };
  const timer = setInterval(() => (state.count += 1), 5);
  return Object.assign(state, { stop: () => clearInterval(timer) });
}

describe("a SQLite file", () => {
  it("that another process holds is waited for without holding up this one", async () => {
    const path = join(folder, "busy.sqlite");
    const store = createSqliteStore({ path });
    const server = await open({ agent: speaker, store, clock: realClock });
    const other = new DatabaseSync(path);
    const turns = countTurns();
    other.exec("BEGIN IMMEDIATE");
    const start = server.post("/threads/t1/runs", startCommand());
    // Who waits without letting anything else run has given up long before that.
    await expect.poll(() => turns.count).toBeGreaterThan(50);
    other.exec("COMMIT");
    const started = await start;
    expect(started.status).toBe(200);
    await started.text();
    other.exec("BEGIN IMMEDIATE");
    const before = turns.count;
    expect((await server.post("/threads/t2/runs", startCommand({ thread: "t2" }))).status).toBe(503);
    expect(turns.count - before).toBeGreaterThan(10);
    turns.stop();
    other.exec("COMMIT");
    other.close();
    await store.close();
  });

  it("on a full disk refuses what it can't keep, and keeps what it had acknowledged", async () => {
    const path = join(folder, "full.sqlite");
    const store = createSqliteStore({ path, maxBytes: 400_000 });
    const prompter = createPrompter();
    const receipts: string[] = [];
    const server = await open({
      store,
      leaseMs: 3_000,
      minToolLeadMs: 0,
      undoWindowMs: 0,
      tools: {
        note: {
          effect: "write",
          execute: ({ text }: { readonly text: string }) => text,
          receipt: () => ({ summary: "Noted" }),
        },
      },
      agent: async (run) => {
        for (let index = 0; index < 100; index += 1) {
          const outcome = await run.callTool("note", { text: "x".repeat(10_000), index });
          if (outcome.result !== "ok") break;
          receipts.push(String(index));
        }
        await prompter.agent(run);
      },
    });
    const stream = await server.start();
    await expect.poll(async () => (await server.clock.advance(500), receipts.length)).toBeGreaterThan(3);
    await expect
      .poll(
        async () => (
          await server.clock.advance(500),
          (
            await server.post(
              "/threads/t9/runs",
              startCommand({ thread: "t9", message: { id: crypto.randomUUID(), text: "y".repeat(50_000) } }),
            )
          ).status
        ),
      )
      .toBe(503);
    prompter.finish();
    await server.clock.advance(30_000);
    await stream.all();
    await server.close();
    servers.splice(0);
    const kept = createSqliteStore({ path });
    const stored = (await kept.read(stream.run, 0)).filter((event) => event.type === "receipt");
    expect(stored.length).toBeGreaterThanOrEqual(receipts.length);
    reportFigure("a full disk", `${receipts.length} receipts acknowledged, ${stored.length} kept`);
    await kept.close();
    await store.close();
  });
});

describe.runIf(hasRedis)("a Redis that goes away", () => {
  it("is refused at start, and runs that are live end as unsaved", async () => {
    const redis = await startRedis();
    const store = await createRedisStore({ url: redis.url });
    const prompter = createPrompter();
    // A lease of the test's time, so that it runs out when Redis has gone and not because the machine is slow.
    const server = await open({ agent: prompter.agent, store });
    const stream = await server.start();
    // A run whose beginning could not be stored asks its agent nothing.
    await prompter.begun;
    await redis.stop();
    // What is tried again waits for that time too.
    const ticking = setInterval(() => void server.clock.advance(20), 20);
    onTestFinished(() => clearInterval(ticking));
    prompter.say("still here");
    await stream.until((event) => event.type === "span.append");
    await expect.poll(async () => (await server.post("/threads/t2/runs", startCommand({ thread: "t2" }))).status).toBe(503);
    prompter.finish();
    await expect
      .poll(async () => (await server.clock.advance(500), endOf(stream.events)))
      .toMatchObject({
        cause: "failed",
        error: { code: "store-unavailable" },
      });
    await store.close();
  });

  it("has its log trimmed by somebody else: 410 for old cursors, and no answer that looks whole", async () => {
    const redis = await startRedis();
    const store = await createRedisStore({ url: redis.url });
    const server = await open({ agent: speaker, store, clock: realClock });
    const stream = await server.start();
    const whole = await stream.all();
    const client = createClient({ url: redis.url });
    await client.connect();
    await client.xTrim(`unsay:log:${stream.run}`, "MAXLEN", 2);
    expect((await server.events(stream.run, 1)).status).toBe(410);
    expect(await (await server.follow(stream.run, whole.length - 2)).all()).toEqual(whole.slice(-2));
    expect(await answerOf(server)).toMatchObject({ status: "truncated", cause: "corrupt", error: { code: "cursor-expired" } });
    await client.close();
    await server.close();
    servers.splice(0);
    await store.close();
    await redis.stop();
  });

  it("is an error of the address when it never was there", async () => {
    await expect(createRedisStore({ url: "redis://127.0.0.1:1" })).rejects.toThrow(/ECONNREFUSED/u);
  });
});
