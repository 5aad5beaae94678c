import { textOf, type Message } from "@unsay/core";
import { createRandom } from "@unsay/core/testing";
import { checkHistory } from "../history/check-history.js";
import type { History, RunOnRecord } from "../history/history.js";
import type { RecordKind } from "../shared-stores.js";
import { linesFor } from "./cast.js";
import { Director, THREAD } from "./director.js";
import { countAwaits, type Fate } from "./life.js";
import { advance, createWorld, LEASE_MS, send, startProcess, type Process, type ProcessPlan, type World } from "./world.js";

const STEP_MS = 40;
const STEPS = 25;
const LONGEST_AWAIT = 3_000;
const LIVES: ProcessPlan = { fate: { kind: "lives" }, faultRate: 0, skewMs: 0 };

/** What the first process meets; each seed has its own. */
function planOf(seed: number): ProcessPlan {
  const random = createRandom(-seed);
  return { fate: fateOf(random), faultRate: random() < 0.2 ? 0.04 : 0, skewMs: random() < 0.1 ? Math.floor((random() - 0.5) * 6_000) : 0 };
}

function fateOf(random: () => number): Fate {
  const kind = random();
  if (kind < 0.35) return { kind: "dies at a store call", call: 1 + Math.floor(random() * 40), happens: random() < 0.5 };
  if (kind < 0.6) return { kind: "dies at an await", count: 1 + Math.floor(random() * LONGEST_AWAIT) };
  if (kind < 0.75) return { kind: "freezes", atMs: Math.floor(random() * 800), forMs: 500 + Math.floor(random() * 6_000) };
  return { kind: "lives" };
}

/**
 * One life of two processes on one record, with one misfortune or none, and what a third finds when they are gone. Gives
 * why it is wrong: nothing, where every promise is kept. The same seed is the same story.
 */
export async function simulate(seed: number, kind: RecordKind, plan: ProcessPlan = planOf(seed)): Promise<readonly string[]> {
  const record = await kind.create();
  const world = createWorld(seed, await record.open());
  const [first, second] = [startProcess(world, plan), startProcess(world, { ...LIVES, faultRate: plan.faultRate })];
  const director = new Director(world, [first, second]);
  const { fate } = plan;
  const stopCounting = fate.kind === "dies at an await" ? countAwaits((count) => count === fate.count && first.life.die()) : () => {};
  director.start({ message: { id: "u1", text: "hello" } });
  await play(world, director);
  stopCounting();
  await followUp(world, director, first, second);
  return conclude(world, [first, second]);
}

async function play(world: World, director: Director): Promise<void> {
  for (let step = 0; step < STEPS && !director.isOver; step += 1) {
    await advance(world, STEP_MS);
    director.step();
  }
}

/** What people do with an answer when it is over: they go on with it, or ask for it again. */
async function followUp(world: World, director: Director, first: Process, second: Process): Promise<void> {
  const luck = world.random();
  if (luck < 0.3) first.life.die();
  if (luck > 0.8) return;
  director.processes = first.life.isRunning ? [first, second] : [second];
  await advance(world, first.life.isRunning ? 500 : LEASE_MS * 2);
  if (world.random() < 0.5) director.start({ mode: "regenerate", parent: "u1" });
  else director.start({ mode: "continue", answer: "m1" });
  await play(world, director);
}

async function conclude(world: World, processes: readonly Process[]): Promise<readonly string[]> {
  await advance(world, 8_000);
  for (const { life } of processes) life.die();
  const third = startProcess(world, LIVES);
  await advance(world, LEASE_MS * 2);
  const response = await send(third, new Request(`http://here/threads/${THREAD}/messages`));
  const { messages } = (await response.json()) as { messages: readonly Message[] };
  const runs = await readRuns(world);
  return [...checkHistory(historyOf(world, runs)), ...checkMessages(messages, runs)];
}

async function readRuns({ base }: World): Promise<readonly RunOnRecord[]> {
  const records = await base.listRuns(THREAD);
  return Promise.all(records.map(async (record) => ({ record, events: await base.read(record.run, 0) })));
}

function historyOf(world: World, runs: readonly RunOnRecord[]): History {
  const inputs = new Map(runs.map(({ record }) => [record.message, inputOf(record.parent ?? "", runs)]));
  return {
    operations: world.operations,
    views: world.views,
    deeds: world.deeds,
    runs,
    leaseMs: LEASE_MS,
    disturbedAt: () => world.disturbedAt,
    wholeTextOf: ({ record }) => (record.mode === "continue" ? null : linesFor(world.seed, inputs.get(record.message) ?? "").words.join("")),
  };
}

function inputOf(parent: string, runs: readonly RunOnRecord[]): string {
  return runs.find(({ record }) => record.user?.id === parent)?.record.user?.text ?? "";
}

/** A reload says how it ended, and nothing in it still waits. */
function checkMessages(messages: readonly Message[], runs: readonly RunOnRecord[]): readonly string[] {
  return messages.flatMap((message) => {
    if (message.role !== "assistant") return [];
    const outcome = runs.findLast(({ record }) => record.message === message.id)?.record.end?.outcome;
    const waits = [...message.calls, ...message.approvals].filter(({ status }) => ["open", "executing", "ready", "held"].includes(status));
    return [
      ...(message.status === outcome ? [] : [`a reload says ${message.status} of what is ${outcome}`]),
      ...waits.map(({ id, status }) => `a reload says ${status} of ${id}`),
      ...(message.status === "complete" && !textOf(message).endsWith("end.") ? ["a cut answer that says it is complete"] : []),
    ];
  });
}
