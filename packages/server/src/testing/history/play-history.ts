import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Message } from "@unsay/core";
import { createRandom } from "@unsay/core/testing";
import { createRedisStore } from "../../stores/redis.js";
import { createSqliteStore } from "../../stores/sqlite.js";
import type { Store } from "../../stores/store.js";
import { realClock } from "../real-clock.js";
import { linesFor } from "../simulation/lines.js";
import { createTestServer } from "../test-server.js";
import { checkHistory } from "./check-history.js";
import { checkMessages } from "./check-messages.js";
import { HistoryClient } from "./history-client.js";
import type { Deed, History, Operation, RunOnRecord, View } from "./history.js";
import { ServerUnderFire } from "./server-under-fire.js";

const LEASE_MS = 2_000;
const CLIENTS = 8;
const CLIENTS_OF_A_THREAD = 2;
const MAX_SKEW_MS = 400;

export interface HistoryPlan {
  readonly seed: number;
  readonly seconds: number;
  /** The port of a Redis, or `null` for a SQLite file. */
  readonly redisPort: number | null;
  readonly folder: string;
}

export interface PlayedHistory {
  readonly wrong: readonly string[];
  readonly tally: Readonly<Record<string, number>>;
}

interface Fault {
  readonly name: string;
  readonly startedAt: number;
}

/** Lets eight clients talk to two real servers on one real store while these are killed, frozen and cut off, and judges what is left. */
export async function playHistory(plan: HistoryPlan): Promise<PlayedHistory> {
  const random = createRandom(plan.seed);
  const heard = { operations: [] as Operation[], views: [] as View[] };
  const mailbox = join(plan.folder, `${plan.seed}.mails`);
  const servers = await Promise.all([startServer(plan, mailbox, random), startServer(plan, mailbox, random)]);
  const endsAt = Date.now() + plan.seconds * 1_000;
  const clients = Array.from({ length: CLIENTS }, (_, index) => {
    const thread = threadOf(plan, Math.floor(index / CLIENTS_OF_A_THREAD));
    const options = { name: `c${index}`, thread, urls: servers.map(({ url }) => url), random, endsAt, ...heard };
    return new HistoryClient(options).live();
  });
  const closeAll = () => Promise.all(servers.map((server) => server.close()));
  const [faults] = await Promise.all([trouble(plan, servers, random, endsAt), ...clients]).catch(async (error: unknown) => {
    await closeAll();
    throw error;
  });
  await sleep(LEASE_MS + 1_000);
  await closeAll();
  await sleep(LEASE_MS + MAX_SKEW_MS);
  return judge(plan, heard, readDeeds(mailbox), faults);
}

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

function threadOf({ seed }: HistoryPlan, index: number): string {
  return `thread-${seed}-${index}`;
}

function startServer(plan: HistoryPlan, mailbox: string, random: () => number): Promise<ServerUnderFire> {
  return ServerUnderFire.start({
    seed: plan.seed,
    store: plan.redisPort ?? join(plan.folder, `${plan.seed}.sqlite`),
    prefix: `history-${plan.seed}:`,
    mailbox,
    leaseMs: LEASE_MS,
    skewMs: Math.round((random() - 0.5) * 2 * MAX_SKEW_MS),
    cache: join(plan.folder, "compiled"),
  });
}

/** One misfortune after the other, each for a while. Gives what happened, when all is well again. */
async function trouble(
  plan: HistoryPlan,
  servers: readonly ServerUnderFire[],
  random: () => number,
  endsAt: number,
): Promise<readonly Fault[]> {
  const faults: Fault[] = [];
  const kinds = Object.entries(FAULTS);
  await sleep(1_000 + random() * 1_000);
  while (Date.now() < endsAt) {
    const [name, cause] = kinds[Math.floor(random() * kinds.length)] ?? ["", async () => {}];
    const server = servers[Math.floor(random() * servers.length)];
    if (server !== undefined) {
      faults.push({ name, startedAt: Date.now() });
      await cause(server, random, plan);
    }
    await sleep(800 + random() * 3_000);
  }
  return faults;
}

type Cause = (server: ServerUnderFire, random: () => number, plan: HistoryPlan) => Promise<void>;

const FAULTS: Readonly<Record<string, Cause>> = {
  async killed(server, random) {
    server.kill();
    await sleep(random() * 2_500);
    await server.restart();
  },
  async frozen(server, random) {
    server.freeze();
    await sleep(300 + random() * 5_000);
    server.thaw();
  },
  async dropped(server) {
    server.front.drop();
  },
  async "cut off"(server, random) {
    server.front.cut();
    await sleep(random() * 3_000);
    server.front.heal();
  },
  async silent(server, random) {
    server.front.silence();
    await sleep(random() * 4_000);
    server.front.heal();
  },
  async "cut off from its store"(server, random, plan) {
    if (server.back === null) return holdFile(plan, random() * 3_000);
    server.back.cut();
    await sleep(random() * 4_000);
    server.back.heal();
  },
  async "store silent"(server, random, plan) {
    if (server.back === null) return holdFile(plan, random() * 1_500);
    server.back.silence();
    await sleep(random() * 4_000);
    server.back.heal();
  },
};

/** Another program writes to the file, and nobody else can. */
async function holdFile({ seed, folder }: HistoryPlan, ms: number): Promise<void> {
  const file = new DatabaseSync(join(folder, `${seed}.sqlite`), { timeout: 1_000 });
  try {
    file.exec("BEGIN IMMEDIATE");
    await sleep(ms);
    file.exec("COMMIT");
  } catch {
    // Somebody else was faster for as long as that: then it is held anyway.
  } finally {
    file.close();
  }
}

interface Note {
  readonly what: "entered" | "done";
  readonly run: string;
  readonly callKey: string;
  readonly deed: string;
  readonly at: number;
}

function readDeeds(mailbox: string): readonly Deed[] {
  const notes = existsSync(mailbox) ? readFileSync(mailbox, "utf8").split("\n").filter(Boolean) : [];
  const deeds: Deed[] = [];
  for (const line of notes) {
    const { what, run, callKey, deed, at } = JSON.parse(line) as Note;
    const open = deeds.findLast((known) => known.callKey === callKey && !known.isDone);
    if (what === "entered" || open === undefined) deeds.push({ run, callKey, deed, enteredAt: at, isDone: what === "done" });
    else open.isDone = true;
  }
  return deeds;
}

async function judge(
  plan: HistoryPlan,
  heard: Pick<History, "operations" | "views">,
  deeds: readonly Deed[],
  faults: readonly Fault[],
): Promise<PlayedHistory> {
  const store = await openStore(plan);
  const server = await createTestServer({ agent: async () => {}, store, clock: realClock });
  const threads = Array.from({ length: CLIENTS / CLIENTS_OF_A_THREAD }, (_, index) => threadOf(plan, index));
  const found: string[] = [];
  const runs: RunOnRecord[] = [];
  for (const thread of threads) {
    const messages = await readMessages(server.url, thread);
    const here = await readRuns(store, thread);
    runs.push(...here);
    found.push(...checkMessages(messages, here));
  }
  await server.close();
  await store.close();
  const history = { ...heard, deeds, runs, ...expectationsOf(plan, runs, faults) };
  return { wrong: [...checkHistory(history), ...found], tally: tallyOf(history, faults) };
}

function openStore({ redisPort, seed, folder }: HistoryPlan): Promise<Store> {
  if (redisPort !== null) return createRedisStore({ url: `redis://127.0.0.1:${redisPort}`, prefix: `history-${seed}:` });
  return Promise.resolve(createSqliteStore({ path: join(folder, `${seed}.sqlite`) }));
}

async function readMessages(url: string, thread: string): Promise<readonly Message[]> {
  const response = await fetch(`${url}/threads/${thread}/messages`);
  return ((await response.json()) as { readonly messages: readonly Message[] }).messages;
}

async function readRuns(store: Store, thread: string): Promise<readonly RunOnRecord[]> {
  const records = await store.listRuns(thread);
  return Promise.all(records.map(async (record) => ({ record, events: await store.read(record.run, 0) })));
}

function expectationsOf(
  { seed }: HistoryPlan,
  runs: readonly RunOnRecord[],
  faults: readonly Fault[],
): Pick<History, "wholeTextOf" | "disturbedAt" | "leaseMs" | "skewMs"> {
  const texts = new Map(runs.flatMap(({ record }) => (record.user === null ? [] : [[record.user.id, record.user.text] as const])));
  return {
    wholeTextOf: ({ record }) => linesFor(seed, texts.get(record.parent ?? "") ?? "").words.join(""),
    disturbedAt: ({ record }) => (faults.length === 0 ? null : record.createdAt),
    leaseMs: LEASE_MS,
    skewMs: 2 * MAX_SKEW_MS,
  };
}

function tallyOf({ operations, views, deeds, runs }: History, faults: readonly Fault[]): Readonly<Record<string, number>> {
  const causes = runs.map(({ record }) => (record.end?.outcome === "truncated" ? record.end.cause : String(record.end?.outcome)));
  const count = (words: readonly string[], word: string) => words.filter((candidate) => candidate === word).length;
  const outcomes = operations.map(({ outcome }) => outcome);
  return {
    runs: runs.length,
    complete: count(causes, "complete"),
    stopped: count(causes, "stopped"),
    orphaned: count(causes, "orphaned"),
    ok: count(outcomes, "ok"),
    fail: count(outcomes, "refused"),
    info: count(outcomes, "unknown"),
    connections: views.length,
    heard: views.reduce((sum, { events }) => sum + events.length, 0),
    done: deeds.filter(({ isDone }) => isDone).length,
    faults: faults.length,
    kills: count(
      faults.map(({ name }) => name),
      "killed",
    ),
  };
}
