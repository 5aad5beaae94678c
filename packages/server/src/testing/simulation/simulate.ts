import type { Message } from "@unsay/core";
import type { UnsayEvent } from "@unsay/core/protocol";
import { createRandom } from "@unsay/core/testing";
import { checkHistory } from "../history/check-history.js";
import { checkMessages } from "../history/check-messages.js";
import type { History, RunOnRecord } from "../history/history.js";
import type { RecordKind } from "../shared-stores.js";
import { Director, THREAD } from "./director.js";
import { countAwaits, type Fate } from "./life.js";
import { linesFor } from "./lines.js";
import { advance, createWorld, LEASE_MS, send, startProcess, type Process, type ProcessPlan, type World } from "./world.js";

const STEP_MS = 40;
const STEPS = 25;
const LONGEST_AWAIT = 900;
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
  const story = await tellFirstAct(seed, kind, plan);
  await followUp(story);
  return conclude(story, Math.abs(plan.skewMs));
}

/** The first act of this seed's story where nothing happens to anybody: what is on record, and how often anything awaits. */
export async function tellUndisturbed(
  seed: number,
  kind: RecordKind,
): Promise<{ readonly events: readonly UnsayEvent[]; readonly awaits: number }> {
  const { world, awaits } = await tellFirstAct(seed, kind, LIVES);
  return { events: (await readRuns(world)).flatMap(({ events }) => events), awaits };
}

/** What a process does that dies at one of its awaits. */
export function diesAt(count: number): ProcessPlan {
  return { ...LIVES, fate: { kind: "dies at an await", count } };
}

interface Story {
  readonly world: World;
  readonly director: Director;
  readonly first: Process;
  readonly second: Process;
  readonly awaits: number;
}

async function tellFirstAct(seed: number, kind: RecordKind, plan: ProcessPlan): Promise<Story> {
  const record = await kind.create();
  const world = createWorld(seed, await record.open());
  const [first, second] = [startProcess(world, plan), startProcess(world, { ...LIVES, faultRate: plan.faultRate })];
  const director = new Director(world, [first, second]);
  const { fate } = plan;
  const diesAtCount = fate.kind === "dies at an await" ? fate.count : Number.POSITIVE_INFINITY;
  let awaits = 0;
  // What the story before it has left to do is none of this one's.
  await advance(world, 0);
  const stopCounting = countAwaits((count) => {
    awaits = count;
    if (count === diesAtCount) first.life.die();
  });
  director.start({ message: { id: "u1", text: "hello" } });
  await play(world, director);
  stopCounting();
  return { world, director, first, second, awaits };
}

async function play(world: World, director: Director): Promise<void> {
  for (let step = 0; step < STEPS && !director.isOver; step += 1) {
    await advance(world, STEP_MS);
    director.step();
  }
}

/** What people do with an answer when it is over: they go on with it, or ask for it again. */
async function followUp({ world, director, first, second }: Story): Promise<void> {
  const luck = world.random();
  if (luck < 0.3) first.life.die();
  if (luck > 0.8) return;
  director.processes = first.life.isRunning ? [first, second] : [second];
  await advance(world, first.life.isRunning ? 500 : LEASE_MS * 2);
  const isMadeAnew = world.random() < 0.5;
  const goOn = () => (isMadeAnew ? { mode: "regenerate", parent: "u1" } : { mode: "continue", answer: "m1" });
  director.start(goOn());
  // So does somebody else, at the same moment.
  if (world.random() < 0.4) director.start(goOn(), second);
  await play(world, director);
}

async function conclude({ world, first, second }: Story, skewMs: number): Promise<readonly string[]> {
  await advance(world, 8_000);
  for (const { life } of [first, second]) life.die();
  const third = startProcess(world, LIVES);
  // By a calendar that was ahead the last lease runs that much longer.
  await advance(world, LEASE_MS * 2 + skewMs);
  const response = await send(third, new Request(`http://here/threads/${THREAD}/messages`));
  const { messages } = (await response.json()) as { messages: readonly Message[] };
  const runs = await readRuns(world);
  return [...checkHistory({ ...historyOf(world, runs), skewMs }), ...checkMessages(messages, runs)];
}

async function readRuns({ base }: World): Promise<readonly RunOnRecord[]> {
  const records = await base.listRuns(THREAD);
  return Promise.all(records.map(async (record) => ({ record, events: await base.read(record.run, 0) })));
}

function historyOf(world: World, runs: readonly RunOnRecord[]): Omit<History, "skewMs"> {
  const inputs = new Map(runs.map(({ record }) => [record.message, inputOf(record.parent ?? "", runs)]));
  return {
    operations: world.operations,
    views: world.views,
    deeds: world.deeds,
    runs,
    leaseMs: LEASE_MS,
    disturbedAt: () => world.disturbedAt,
    wholeTextOf: ({ record }) =>
      record.mode === "continue" ? null : linesFor(world.seed, inputs.get(record.message) ?? "").words.join(""),
  };
}

function inputOf(parent: string, runs: readonly RunOnRecord[]): string {
  return runs.find(({ record }) => record.user?.id === parent)?.record.user?.text ?? "";
}
