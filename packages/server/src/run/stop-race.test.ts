import { describe, expect, it } from "vitest";
import type { AssistantMessage, Message } from "@unsay/core";
import { createFakeClock, createRandom, type FakeClock } from "@unsay/core/testing";
import type { UnsayEvent } from "@unsay/core/protocol";
import { allowAllUnsafe } from "../access/authorize.js";
import { createUnsayServer, type UnsayServer } from "../server.js";
import { createMemoryStore } from "../stores/memory.js";
import type { Store } from "../stores/store.js";
import { wrapStore } from "../testing/wrap-store.js";
import { startCommand, stopCommand } from "../testing/test-server.js";
import { defineTool, ToolFailure, type ToolContext } from "../tool-call/tool.js";
import { reportFigure } from "../testing/figures.js";

const SEEDS = Number(process.env["UNSAY_STOP_SEEDS"] ?? 1_000);
const SETTLE_MS = 50;

/** What one seed decides: how the tool behaves, and when somebody stops what. */
interface Plan {
  readonly needsApproval: boolean;
  readonly obeys: boolean;
  readonly losesAck: boolean;
  readonly refuses: boolean;
  readonly beforeMs: number;
  readonly afterMs: number;
  readonly approveAt: number;
  readonly stopAt: number;
  readonly scope: "run" | "tool";
}

function planOf(seed: number): Plan {
  const random = createRandom(seed);
  const upTo = (count: number) => Math.floor(random() * count);
  return {
    needsApproval: upTo(3) === 0,
    obeys: upTo(2) === 0,
    losesAck: upTo(4) === 0,
    refuses: upTo(6) === 0,
    beforeMs: upTo(40),
    afterMs: upTo(4) === 0 ? 200 : upTo(40),
    approveAt: 50 + upTo(60),
    stopAt: 15 + upTo(170),
    scope: upTo(4) === 0 ? "tool" : "run",
  };
}

interface Mailbox {
  readonly delivered: string[];
  /** Server times at which the tool was entered. */
  readonly entered: Map<string, number>;
}

function createMailTool(clock: FakeClock, mailbox: Mailbox, plan: () => Plan) {
  const wait = (ms: number, signal?: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      const cancel = clock.after(ms, resolve);
      signal?.addEventListener("abort", () => (cancel(), reject(new ToolFailure("Aborted before it was sent.", { effect: "none" }))));
    });
  return async (_args: unknown, { run, signal }: ToolContext) => {
    const { obeys, refuses, losesAck, beforeMs, afterMs } = plan();
    mailbox.entered.set(run, clock.now());
    await wait(beforeMs, obeys ? signal : undefined);
    if (refuses) throw new ToolFailure("Refused.", { effect: "none" });
    mailbox.delivered.push(run);
    await wait(afterMs);
    if (losesAck) throw new Error("The relay's answer was lost.");
    return { accepted: 1 };
  };
}

/** A store that takes its time, so that a stop also comes while a start is being stored. */
function createSlowStore(clock: FakeClock, seed: number): Store {
  const inner = createMemoryStore();
  const random = createRandom(-seed);
  return wrapStore(inner, {
    async append(...args: Parameters<Store["append"]>) {
      await new Promise<void>((resolve) => void clock.after(Math.floor(random() * 12), resolve));
      return inner.append(...args);
    },
  });
}

interface Outcome {
  readonly run: string;
  readonly events: readonly UnsayEvent[];
  readonly answer: AssistantMessage;
  readonly stoppedAt: number | null;
}

async function post(server: UnsayServer, path: string, body: unknown): Promise<Response> {
  return server.fetch(
    new Request(`http://localhost${path}`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
  );
}

async function play(seed: number, mailbox: Mailbox): Promise<Outcome> {
  const plan = planOf(seed);
  const clock = createFakeClock();
  const store = createSlowStore(clock, seed);
  const execute = createMailTool(clock, mailbox, () => plan);
  const wait = (ms: number) => new Promise<void>((resolve) => void clock.after(ms, resolve));
  const server = createUnsayServer({
    authorize: allowAllUnsafe,
    log: () => {},
    clock,
    store,
    settleMs: SETTLE_MS,
    undoWindowMs: 20,
    minToolLeadMs: 5,
    createId: (
      (made) => () =>
        `${seed}-${(made += 1)}`
    )(0),
    tools: { send_email: defineTool({ effect: "write", approval: plan.needsApproval, execute }) },
    agent: async (run) => {
      run.text("I will write to Ana.");
      await wait(5);
      run.proposeCall("send_email", "call");
      await wait(5);
      run.appendArgs("call", '{"to":"ana"}');
      await wait(5);
      await run.callTool("send_email", { to: "ana" }, { call: "call" });
      run.text("Done.");
      await wait(20);
    },
  });
  const starting = post(server, "/threads/t1/runs", startCommand());
  await clock.advance(15);
  const started = await starting;
  const run = started.headers.get("x-unsay-run") ?? "";
  const approve = plan.needsApproval ? plan.approveAt : Number.POSITIVE_INFINITY;
  let stoppedAt: number | null = null;
  for (const at of [Math.min(plan.stopAt, approve), Math.max(plan.stopAt, approve)]) {
    if (!Number.isFinite(at)) continue;
    await clock.advance(at - clock.now());
    if (at === approve) await approveOpen(server, store, run);
    await clock.advance(0);
    if (at !== plan.stopAt) continue;
    const command = stopCommand({ scope: plan.scope, ...(plan.scope === "tool" ? { call: "call" } : {}) });
    // A stop that finds the end decided is acknowledged when that is on record, which takes the test's time.
    void post(server, `/runs/${run}/commands`, command).then(({ status }) => status === 202 && (stoppedAt = clock.now()));
    await clock.advance(0);
  }
  await clock.advance(1_000);
  const closing = server.close();
  await clock.advance(1_000);
  await closing;
  const response = await server.fetch(new Request("http://localhost/threads/t1/messages"));
  const { messages } = (await response.json()) as { messages: Message[] };
  const answer = messages.find((message) => message.role === "assistant");
  if (answer?.role !== "assistant") throw new Error("There is no answer.");
  return { run, events: await store.read(run, 0), answer, stoppedAt };
}

async function approveOpen(server: UnsayServer, store: Store, run: string): Promise<void> {
  const messages = (await (await server.fetch(new Request("http://localhost/threads/t1/messages"))).json()) as { messages: Message[] };
  const answer = messages.messages.find((message) => message.role === "assistant");
  const open = answer?.role === "assistant" ? answer.approvals.find(({ status }) => status === "open") : undefined;
  const record = await store.getRun(run);
  if (open === undefined || record === null) return;
  const items = open.items.map((item) => ({ ...item, decision: "approve" }));
  // Answered when it is on record, which takes the test's time.
  void post(server, `/runs/${run}/commands`, { command: "decide", id: "d", client: "c", thread: "t1", run, approval: open.id, items });
}

describe("r21-race: a stop at any moment of a tool's life", () => {
  it("leaves as many mails as receipts say, and calls no delivered mail cancelled", async () => {
    const mailbox: Mailbox = { delivered: [], entered: new Map() };
    const seen = { succeeded: 0, unknown: 0, cancelled: 0, failed: 0, late: 0 };
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const { run, events, answer, stoppedAt } = await play(seed, mailbox);
      const mails = mailbox.delivered.filter((delivered) => delivered === run).length;
      const receipts = answer.receipts.filter(({ outcome }) => outcome === "succeeded").length;
      const [call] = answer.calls;
      const where = `seed ${seed}: ${call?.status}, ${mails} mail(s), ${receipts} receipt(s)`;
      const isUnknown = call?.status === "unknown";
      expect(receipts, where).toBeLessThanOrEqual(mails);
      expect(mails - receipts, where).toBe(mails === 1 && isUnknown ? 1 : 0);
      if (call?.status === "cancelled" || call?.status === "failed") expect(mails, where).toBe(0);
      if (call?.status === "succeeded") expect(mails, where).toBe(1);
      const entered = mailbox.entered.get(run);
      if (stoppedAt !== null && entered !== undefined) expect(entered, `${where}: entered after the stop`).toBeLessThanOrEqual(stoppedAt);
      const ack = events.find((event) => event.type === "stop.ack");
      const startedLate = events.filter(
        (event) => event.type === "tool.start" && (event.seq ?? 0) > (ack?.type === "stop.ack" ? ack.atSeq : Infinity),
      );
      expect(startedLate, where).toEqual([]);
      expect(
        events.filter((event) => event.type === "run.end"),
        where,
      ).toHaveLength(1);
      for (const word of ["succeeded", "unknown", "cancelled", "failed"] as const) if (call?.status === word) seen[word] += 1;
      if (answer.receipts.some(({ late }) => late === true)) seen.late += 1;
    }
    const calls = Object.entries(seen).map(([word, count]) => `${count} ${word}`);
    reportFigure(
      "r21-race, stop fuzzed over a tool's life",
      `${SEEDS} stops, ${mailbox.delivered.length} mails: ${calls.join(", ")}; 0 wrong`,
    );
    for (const [word, count] of Object.entries(seen)) expect(count, word).toBeGreaterThan(SEEDS / 200);
  }, 120_000);
});
