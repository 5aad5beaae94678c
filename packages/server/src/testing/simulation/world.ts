import { parseEvent, SseFramer } from "@unsay/core/protocol";
import { createFakeClock, createRandom } from "@unsay/core/testing";
import { allowAllUnsafe } from "../../access/authorize.js";
import { createUnsayServer, type UnsayServer } from "../../server.js";
import { aroundStore } from "../../stores/around-store.js";
import type { Store } from "../../stores/store.js";
import type { Operation, View } from "../history/history.js";
import { createAgent, createTools, type Stage } from "./cast.js";
import { clockOf, Life, storeOf, type Fate, type StoreFault } from "./life.js";

export const LEASE_MS = 2_000;

/** One process: its server, and whether it runs. */
export interface Process {
  readonly life: Life;
  readonly server: UnsayServer;
}

/** One deterministic world: time, luck, two processes on one record, and what everybody heard. */
export interface World extends Stage {
  readonly base: Store;
  readonly operations: Operation[];
  readonly views: View[];
  /** When a process, or the store, first failed anybody. */
  disturbedAt: number | null;
  /** Calls that the storage itself has not answered yet. */
  busy: number;
  /** Ids made so far: the same for the same seed, and no two alike. */
  made: number;
}

export function createWorld(seed: number, base: Store): World {
  const clock = createFakeClock();
  const heard = { deeds: [], operations: [], views: [] };
  return { seed, base, clock, random: createRandom(seed), ...heard, disturbedAt: null, busy: 0, made: 0 };
}

export interface ProcessPlan {
  readonly fate: Fate;
  /** How often its store fails it, 0 to 1. */
  readonly faultRate: number;
  readonly skewMs: number;
}

export function startProcess(world: World, plan: ProcessPlan): Process {
  const life = new Life(() => disturb(world));
  // By a wrong calendar a lease ends early, or was over before it began.
  if (plan.skewMs !== 0) world.disturbedAt = world.clock.epoch() - Math.abs(plan.skewMs) - LEASE_MS;
  const { fate } = plan;
  if (fate.kind === "freezes") {
    world.clock.after(fate.atMs, () => life.freeze());
    world.clock.after(fate.atMs + fate.forMs, () => life.thaw());
  }
  const server = createUnsayServer({
    agent: createAgent(world),
    tools: createTools(world, life),
    store: storeOf(life, takeTime(world, countBusy(world)), createFaults(world, plan)),
    clock: clockOf(life, world.clock, plan.skewMs),
    authorize: allowAllUnsafe,
    log: () => {},
    secret: "simulated",
    leaseMs: LEASE_MS,
    settleMs: 300,
    undoWindowMs: world.random() < 0.5 ? 0 : 60,
    minToolLeadMs: 0,
    approvalExpiryMs: 700,
    createId: () => `id-${(world.made += 1)}`,
  });
  return { life, server };
}

function disturb(world: World): void {
  world.disturbedAt ??= world.clock.epoch();
}

function countBusy(world: World): Store {
  return new Proxy(world.base, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== "function" || name === "watch") return typeof member === "function" ? member.bind(target) : member;
      return (...values: unknown[]) => {
        world.busy += 1;
        return (member.apply(target, values) as Promise<unknown>).finally(() => (world.busy -= 1));
      };
    },
  });
}

/** How often, and for how long at most, the storage takes its time to say that it has written. */
const SLOW_SHARE = 0.3;
const SLOWEST_MS = 80;

/** So that people act while something is being stored. By a luck of its own, which leaves all other stories as they are. */
function takeTime({ seed, clock }: World, store: Store): Store {
  const random = createRandom(seed + 1_000_000_007);
  if (random() >= SLOW_SHARE) return store;
  return aroundStore(store, async (name, call) => {
    const result = await call();
    if (name === "append") await new Promise<void>((resolve) => void clock.after(Math.floor(random() * SLOWEST_MS), resolve));
    return result;
  });
}

function createFaults(world: World, { fate, faultRate }: ProcessPlan): StoreFault {
  let calls = 0;
  return () => {
    calls += 1;
    if (fate.kind === "dies at a store call" && calls === fate.call) return fate.happens ? "dies after" : "dies before";
    if (faultRate === 0 || world.random() >= faultRate) return "none";
    disturb(world);
    return world.random() < 0.5 ? "refused" : "done and refused";
  };
}

/** Moves time, and waits for storage that takes time of its own. */
export async function advance(world: World, ms: number): Promise<void> {
  await world.clock.advance(ms);
  while (world.busy > 0) await new Promise((resolve) => setImmediate(resolve));
}

const HEADERS = { "content-type": "application/json" };

export interface Asking extends Pick<Operation, "kind" | "client" | "id" | "startKey" | "approval" | "choice"> {
  readonly path: string;
  readonly body: unknown;
  readonly run?: string;
  readonly onAnswer?: (response: Response, operation: Operation) => void;
}

/** Sends a command. What comes back is noted when, and if, it does. */
export function ask(world: World, process: Process, asking: Asking): void {
  const { path, body, onAnswer, run = null, ...facts } = asking;
  const operation: Operation = { ...facts, run, askedAt: world.clock.epoch(), answeredAt: null, outcome: "unknown" };
  world.operations.push(operation);
  const request = new Request(`http://here${path}`, { method: "POST", headers: HEADERS, body: JSON.stringify(body) });
  void send(process, request).then((response) => {
    operation.answeredAt = world.clock.epoch();
    // Of a failure on the server's side nobody knows what it did before.
    operation.outcome = response.status < 300 ? "ok" : response.status < 500 ? "refused" : "unknown";
    onAnswer?.(response, operation);
  });
}

/** Never resolves where the process dies on the way. */
export async function send({ life, server }: Process, request: Request): Promise<Response> {
  if (!life.isRunning) await life.running();
  const response = await server.fetch(request);
  if (!life.isRunning) await life.running();
  return response;
}

/** One connection of a reader. */
export interface Connection {
  readonly view: View;
  isOver: boolean;
}

/** Reads from one process for as long as it comes, or until the reader says that it is over. */
export function listen({ life }: Process, response: Response, view: View): Connection {
  const connection: Connection = { view, isOver: false };
  const reader = response.body?.getReader();
  const framer = new SseFramer();
  const read = async (): Promise<void> => {
    for (;;) {
      const chunk = await reader?.read();
      if (!life.isRunning) await life.running();
      if (chunk === undefined || chunk.done || connection.isOver) break;
      for (const frame of framer.push(chunk.value)) take(connection, frame.data);
    }
    void reader?.cancel().catch(() => {});
  };
  void read()
    .catch(() => {})
    .finally(() => (connection.isOver = true));
  return connection;
}

/** Who is told the same again hangs up, since there may be no end to it; that it was told is found later. */
function take(connection: Connection, data: string): void {
  const { after, events } = connection.view;
  const parsed = parseEvent(JSON.parse(data));
  if (!parsed.ok || parsed.event.seq === null) return;
  if (parsed.event.seq <= (events.at(-1)?.seq ?? after)) connection.isOver = true;
  events.push(parsed.event);
}
