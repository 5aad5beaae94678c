import { afterAll, describe, expect, it } from "vitest";
import { textOf } from "@unsay/core";
import { parseEvent, SseFramer, type UnsayEvent } from "@unsay/core/protocol";
import { createFakeClock, createRandom, type FakeClock } from "@unsay/core/testing";
import { allowAllUnsafe } from "./access/authorize.js";
import type { Agent } from "./agents/agent.js";
import { createUnsayServer, type UnsayServer } from "./server.js";
import { aroundStore } from "./stores/around-store.js";
import type { Store } from "./stores/store.js";
import { createRecordKinds, type RecordKind } from "./testing/shared-stores.js";
import { startCommand, stopCommand } from "./testing/test-server.js";

/** Seeds on memory; `UNSAY_SEEDS=500000` for more; the others do a twentieth of it. */
const SEEDS = Number(process.env["UNSAY_SEEDS"] ?? 5_000);
const FIRST_SEED = Number(process.env["UNSAY_SEED"] ?? 1);
const STEPS = 30;
const STEP_MS = 40;

const kinds = createRecordKinds();
afterAll(() => Promise.all(kinds.map((kind) => kind.close())));

/** A process that dies at one of its store calls: what it had asked for happens or not, and it never learns which. */
function createMortal(store: Store, diesAt: number, happens: boolean) {
  const life = { calls: 0, isDead: false };
  const never = () => new Promise<never>(() => {});
  const mortal = aroundStore(store, async (_name, call) => {
    if (life.isDead) return never();
    life.calls += 1;
    if (life.calls !== diesAt) return call().then((result) => (life.isDead ? never() : result));
    life.isDead = true;
    if (happens) await call();
    return never();
  });
  return { life, store: mortal };
}

interface World {
  readonly clock: FakeClock;
  readonly mails: string[];
  readonly life: { readonly isDead: boolean };
  readonly random: () => number;
}

function createAgent({ clock, random }: World): Agent {
  const words = 2 + Math.floor(random() * 6);
  const calls = Math.floor(random() * 3);
  return async (run) => {
    for (let word = 0; word < words; word += 1) {
      run.text(`w${word} `);
      if (random() < 0.5) await new Promise<void>((resolve) => void clock.after(Math.floor(random() * 120), resolve));
      if (word < calls) await run.callTool(random() < 0.5 ? "mail" : "pay", { word });
    }
    run.text("end.");
  };
}

function openServer(world: World, store: Store, agent: Agent): UnsayServer {
  const post = (_args: unknown, context: { readonly callKey: string }) => {
    if (world.life.isDead) return new Promise<never>(() => {});
    world.mails.push(context.callKey);
    return "posted";
  };
  return createUnsayServer({
    agent,
    store,
    clock: world.clock,
    authorize: allowAllUnsafe,
    log: () => {},
    secret: "simulated",
    leaseMs: 2_000,
    settleMs: 500,
    undoWindowMs: 0,
    minToolLeadMs: 0,
    tools: {
      mail: { effect: "write", execute: post, receipt: () => ({ summary: "Posted" }) },
      pay: { effect: "irreversible", execute: post, receipt: () => ({ summary: "Paid" }) },
    },
  });
}

const HEADERS = { "content-type": "application/json" };

function post(server: UnsayServer, path: string, body: unknown): Promise<Response> {
  return server.fetch(new Request(`http://here${path}`, { method: "POST", headers: HEADERS, body: JSON.stringify(body) }));
}

/** Reads what comes, for as long as it comes. */
function follow(response: Response, seen: UnsayEvent[]): void {
  const reader = response.body?.getReader();
  const framer = new SseFramer();
  const read = async (): Promise<void> => {
    for (;;) {
      const chunk = await reader?.read();
      if (chunk === undefined || chunk.done) return;
      for (const frame of framer.push(chunk.value)) {
        const parsed = parseEvent(JSON.parse(frame.data));
        if (parsed.ok && parsed.event.seq !== null) seen.push(parsed.event);
      }
    }
  };
  read().catch(() => {});
}

/** One life of a process, its death at a random store call, and what the next one finds. Gives why it is wrong, or `null`. */
async function simulate(seed: number, kind: RecordKind): Promise<string | null> {
  const random = createRandom(seed);
  const record = await kind.create();
  const base = await record.open();
  const clock = createFakeClock();
  const { life, store } = createMortal(base, 1 + Math.floor(random() * 30), random() < 0.5);
  const world: World = { clock, mails: [], life, random };
  const first = openServer(world, store, createAgent(world));

  const seen: UnsayEvent[] = [];
  const told = { run: null as string | null };
  const accepted = { stop: false, decisions: [] as string[] };
  void post(first, "/threads/t1/runs", startCommand({ thread: "t1" })).then((response) => {
    if (life.isDead || response.status !== 200) return;
    told.run = response.headers.get("x-unsay-run");
    follow(response, seen);
  });
  const stopAt = random() < 0.3 ? Math.floor(random() * STEPS) : -1;
  const asked = new Set<string>();
  for (let step = 0; step < STEPS && !life.isDead; step += 1) {
    await clock.advance(STEP_MS);
    const id = told.run;
    if (id === null) continue;
    for (const event of seen) {
      if (event.type !== "approval.request" || asked.has(event.approval)) continue;
      asked.add(event.approval);
      const items = event.items.map(({ call, argsHash }) => ({ call, argsHash, decision: random() < 0.8 ? "approve" : "reject" }));
      const command = { command: "decide", id: `d-${event.approval}`, client: "c", thread: "t1", run: id, approval: event.approval, items };
      void post(first, `/runs/${id}/commands`, command).then(
        ({ status }) => status === 202 && !life.isDead && accepted.decisions.push(command.id),
      );
    }
    if (step === stopAt)
      void post(first, `/runs/${id}/commands`, stopCommand({ run: id })).then(
        ({ status }) => (accepted.stop ||= status === 202 && !life.isDead),
      );
  }
  const toldEvents = [...seen];
  if (!life.isDead) await clock.advance(2_000);
  Object.assign(life, { isDead: true });

  const second = openServer({ ...world, life: { isDead: true } }, base, async () => {});
  await clock.advance(10_000);
  const messages = ((await (await second.fetch(new Request("http://here/threads/t1/messages"))).json()) as { messages: unknown[] })
    .messages;
  return findWrong({ base, run: told.run, told: toldEvents, messages, accepted, mails: world.mails });
}

interface Found {
  readonly base: Store;
  readonly run: string | null;
  readonly told: readonly UnsayEvent[];
  readonly messages: readonly unknown[];
  readonly accepted: { readonly stop: boolean; readonly decisions: readonly string[] };
  readonly mails: readonly string[];
}

async function findWrong({ base, run, told, messages, accepted, mails }: Found): Promise<string | null> {
  const record = (await base.listRuns("t1"))[0];
  if (record === undefined) return run === null && mails.length === 0 ? null : "a run that was told of is on no record";
  const events = await base.read(record.run, 0);
  const ends = events.filter((event) => event.type === "run.end");
  if (ends.length !== 1 || record.end === null) return `${ends.length} ends`;
  if (events.some((event, index) => event.seq !== index + 1)) return "a hole in the log";
  const answer = messages[1] as Parameters<typeof textOf>[0] & { readonly status: string };
  if (answer.status !== "complete" && answer.status !== "truncated") return `the answer is ${answer.status}`;
  if (answer.status === "complete" && !textOf(answer).endsWith("end.")) return "a cut answer that says it is complete";

  const toldEnd = told.find((event) => event.type === "run.end");
  if (toldEnd !== undefined && JSON.stringify(toldEnd) !== JSON.stringify(ends[0])) return "an end was told that is not on record";
  const idsOf = (list: readonly UnsayEvent[]) => list.flatMap((event) => (event.type === "receipt" ? [event.call] : []));
  if (idsOf(told).some((call) => !idsOf(events).includes(call))) return "a receipt was told that is not on record";

  const starts = new Map(events.flatMap((event) => (event.type === "tool.start" ? [[event.callKey, event] as const] : [])));
  const isAccountedFor = (key: string) => {
    const start = starts.get(key);
    return (
      start !== undefined && events.some((event) => (event.type === "receipt" || event.type === "tool.result") && event.call === start.call)
    );
  };
  if (new Set(mails).size !== mails.length) return "a mail was posted twice";
  if (!mails.every(isAccountedFor)) return "a mail that the record does not account for";
  const receipted = idsOf(events).filter((call) => ![...starts].some(([key, start]) => start.call === call && mails.includes(key)));
  if (receipted.length > 0) return "a receipt for what was never posted";

  const ack = events.find((event) => event.type === "stop.ack");
  if (ack !== undefined && [...starts.values()].some((start) => (start.seq ?? 0) > (ack.seq ?? 0))) return "a tool started after the stop";
  if (accepted.stop && record.stop === null && ack === undefined && ends[0]?.type === "run.end" && ends[0].outcome !== "complete")
    return "an accepted stop is lost";
  for (const id of accepted.decisions) if ((await base.findCommand(record.run, id)) === null) return "an accepted decision is lost";
  return null;
}

describe.each(kinds)("L6: a process that dies at any of its store calls ($name)", (kind) => {
  const count = kind.name === "memory" ? SEEDS : Math.ceil(SEEDS / 50);

  it(`leaves a record that is true, ${count} times`, { timeout: 30_000 + count * 200 }, async () => {
    const wrong: string[] = [];
    const startedAt = performance.now();
    for (let seed = FIRST_SEED; seed < FIRST_SEED + count; seed += 1) {
      const found = await simulate(seed, kind);
      if (found !== null) wrong.push(`seed ${seed}: ${found}`);
    }
    console.info(
      `L6 ${kind.name}: ${count} seeds from ${FIRST_SEED} in ${Math.round(performance.now() - startedAt)} ms, ${wrong.length} wrong`,
    );
    expect(wrong).toEqual([]);
  });
});
