import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { createEventFactory, NO_EFFECTS, type EventPayload, type UnsayEvent } from "@unsay/core/protocol";
import { hasRedis, startRedis, type RedisServer } from "../testing/redis-server.js";
import { Proxy } from "../testing/history/proxy.js";
import { createTestServer, stopCommand } from "../testing/test-server.js";
import { createMemoryStore } from "./memory.js";
import { createRedisStore } from "./redis.js";
import { createSqliteStore } from "./sqlite.js";
import { isTrimmed, type NewRun, type Store } from "./store.js";

const folder = mkdtempSync(join(tmpdir(), "unsay-store-"));
let files = 0;
const newFile = () => join(folder, `${(files += 1)}.sqlite`);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const OPEN: EventPayload = { type: "run.open", caps: {}, heartbeatMs: null, ttlMs: null };
const END: EventPayload = { type: "run.end", outcome: "complete", effects: NO_EFFECTS };

function newRun(change: Partial<NewRun> = {}): NewRun {
  return {
    run: "r1",
    thread: "t1",
    message: "a1",
    startKey: "k1",
    client: "c1",
    mode: "new",
    user: { id: "u1", text: "Grüße, 世界 🌍" },
    parent: "u1",
    redirects: null,
    labels: { scenario: "plain" },
    createdAt: 1_000,
    owner: "me",
    leaseUntil: 2_000,
    ...change,
  };
}

function eventsOf(payloads: readonly EventPayload[], from = 1): UnsayEvent[] {
  const factory = createEventFactory({ thread: "t1", run: "r1", message: "a1" }, from);
  return payloads.map((payload) => factory.make(payload, { t: 5 }));
}

let redis: RedisServer | null = null;
let prefixes = 0;

beforeAll(async () => {
  if (hasRedis) redis = await startRedis();
});
afterAll(() => redis?.stop());

describe.each([
  ["memory", async () => createMemoryStore()],
  ["sqlite", async () => createSqliteStore({ path: newFile() })],
  ...(hasRedis ? [["redis", () => createRedisStore({ url: redis?.url ?? "", prefix: `test-${(prefixes += 1)}:` })] as const] : []),
] as readonly (readonly [string, () => Promise<Store>])[])("the %s store", (_name, openStore) => {
  const stores: Store[] = [];
  afterEach(async () => {
    await Promise.all(stores.splice(0).map((store) => store.close()));
  });

  async function createStore(): Promise<Store> {
    const store = await openStore();
    stores.push(store);
    return store;
  }

  async function withRun(): Promise<Store> {
    const store = await createStore();
    await store.createRun(newRun());
    return store;
  }

  it("creates a run once for each start key of a thread", async () => {
    const store = await createStore();
    const results = await Promise.all([
      store.createRun(newRun()),
      store.createRun(newRun({ run: "r2" })),
      store.createRun(newRun({ run: "r3", thread: "t2" })),
    ]);
    expect(results.map((result) => [result?.run.run, result?.created])).toEqual([
      ["r1", true],
      ["r1", false],
      ["r3", true],
    ]);
    expect(await store.findRun("t1", "k1")).toEqual({ ...newRun(), lastSeq: 0, end: null, stop: null, archived: null });
    expect(await store.findRun("t1", "k2")).toBeNull();
    expect(await store.getRun("r2")).toBeNull();
  });

  it("creates of several runs only the one that knew all others of its thread", async () => {
    const store = await withRun();
    const keys = ["k2", "k3", "k4"];
    const created = await Promise.all(keys.map((key) => store.createRun(newRun({ run: key, startKey: key }), 1)));
    expect(created.filter((result) => result?.created)).toHaveLength(1);
    expect(created.filter((result) => result === null)).toHaveLength(2);
    expect(await store.listRuns("t1")).toHaveLength(2);
    expect((await store.createRun(newRun({ run: "other", thread: "t2" }), 0))?.created).toBe(true);
    expect((await store.createRun(newRun({ run: "again" }), 0))?.created, "found, however many there are").toBe(false);
  });

  it("lists the runs of a thread in the order of their creation", async () => {
    const store = await createStore();
    for (const id of ["z", "a", "m"]) await store.createRun(newRun({ run: id, startKey: id, createdAt: 1 }));
    expect((await store.listRuns("t1")).map((run) => run.run)).toEqual(["z", "a", "m"]);
    expect(await store.listRuns("__proto__")).toEqual([]);
  });

  it("gives back what was appended, from any cursor", async () => {
    const store = await withRun();
    const events = eventsOf([
      OPEN,
      { type: "part.open", part: "p", kind: "answer" },
      { type: "span.append", part: "p", span: "s", text: "ä\u2028\ud800\u0000" },
    ]);
    expect(await store.append("r1", "me", events.slice(0, 1), 3_000)).toBe(true);
    expect(await store.append("r1", "me", events.slice(1), 4_000)).toBe(true);
    for (const after of [0, 1, 2, 3, 9]) expect(await store.read("r1", after)).toEqual(events.slice(after));
    expect(await store.getRun("r1")).toMatchObject({ lastSeq: 3, leaseUntil: 4_000, end: null });
    expect(await store.read("nobody", 0)).toEqual([]);
  });

  it("takes no event with a hole before it, none of another owner, and each only once", async () => {
    const store = await withRun();
    const [first, second, third] = eventsOf([OPEN, END, END]) as [UnsayEvent, UnsayEvent, UnsayEvent];
    expect(await store.append("r1", "me", [second], 1)).toBe(false);
    expect(await store.append("r1", "me", [first, third], 1)).toBe(false);
    expect(await store.append("r1", "you", [first], 1)).toBe(false);
    expect(await store.append("r9", "me", [first], 1)).toBe(false);
    expect(await store.append("r1", "me", [first], 1)).toBe(true);
    expect(await store.append("r1", "me", [first], 1)).toBe(true);
    expect(await store.read("r1", 0)).toEqual([first]);
    expect(await store.append("r1", "me", [first, second], 1)).toBe(true);
    expect(await store.read("r1", 0)).toEqual([first, second]);
    expect(await store.append("r1", "me", [], 7)).toBe(true);
    expect(await store.getRun("r1")).toMatchObject({ lastSeq: 2, leaseUntil: 7 });
  });

  it("knows the end with its events, and takes late ones after it", async () => {
    const store = await withRun();
    const events = eventsOf([
      OPEN,
      END,
      { type: "usage", generated: 1, billed: null, billedReasoning: null, source: "model", final: true },
    ]);
    await store.append("r1", "me", events.slice(0, 2), 1);
    expect(await store.getRun("r1")).toMatchObject({ end: { outcome: "complete" }, lastSeq: 2 });
    expect(await store.append("r1", "me", events.slice(2), 1)).toBe(true);
    expect(await store.getRun("r1")).toMatchObject({ end: { outcome: "complete" }, lastSeq: 3 });
  });

  it("repairs only what has no end and no living producer, and only once", async () => {
    const store = await withRun();
    const repair = eventsOf([OPEN, { type: "run.end", outcome: "truncated", cause: "orphaned", resumable: false, effects: NO_EFFECTS }]);
    expect(await store.repair("r1", 1_999, repair)).toBe(false);
    expect(await store.renewLease("r1", "me", 5_000)).toBe(true);
    expect(await store.renewLease("r1", "you", 9_000)).toBe(false);
    expect(await store.repair("r1", 4_999, repair)).toBe(false);
    expect(await store.repair("r1", 5_000, repair.slice(1))).toBe(false);
    expect(await store.repair("r1", 5_000, repair)).toBe(true);
    expect(await store.repair("r1", 9_000, repair)).toBe(false);
    expect(await store.getRun("r1")).toMatchObject({ end: { cause: "orphaned" }, lastSeq: 2 });
    expect(await store.append("r1", "me", eventsOf([END], 3), 9_999)).toBe(false);
    expect(await store.renewLease("r1", "me", 9_999)).toBe(false);
  });

  it("replaces events in place", async () => {
    const store = await withRun();
    const events = eventsOf([OPEN, { type: "span.append", part: "p", span: "s", text: "secret" }]);
    await store.append("r1", "me", events, 1);
    const emptied = { ...events[1], text: "" } as UnsayEvent;
    await store.rewrite("r1", [emptied]);
    expect(await store.read("r1", 0)).toEqual([events[0], emptied]);
  });

  it("keeps stops and commands of a run", async () => {
    const store = await withRun();
    const stop = { command: "s1", client: "c", intent: "redirect", ackSeq: 3, painted: { span: "x", offset: 4 } } as const;
    await store.saveStop("r1", stop);
    expect((await store.getRun("r1"))?.stop).toEqual(stop);
    await store.saveCommand("r1", "d1", "print");
    await store.saveCommand("r1", "d1", "other");
    expect(["print", "other"]).toContain(await store.findCommand("r1", "d1"));
    expect(await store.findCommand("r2", "d1")).toBeNull();
  });

  it("keeps a stop that comes before its run", async () => {
    const store = await createStore();
    expect(await store.findEarlyStop("t1", "k1")).toBeNull();
    await store.saveEarlyStop("t1", "k1", "first");
    await store.saveEarlyStop("t1", "k1", "second");
    expect(await store.findEarlyStop("t1", "k1")).toBe("second");
    expect(await store.findEarlyStop("t2", "k1")).toBeNull();
  });

  it("carries a command to the run's owner, once, and the answer back", async () => {
    const store = await withRun();
    await store.createRun(newRun({ run: "r2", startKey: "k2", owner: "you" }));
    const bodies = await Promise.all([1, 2, 3].map((body) => store.postCommand({ run: "r1", id: "c1", body: String(body) })));
    expect(new Set(bodies).size).toBe(1);
    await store.postCommand({ run: "r1", id: "c2", body: "next" });
    await store.postCommand({ run: "r2", id: "c1", body: "other" });
    expect((await store.listCommands("me")).map(({ run, id }) => `${run} ${id}`)).toEqual(["r1 c1", "r1 c2"]);
    expect(await store.findAnswer("r1", "c1")).toBeNull();
    await store.answerCommand("r1", "c1", "done");
    expect(await store.findAnswer("r1", "c1")).toBe("done");
    expect(await store.listCommands("me")).toEqual([{ run: "r1", id: "c2", body: "next" }]);
    expect(await store.listCommands("you")).toHaveLength(1);
    expect(await store.listCommands("nobody")).toEqual([]);
  });

  it("keeps permissions of a thread until they are taken back", async () => {
    const store = await createStore();
    const grant = {
      grant: "g1",
      thread: "t1",
      tool: "save",
      definition: "d",
      argsPattern: "*",
      grantedAt: 1,
      expiresAt: 2,
      approval: "a",
      client: "c",
    };
    await store.saveGrant(grant);
    await store.saveGrant({ ...grant, grant: "g2" });
    expect(await store.listGrants("t1")).toEqual(expect.arrayContaining([grant, { ...grant, grant: "g2" }]));
    expect(await store.listGrants("t2")).toEqual([]);
    expect(await store.revokeGrant("t2", "g1")).toBe(false);
    expect(await store.revokeGrant("t1", "g1")).toBe(true);
    expect(await store.revokeGrant("t1", "g1")).toBe(false);
    expect((await store.listGrants("t1")).map(({ grant: id }) => id)).toEqual(["g2"]);
  });

  it("drops the log of what has ended, keeps the message, and says that events are missing", async () => {
    const store = await withRun();
    const events = eventsOf([
      OPEN,
      END,
      { type: "usage", generated: 1, billed: null, billedReasoning: null, source: "model", final: true },
    ]);
    await store.append("r1", "me", events.slice(0, 1), 1);
    await store.archive("r1", "too early");
    expect(await store.read("r1", 0)).toHaveLength(1);
    await store.append("r1", "me", events.slice(1, 2), 1);
    expect(await store.listEnded(1_005, 10)).toEqual([]);
    expect(await store.listEnded(1_006, 10)).toEqual(["r1"]);
    expect(isTrimmed(await store.read("r1", 0), 0, 2)).toBe(false);
    await store.archive("r1", "the message");
    expect(await store.listEnded(9_999, 10)).toEqual([]);
    expect(await store.getRun("r1")).toMatchObject({ archived: "the message", lastSeq: 2, end: { outcome: "complete" } });
    expect(isTrimmed(await store.read("r1", 0), 0, 2)).toBe(true);
    expect(isTrimmed(await store.read("r1", 2), 2, 2)).toBe(false);
    await store.append("r1", "me", events.slice(2), 1);
    expect(await store.read("r1", 2)).toEqual(events.slice(2));
    expect(isTrimmed(await store.read("r1", 0), 0, 3)).toBe(true);
  });

  it("tells watchers of events, commands and answers, and no longer when they have gone", async () => {
    const store = await withRun();
    const told = { run: 0, owner: 0, gone: 0 };
    const unwatch = [store.watch("r1", () => (told.run += 1)), store.watch("me", () => (told.owner += 1))];
    store.watch("r1", () => (told.gone += 1))();
    await store.append("r1", "me", eventsOf([OPEN]), 1);
    await expect.poll(() => told.run).toBe(1);
    await store.postCommand({ run: "r1", id: "c1", body: "{}" });
    await expect.poll(() => told.owner).toBe(1);
    await store.postCommand({ run: "r1", id: "c1", body: "{}" });
    await expect.poll(() => told.owner).toBe(2);
    await store.answerCommand("r1", "c1", "{}");
    await expect.poll(() => told.run).toBe(2);
    expect(told.gone).toBe(0);
    for (const stop of unwatch) stop();
    await store.append("r1", "me", eventsOf([END], 2), 1);
    expect(told.run).toBe(2);
  });
});

describe.runIf(hasRedis)("a process that is frozen while it creates a run on Redis", () => {
  it("gets its own run back, and not the one that another process has ended since: that would let it write behind the end", async () => {
    const url = new URL(redis?.url ?? "");
    const proxy = await Proxy.open(Number(url.port));
    const frozen = await createRedisStore({ url: `redis://127.0.0.1:${proxy.port}` });
    const other = await createRedisStore({ url: url.href });
    proxy.silenceAnswers();
    const creating = frozen.createRun(newRun());
    await expect.poll(() => other.getRun("r1")).not.toBeNull();
    const end: EventPayload = { type: "run.end", outcome: "truncated", cause: "orphaned", resumable: false, effects: NO_EFFECTS };
    expect(await other.repair("r1", 5_000, eventsOf([OPEN, end]))).toBe(true);
    proxy.heal();
    const created = await creating;
    expect(created?.run).toEqual({ ...newRun(), lastSeq: 0, end: null, stop: null, archived: null });
    expect(await frozen.append("r1", created?.run.owner ?? "", eventsOf([OPEN, OPEN, END]), 9_999)).toBe(false);
    await Promise.all([frozen.close(), other.close()]);
    await proxy.close();
  });
});

describe("a restart on the SQLite store", () => {
  it("shows the same messages, statuses and receipts", async () => {
    const path = newFile();
    const before = createSqliteStore({ path });
    const server = await createTestServer({
      store: before,
      tools: { save: { effect: "write", execute: () => "saved", receipt: () => ({ summary: "Saved", ref: "7" }) } },
      agent: async (run) => {
        run.reasoning("Let me think. ");
        run.text("First ");
        await run.callTool("save", { a: 1 });
        run.text("and last.");
        if (run.input === "cut") run.end({ cause: "length" });
        if (run.input === "wait") await new Promise((resolve) => run.signal.addEventListener("abort", resolve));
      },
    });
    for (const text of ["whole", "cut"]) await (await server.start({ message: { id: text, text } })).all();
    const waiting = await server.start({ message: { id: "wait", text: "wait" } });
    await waiting.until((event) => event.type === "span.append" && event.text === "and last.");
    await server.post(`/runs/${waiting.run}/commands`, stopCommand());
    await waiting.all();
    const open = await server.start({ message: { id: "open", text: "wait" } });
    await open.until((event) => event.type === "span.append" && event.text === "and last.");
    await server.server.close();
    const messages = await server.messages();
    expect(messages.map((message) => (message.status === "truncated" ? message.cause : message.status))).toEqual([
      "complete",
      "complete",
      "complete",
      "length",
      "complete",
      "stopped",
      "complete",
      "disconnected",
    ]);
    await server.close();
    await before.close();

    const after = createSqliteStore({ path });
    const restarted = await createTestServer({ store: after, agent: async () => {} });
    expect(await restarted.messages()).toEqual(messages);
    await restarted.close();
    await after.close();
  });

  it("keeps expunged text in none of its files", async () => {
    const path = newFile();
    const store = createSqliteStore({ path });
    const server = await createTestServer({
      store,
      agent: async (run) => {
        run.emit({ type: "part.open", part: "p", kind: "answer" });
        run.emit({ type: "span.append", part: "p", span: "s", text: "zebra-4711-secret" });
        await new Promise<void>((resolve) => void server.clock.after(1_000, resolve));
        run.emit({ type: "span.retract", spans: ["s"], reason: "a secret", expunge: true });
      },
    });
    const stream = await server.start();
    await stream.until((event) => event.type === "span.append");
    await server.clock.advance(200);
    const bytes = () =>
      readdirSync(folder)
        .filter((name) => join(folder, name).startsWith(path))
        .map((name) => readFileSync(join(folder, name), "latin1"))
        .join("");
    await expect.poll(bytes).toContain("zebra-4711-secret");
    await server.clock.advance(1_000);
    await stream.all();
    expect(bytes()).not.toContain("zebra-4711-secret");
    await server.close();
    await store.close();
  });
});
