import { afterAll, afterEach, describe, expect, it } from "vitest";
import type { UnsayEvent } from "@unsay/core/protocol";
import { createFakeClock, type FakeClock } from "@unsay/core/testing";
import { allowAllUnsafe } from "../access/authorize.js";
import type { Agent } from "../agents/agent.js";
import { createUnsayServer, type UnsayServer } from "../server.js";
import { createMemoryStore } from "../stores/memory.js";
import type { Store, StoredRun } from "../stores/store.js";
import { realClock } from "../testing/real-clock.js";
import { createRecordKinds, type SharedRecord } from "../testing/shared-stores.js";
import { clockOf, Life, storeOf } from "../testing/simulation/life.js";
import { createTestServer, startCommand, type TestServer } from "../testing/test-server.js";
import { closeLater, closeServers, find } from "../testing/tool-bench.js";
import { defineTool, type ToolSet } from "../tool-call/tool.js";

const kinds = createRecordKinds();
afterEach(closeServers);
afterAll(() => Promise.all(kinds.map((kind) => kind.close())));

const LEASE_MS = 30_000;
const QUESTION = { id: "u1", text: "Write to Ana" };
const AGAIN = { mode: "regenerate", parent: "u1", message: undefined };

const pause = (clock: FakeClock, ms: number) => new Promise<void>((resolve) => void clock.after(ms, resolve));

interface Pair {
  readonly clock: FakeClock;
  readonly store: Store;
  /** The first can be frozen. */
  readonly life: Life;
  readonly first: UnsayServer;
  readonly second: UnsayServer;
}

/** Two processes on one record, in the test's time. */
function createPair(agent: (clock: FakeClock) => Agent, tools: ToolSet = {}): Pair {
  const clock = createFakeClock();
  const store = createMemoryStore();
  const life = new Life(() => {});
  const common = { agent: agent(clock), tools, authorize: allowAllUnsafe, log: () => {}, leaseMs: LEASE_MS, undoWindowMs: 0 };
  const first = createUnsayServer({ ...common, clock: clockOf(life, clock, 0), store: storeOf(life, store, () => "none") });
  return { clock, store, life, first, second: createUnsayServer({ ...common, clock, store }) };
}

function ask(server: UnsayServer, change: Record<string, unknown>): Promise<Response> {
  const headers = { "content-type": "application/json" };
  const body = JSON.stringify(startCommand({ message: QUESTION, ...change }));
  return server.fetch(new Request("http://localhost/threads/t1/runs", { method: "POST", headers, body }));
}

/** Moves time until it is answered. */
async function answered(clock: FakeClock, asking: Promise<Response>): Promise<Response> {
  let response: Response | null = null;
  void asking.then((answer) => (response = answer));
  await clock.runUntil(() => response !== null);
  return asking;
}

async function endsOf(store: Store): Promise<readonly unknown[]> {
  const runs = await store.listRuns("t1");
  return runs.map(({ end }) => (end?.outcome === "truncated" ? `${end.cause} by ${end.by}` : (end?.outcome ?? "open")));
}

/** Speaks for as long as it may. */
const talk =
  (clock: FakeClock): Agent =>
  async (run) => {
    for (let word = 0; word < 10_000 && !run.signal.aborted; word += 1) {
      run.text(`w${word} `);
      await pause(clock, 100);
    }
  };

describe("an answer that is asked for again while the process that writes it does not reply", () => {
  async function freezeWhileItSpeaks(): Promise<Pair> {
    const pair = createPair(talk);
    await answered(pair.clock, ask(pair.first, { answer: "a1" }));
    await pair.clock.advance(1_000);
    pair.life.freeze();
    return pair;
  }

  it("is not begun beside it: whoever asks is told what happened, and when to ask again", async () => {
    const { clock, store, second } = await freezeWhileItSpeaks();
    const frozenAt = clock.epoch();
    const refused = await answered(clock, ask(second, AGAIN));
    expect(refused.status).toBe(503);
    const problem = (await refused.json()) as Record<string, unknown>;
    expect(problem).toMatchObject({ code: "run-not-live", retryable: true });
    expect(String(problem["message"])).toMatch(/does not answer.*nothing was begun.*Ask again/su);
    expect(String(problem["userMessage"])).not.toBe("");
    const [old] = await store.listRuns("t1");
    expect(clock.epoch() + Number(problem["retryAfterMs"])).toBe(old?.leaseUntil);
    expect(old?.leaseUntil).toBeLessThanOrEqual(frozenAt + LEASE_MS);
    expect(Number(refused.headers.get("retry-after")) * 1_000).toBeGreaterThanOrEqual(Number(problem["retryAfterMs"]));
    expect(await endsOf(store)).toEqual(["open"]);
  });

  it("begins under the same key when the lease is over, after the old one was ended as orphaned", async () => {
    const { clock, store, second } = await freezeWhileItSpeaks();
    const again = { ...AGAIN, startKey: "again", answer: "a2" };
    const refused = (await (await answered(clock, ask(second, again))).json()) as { retryAfterMs: number };
    await clock.advance(refused.retryAfterMs);
    expect((await answered(clock, ask(second, again))).status).toBe(200);
    expect(await endsOf(store)).toEqual(["orphaned by server", "open"]);
  });

  it("begins as soon as that process is awake and has stopped it", async () => {
    const { clock, store, life, second } = await freezeWhileItSpeaks();
    const again = { ...AGAIN, startKey: "again", answer: "a2" };
    expect((await answered(clock, ask(second, again))).status).toBe(503);
    life.thaw();
    await clock.advance(1_000);
    expect(await endsOf(store)).toEqual(["stopped by server"]);
    expect((await answered(clock, ask(second, again))).status).toBe(200);
  });

  it.each([
    ["asked for again", AGAIN],
    ["redirected", { redirects: "a1", message: { id: "u2", text: "Instead" } }],
  ])("waits for the lease also where that process falls silent after it has taken the stop (%s)", async (_how, change) => {
    const post = defineTool({ effect: "write", execute: () => new Promise<string>(() => {}) });
    const agent: Agent = async (run) => void (await run.callTool("post", {}));
    const { clock, store, life, first, second } = createPair(() => agent, { post });
    const started = await answered(clock, ask(first, { answer: "a1" }));
    const run = started.headers.get("x-unsay-run") ?? "";
    await clock.advance(1_000);
    const again = { ...change, startKey: "again", answer: "a2" };
    let refused: Response | null = null;
    void ask(second, again).then((response) => (refused = response));
    for (;;) {
      await clock.step();
      if (find(await store.read(run, 0), "stop.ack").length > 0) break;
    }
    life.freeze();
    await clock.runUntil(() => refused !== null);
    expect(refused).toMatchObject({ status: 503 });
    const repeated = await answered(clock, ask(second, again));
    expect(await repeated.json()).toMatchObject({ code: "run-not-live", retryable: true });
    await clock.advance(LEASE_MS);
    expect((await answered(clock, ask(second, again))).status).toBe(200);
    const ends = await endsOf(store);
    expect([ends.length, ends[0]]).toEqual([2, "orphaned by server"]);
  });
});

/** Says who was still at it when another answer to the same question began. */
async function overlapsOf(store: Store): Promise<readonly string[]> {
  const runs = await store.listRuns("t1");
  const logs = await Promise.all(runs.map(async (run) => ({ run, events: await store.read(run.run, 0) })));
  const endedAt = ({ run, events }: { run: StoredRun; events: readonly UnsayEvent[] }) =>
    run.createdAt + (events.find(({ type }) => type === "run.end")?.t ?? Number.POSITIVE_INFINITY);
  return logs.slice(1).flatMap(({ run }, index) => {
    const before = logs.slice(0, index + 1).filter((earlier) => Math.floor(endedAt(earlier)) > run.createdAt);
    return before.map((earlier) => `${run.message} began before ${earlier.run.message} had ended`);
  });
}

describe.each(kinds)("an answer that several people ask for again at the same moment ($name)", (kind) => {
  /** Two processes whose answers each send a mail, on one record. */
  async function openTwo(record: SharedRecord) {
    const mails: unknown[] = [];
    const mail = defineTool({ effect: "write", execute: async (args) => mails.push(args) });
    const agent: Agent = async (run) => {
      run.text("Sending. ");
      await run.callTool("mail", { to: "ana" });
      run.text("Sent.");
    };
    const open = async () =>
      closeLater(await createTestServer({ agent, tools: { mail }, clock: realClock, secret: "shared", store: await record.open() }));
    return { mails, servers: [await open(), await open()] as const };
  }

  const answersOf = async (server: TestServer) =>
    (await server.messages()).flatMap((message) => (message.role === "assistant" ? [message] : []));

  it.each([
    ["of two processes", [0, 1]],
    ["of one process", [0, 0]],
    ["of both, twice", [0, 1, 0, 1]],
  ])("%s has one answer in work at a time, and does once what each of them would do", async (_where, asked) => {
    const record = await kind.create();
    const { mails, servers } = await openTwo(record);
    const first = await servers[0].start({ message: QUESTION });
    await first.until(({ type }) => type === "run.open");
    const streams = [first, ...(await Promise.all(asked.map((at) => servers[at === 0 ? 0 : 1].start(AGAIN))))];
    await Promise.all(streams.map((stream) => stream.all()));
    expect(streams.map(({ response }) => response.status)).toEqual(streams.map(() => 200));
    expect(mails).toHaveLength(1);
    expect(await overlapsOf(await record.open())).toEqual([]);
    const answers = await answersOf(servers[0]);
    expect(answers).toHaveLength(asked.length + 1);
    for (const { status, stop } of answers.slice(0, -1))
      expect(["complete", "server"]).toContain(status === "complete" ? status : stop?.by);
    expect(answers.at(-1)?.status).toBe("complete");
  });
});
