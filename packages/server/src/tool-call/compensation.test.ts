import { afterEach, describe, expect, it } from "vitest";
import type { EventOf, UnsayEvent } from "@unsay/core/protocol";
import type { UnsayServerOptions } from "../settings.js";
import { aroundStore } from "../stores/around-store.js";
import { createMemoryStore } from "../stores/memory.js";
import type { Store } from "../stores/store.js";
import { createTestServer, subscribe, type TestServer } from "../testing/test-server.js";
import { answerOf, closeLater, find, closeServers } from "../testing/tool-bench.js";
import { defineTool, ToolFailure, type ToolContext } from "./tool.js";

afterEach(closeServers);

interface Tracker {
  readonly server: TestServer;
  readonly tickets: Set<string>;
  readonly closing: { readonly args: unknown; readonly context: ToolContext }[];
  fail: unknown;
  /** Called when the compensation has done its work. */
  onClose: () => void;
}

async function createTracker(options: Partial<UnsayServerOptions> = {}, waitFor: Promise<void> = Promise.resolve()): Promise<Tracker> {
  const tickets = new Set<string>();
  const closing: Tracker["closing"][number][] = [];
  const tracker = { tickets, closing, fail: null as unknown, onClose: () => {} };
  const create = defineTool<{ title: string }, { id: string }>({
    effect: "write",
    parse: (args) => args as { title: string },
    execute: ({ title }) => (tickets.add(title), { id: title }),
    receipt: ({ id }) => ({ summary: `Ticket ${id}`, ref: id }),
    undo: { tool: "close_ticket", args: ({ output }) => ({ id: output.id }), withinMs: 120_000 },
  });
  const close = defineTool<{ id: string }, void>({
    parse: (args) => args as { id: string },
    execute(args, context) {
      closing.push({ args, context });
      if (tracker.fail !== null) throw tracker.fail;
      tickets.delete(args.id);
      tracker.onClose();
    },
  });
  const pay = defineTool({ effect: "write", execute: () => "paid" });
  const server = closeLater(
    await createTestServer({
      tools: { create_ticket: create, close_ticket: close, pay },
      agent: async (run) => {
        await run.callTool("create_ticket", { title: "T-1" }, { call: "call-1" });
        await run.callTool("pay", {}, { call: "call-2" });
        await waitFor;
      },
      ...options,
    }),
  );
  return Object.assign(tracker, { server });
}

const receiptOf = (events: readonly UnsayEvent[], call = "call-1") =>
  find(events, "receipt").find((receipt) => receipt.call === call) as EventOf<"receipt">;

const undo = (server: TestServer, receipt: EventOf<"receipt">, change: object = {}) =>
  server.post(`/runs/${receipt.run}/commands`, {
    command: "undo",
    id: "undo-1",
    client: "client-1",
    thread: "t1",
    run: receipt.run,
    receipt: receipt.receipt,
    ...change,
  });

const codeOf = async (response: Response) => [response.status, ((await response.json()) as { code: string }).code];

const outcomesOf = async (server: TestServer) =>
  (await answerOf(server)).receipts.filter(({ call }) => call === "call-1").map(({ outcome }) => outcome);

const untilUndone = (tracker: Tracker, outcome: string) =>
  expect.poll(async () => (await tracker.server.clock.advance(100), outcomesOf(tracker.server))).toContain(outcome);

describe("undoing what a tool did", () => {
  it("runs the compensation that the tool declares, and adds receipts to the first one", async () => {
    const tracker = await createTracker();
    const events = await (await tracker.server.start()).all();
    const receipt = receiptOf(events);
    expect(receipt.undo).toEqual({ untilAt: receipt.doneAt + 120_000 });
    expect((await undo(tracker.server, receipt)).status).toBe(202);
    await untilUndone(tracker, "undone");
    expect(tracker.tickets.size).toBe(0);
    expect(tracker.closing).toMatchObject([{ args: { id: "T-1" }, context: { callKey: `${receipt.run}:call-1:undo` } }]);
    expect(await outcomesOf(tracker.server)).toEqual(["succeeded", "undoing", "undone"]);
    expect((await answerOf(tracker.server)).calls[0]).toMatchObject({ status: "undone" });
    const late = await subscribe(await tracker.server.events(receipt.run, events.length)).all();
    expect(late).toMatchObject([
      { outcome: "undoing", undoes: receipt.receipt },
      { outcome: "undone", undoes: receipt.receipt },
    ]);
  });

  it("works while the answer goes on, and never calls it undone early", async () => {
    let goOn: () => void = () => {};
    const tracker = await createTracker({}, new Promise((resolve) => (goOn = resolve)));
    const stream = await tracker.server.start();
    await stream.until((event) => event.type === "receipt" && event.call === "call-2");
    tracker.fail = new ToolFailure("The tracker is down.", { userMessage: "The tracker is down." });
    await undo(tracker.server, receiptOf(stream.events));
    await stream.until((event) => event.type === "receipt" && event.outcome === "undo-failed");
    expect(tracker.tickets.size).toBe(1);
    expect((await answerOf(tracker.server)).calls[0]).toMatchObject({ status: "undo-failed" });
    tracker.fail = null;
    expect((await undo(tracker.server, receiptOf(stream.events), { id: "undo-2" })).status).toBe(202);
    await stream.until((event) => event.type === "receipt" && event.outcome === "undone");
    goOn();
    await stream.all();
    expect(await outcomesOf(tracker.server)).toEqual(["succeeded", "undoing", "undo-failed", "undoing", "undone"]);
  });

  it("is done once for a hundred presses, and a repeated command is no news", async () => {
    const tracker = await createTracker();
    const receipt = receiptOf(await (await tracker.server.start()).all());
    const same = await Promise.all(Array.from({ length: 50 }, () => undo(tracker.server, receipt)));
    const other = await Promise.all(Array.from({ length: 50 }, (_, at) => undo(tracker.server, receipt, { id: `u-${at}` })));
    await untilUndone(tracker, "undone");
    expect(same.some(({ status }) => status === 202)).toBe(true);
    expect(new Set(other.map(({ status }) => status))).toEqual(new Set([409]));
    expect(tracker.closing).toHaveLength(1);
    expect((await undo(tracker.server, receipt)).status).toBe(202);
    expect(tracker.closing).toHaveLength(1);
  });

  it("is refused after its time, and for what declares none", async () => {
    const tracker = await createTracker();
    const events = await (await tracker.server.start()).all();
    expect(await codeOf(await undo(tracker.server, receiptOf(events, "call-2")))).toEqual([409, "undo-unavailable"]);
    expect(await codeOf(await undo(tracker.server, receiptOf(events), { receipt: "another" }))).toEqual([409, "undo-unavailable"]);
    await tracker.server.clock.advance(120_000);
    expect(await codeOf(await undo(tracker.server, receiptOf(events)))).toEqual([409, "undo-expired"]);
    expect(tracker.closing).toEqual([]);
    expect(await outcomesOf(tracker.server)).toEqual(["succeeded"]);
  });

  it("is refused where the policy forbids it", async () => {
    const tracker = await createTracker({ policy: (name) => (name === "close_ticket" ? "deny" : undefined) });
    const receipt = receiptOf(await (await tracker.server.start()).all());
    expect(await codeOf(await undo(tracker.server, receipt))).toEqual([403, "policy-denied"]);
    expect(tracker.closing).toEqual([]);
  });

  it("works in another process, from the record alone", async () => {
    const store = createMemoryStore();
    const first = await createTracker({ store });
    const receipt = receiptOf(await (await first.server.start()).all());
    await first.server.clock.advance(1_000);
    await first.server.server.close();
    const second = await createTracker({ store });
    expect((await undo(second.server, receipt)).status).toBe(202);
    await untilUndone(second, "undone");
    expect([first.closing.length, second.closing.length]).toEqual([0, 1]);
    expect(await outcomesOf(second.server)).toEqual(["succeeded", "undoing", "undone"]);
  });

  it("is done by one process alone, from the moment the end is stored and not only when its producer has heard so", async () => {
    const base = createMemoryStore();
    let hear: () => void = () => {};
    const heard = new Promise<void>((resolve) => (hear = resolve));
    const looked: unknown[] = [];
    const store = aroundStore(base, async (name, call, [, second, events]) => {
      const result = await call();
      if (name === "append" && find(events as readonly UnsayEvent[], "run.end").length > 0) await heard;
      if (name === "findCommand") looked.push(second);
      return result;
    });
    const first = await createTracker({ store });
    const stream = await first.server.start();
    const receipt = (await stream.until((event) => event.type === "receipt" && event.call === "call-1")) as EventOf<"receipt">;
    await expect.poll(async () => (await base.getRun(stream.run))?.end).not.toBeNull();
    const second = await createTracker({ store: base });
    expect((await undo(second.server, receipt)).status).toBe(202);
    await untilUndone(second, "undone");
    const late = undo(first.server, receipt, { id: "undo-2" });
    await expect.poll(() => looked).toEqual(["undo-2"]);
    await first.server.messages();
    hear();
    expect(await codeOf(await late)).toEqual([409, "undo-unavailable"]);
    expect([first.closing.length, second.closing.length]).toEqual([0, 1]);
    expect(await outcomesOf(second.server)).toEqual(["succeeded", "undoing", "undone"]);
  });
});

/** On a machine that is busy with other tests. */

/** A memory store whose appends fail while it is told to: before they happen, or after, when the answer is lost. */
function createLosingStore(base: Store = createMemoryStore()) {
  const state = { fails: "not" as "not" | "refused" | "done and refused", refusals: 0 };
  const store = aroundStore(base, async (name, call) => {
    if (name !== "append" || state.fails === "not") return call();
    state.refusals += 1;
    if (state.fails === "done and refused") await call();
    throw new Error("ECONNRESET");
  });
  return Object.assign(state, { base, store });
}

const PLACES = ["while the answer goes on", "after its end", "in another process"] as const;

/** The tracker where Undo is pressed, and the receipt. */
async function reach(place: (typeof PLACES)[number], losing: ReturnType<typeof createLosingStore>) {
  const waitsFor = place === "while the answer goes on" ? new Promise<void>(() => {}) : undefined;
  const first = await createTracker({ store: losing.store, usageDeadlineMs: 600_000 }, waitsFor);
  const stream = await first.server.start();
  await stream.until((event) => (waitsFor === undefined ? event.type === "run.end" : event.type === "receipt"));
  const receipt = receiptOf(stream.events);
  if (place !== "in another process") return { tracker: first, receipt };
  await first.server.server.close();
  return { tracker: await createTracker({ store: losing.store }), receipt };
}

describe("a store that fails while an undoing ends", () => {
  const CASES = PLACES.flatMap((place) => (["refused", "done and refused"] as const).map((fault) => [place, fault] as const));

  it.each(CASES)("%s (%s) has its receipt once when it is back, and it was undone, not failed", async (place, fault) => {
    const losing = createLosingStore();
    const { tracker, receipt } = await reach(place, losing);
    tracker.onClose = () => (losing.fails = fault);
    expect((await undo(tracker.server, receipt)).status).toBe(202);
    await expect.poll(() => losing.refusals).toBeGreaterThan(0);
    await tracker.server.clock.advance(5_000);
    losing.fails = "not";
    await expect.poll(async () => (await tracker.server.clock.advance(500), outcomesOf(tracker.server))).toContain("undone");
    await tracker.server.clock.advance(30_000);
    const receipts = find(await losing.base.read(receipt.run, 0), "receipt").filter(({ call }) => call === "call-1");
    expect(receipts.map(({ outcome }) => outcome)).toEqual(["succeeded", "undoing", "undone"]);
    expect(tracker.closing).toHaveLength(1);
  });

  it("and stays down leaves it open: whoever asks again a minute later repeats it under the same key", async () => {
    const losing = createLosingStore();
    const { tracker, receipt } = await reach("in another process", losing);
    tracker.onClose = () => (losing.fails = "refused");
    expect((await undo(tracker.server, receipt)).status).toBe(202);
    await expect.poll(() => losing.refusals).toBeGreaterThan(0);
    await tracker.server.clock.advance(50_000);
    losing.fails = "not";
    tracker.onClose = () => {};
    expect(await codeOf(await undo(tracker.server, receipt, { id: "undo-2" }))).toEqual([409, "undo-unavailable"]);
    await tracker.server.clock.advance(10_000);
    expect((await undo(tracker.server, receipt, { id: "undo-3" })).status).toBe(202);
    await untilUndone(tracker, "undone");
    expect(await outcomesOf(tracker.server)).toEqual(["succeeded", "undoing", "undoing", "undone"]);
    expect(new Set(tracker.closing.map(({ context }) => context.callKey)).size).toBe(1);
  });
});

describe("a store that fails as an undoing begins", () => {
  it("while the answer goes on: nothing is done, the record says so when it is back, and it may be asked for again", async () => {
    const losing = createLosingStore();
    const { tracker, receipt } = await reach("while the answer goes on", losing);
    losing.fails = "refused";
    expect(await codeOf(await undo(tracker.server, receipt))).toEqual([503, "store-unavailable"]);
    losing.fails = "not";
    await expect.poll(async () => (await tracker.server.clock.advance(500), outcomesOf(tracker.server))).toContain("undo-failed");
    expect(tracker.closing).toEqual([]);
    expect((await undo(tracker.server, receipt)).status).toBe(202);
    await untilUndone(tracker, "undone");
    expect(await outcomesOf(tracker.server)).toEqual(["succeeded", "undoing", "undo-failed", "undoing", "undone"]);
    expect(tracker.closing).toHaveLength(1);
  });
});
