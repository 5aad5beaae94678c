import { createClient } from "redis";
import { parseEvent, type RunEnd, type UnsayEvent } from "@unsay/core/protocol";
import type { StoredGrant } from "../approval/grants.js";
import { RedisNews } from "./redis-news.js";
import { ANSWER, APPEND, ARCHIVE, CREATE_RUN, POST, RENEW, REPAIR, REWRITE } from "./redis-scripts.js";
import {
  endAmong,
  endedAt,
  type CreatedRun,
  type NewRun,
  type PostedCommand,
  type Store,
  type StoredRun,
  type StoredStop,
} from "./store.js";

export interface RedisStoreOptions {
  /** Such as `redis://localhost:6379`. */
  readonly url: string;
  /** Before each key. Default: `unsay:`. */
  readonly prefix?: string;
}

type Client = ReturnType<typeof newClient>;
type Fields = Readonly<Record<string, string>>;

/** How long a stop waits for a run that never came. */
const EARLY_STOP_MS = 60 * 60 * 1000;
/** Who refuses says so at once; a machine that is busy with other things answers late. */
const CONNECT_MS = 15_000;

/**
 * Keeps the record in Redis 6.2 or newer, for several processes that share their runs. Two connections, however many
 * readers there are: one for short calls, one that waits for news. What Redis acknowledges is as durable as its own
 * settings make it (`appendonly yes` survives a restart). Not for Redis Cluster. Rejects when Redis can't be reached.
 */
export async function createRedisStore({ url, prefix = "unsay:" }: RedisStoreOptions): Promise<Store> {
  const client = newClient(url);
  const waiting = client.duplicate();
  for (const connection of [client, waiting]) connection.on("error", () => {});
  try {
    await Promise.all([client.connect(), waiting.connect()]);
  } catch (error) {
    for (const connection of [client, waiting]) connection.destroy();
    throw error;
  }
  return new RedisStore(client, waiting, prefix);
}

/**
 * A call fails at once while Redis is away, so that a request is refused and not parked. A connection that was there
 * comes back by itself; one that never was is an error of the address.
 */
function newClient(url: string) {
  let wasReady = false;
  const reconnectStrategy = (tries: number, cause: Error) => (wasReady ? Math.min(50 * 2 ** Math.min(tries, 6), 2_000) : cause);
  const client = createClient({ url, disableOfflineQueue: true, socket: { connectTimeout: CONNECT_MS, reconnectStrategy } });
  return client.on("ready", () => (wasReady = true));
}

class RedisStore implements Store {
  readonly #client: Client;
  readonly #waiting: Client;
  readonly #prefix: string;
  readonly #news: RedisNews;

  constructor(client: Client, waiting: Client, prefix: string) {
    this.#client = client;
    this.#waiting = waiting;
    this.#prefix = prefix;
    this.#news = new RedisNews({
      keyOf: (name) => this.#key("news", name),
      wake: (key) => client.xAdd(key, "*", { n: "1" }, { TRIM: { strategy: "MAXLEN", threshold: 1 } }),
      forget: (key) => client.del(key),
      wait: (streams, blockMs) => waiting.xRead([...streams], { BLOCK: blockMs, COUNT: 1 }),
    });
  }

  async createRun(run: NewRun, known?: number): Promise<CreatedRun | null> {
    const { run: id, owner, leaseUntil, ...facts } = run;
    const keys = [this.#startKey(run.thread, run.startKey), this.#key("run", id), this.#key("thread", run.thread)];
    const kept = await this.#eval(CREATE_RUN, keys, [id, JSON.stringify(facts), owner, leaseUntil, known ?? ""]);
    if (typeof kept !== "string") return null;
    // Read again it might be another's by now.
    if (kept === id) return { run: { ...run, lastSeq: 0, end: null, stop: null, archived: null }, created: true };
    const found = await this.getRun(kept);
    if (found === null) throw new Error("Redis took the run and lost it.");
    return { run: found, created: false };
  }

  async getRun(run: string): Promise<StoredRun | null> {
    return readRun(run, await this.#client.hGetAll(this.#key("run", run)));
  }

  async findRun(thread: string, startKey: string): Promise<StoredRun | null> {
    const run = await this.#client.get(this.#startKey(thread, startKey));
    return run === null ? null : this.getRun(run);
  }

  async listRuns(thread: string): Promise<readonly StoredRun[]> {
    const ids = await this.#client.lRange(this.#key("thread", thread), 0, -1);
    const runs = await Promise.all(ids.map((run) => this.getRun(run)));
    return runs.filter((run) => run !== null);
  }

  async append(run: string, owner: string, events: readonly UnsayEvent[], leaseUntil: number): Promise<boolean> {
    if (!isWhole(events)) return false;
    return this.#write(APPEND, run, [owner, leaseUntil], events);
  }

  async renewLease(run: string, owner: string, leaseUntil: number): Promise<boolean> {
    return (await this.#eval(RENEW, [this.#key("run", run)], [owner, leaseUntil])) === 1;
  }

  async read(run: string, after: number): Promise<readonly UnsayEvent[]> {
    const entries = await this.#client.xRange(this.#key("log", run), `(${Math.max(0, after)}-0`, "+");
    return (entries ?? []).map(({ message }) => readEvent(message["e"])).filter((event) => event !== null);
  }

  async rewrite(run: string, events: readonly UnsayEvent[]): Promise<void> {
    const changes = events.flatMap((event) => [`${event.seq}-0`, JSON.stringify(event)]);
    await this.#eval(REWRITE, [this.#key("log", run)], changes);
  }

  async repair(run: string, now: number, events: readonly UnsayEvent[]): Promise<boolean> {
    if (!isWhole(events)) return false;
    return this.#write(REPAIR, run, [now], events);
  }

  async saveStop(run: string, stop: StoredStop): Promise<void> {
    await this.#client.hSet(this.#key("run", run), "stop", JSON.stringify(stop));
  }

  async saveEarlyStop(thread: string, startKey: string, stop: string): Promise<void> {
    await this.#client.set(this.#key("early", JSON.stringify([thread, startKey])), stop, {
      expiration: { type: "PX", value: EARLY_STOP_MS },
    });
  }

  async findEarlyStop(thread: string, startKey: string): Promise<string | null> {
    return this.#client.get(this.#key("early", JSON.stringify([thread, startKey])));
  }

  async saveCommand(run: string, id: string, fingerprint: string): Promise<void> {
    await this.#client.hSetNX(this.#key("commands", run), id, fingerprint);
  }

  async findCommand(run: string, id: string): Promise<string | null> {
    return (await this.#client.hGet(this.#key("commands", run), id)) ?? null;
  }

  async postCommand({ run, id, body }: PostedCommand): Promise<string> {
    const keys = [this.#key("run", run), this.#key("posted", run), this.#key("inbox", ""), this.#key("news", "")];
    return String(await this.#eval(POST, keys, [id, body, run]));
  }

  async listCommands(owner: string): Promise<readonly PostedCommand[]> {
    const entries = await this.#client.lRange(this.#key("inbox", owner), 0, -1);
    const commands = await Promise.all(entries.map((entry) => this.#readPosted(JSON.parse(entry) as [string, string])));
    return commands.filter((command) => command !== null);
  }

  async #readPosted([run, id]: readonly [string, string]): Promise<PostedCommand | null> {
    const body = await this.#client.hGet(this.#key("posted", run), `body:${id}`);
    return typeof body === "string" ? { run, id, body } : null;
  }

  async answerCommand(run: string, id: string, answer: string): Promise<void> {
    const keys = [this.#key("run", run), this.#key("posted", run), this.#key("inbox", ""), this.#key("news", run)];
    await this.#eval(ANSWER, keys, [id, answer, run]);
  }

  async findAnswer(run: string, id: string): Promise<string | null> {
    return (await this.#client.hGet(this.#key("posted", run), `answer:${id}`)) ?? null;
  }

  async saveGrant(grant: StoredGrant): Promise<void> {
    await this.#client.hSet(this.#key("grants", grant.thread), grant.grant, JSON.stringify(grant));
  }

  async listGrants(thread: string): Promise<readonly StoredGrant[]> {
    const grants = await this.#client.hVals(this.#key("grants", thread));
    return grants.map((grant) => JSON.parse(grant) as StoredGrant);
  }

  async revokeGrant(thread: string, grant: string): Promise<boolean> {
    return (await this.#client.hDel(this.#key("grants", thread), grant)) === 1;
  }

  async listEnded(before: number, limit: number): Promise<readonly string[]> {
    return this.#client.zRange(this.#key("ended", ""), "-inf", `(${before}`, { BY: "SCORE", LIMIT: { offset: 0, count: limit } });
  }

  async archive(run: string, message: string): Promise<void> {
    const kinds = ["run", "log", "commands", "posted", "news"] as const;
    await this.#eval(ARCHIVE, [...kinds.map((kind) => this.#key(kind, run)), this.#key("ended", "")], [message, run]);
  }

  watch(name: string, onNews: () => void): () => void {
    return this.#news.watch(name, onNews);
  }

  async close(): Promise<void> {
    this.#news.close();
    this.#waiting.destroy();
    if (this.#client.isOpen) await this.#client.close();
  }

  async #write(script: string, run: string, first: readonly (string | number)[], events: readonly UnsayEvent[]): Promise<boolean> {
    const end = endAmong(events);
    const createdAt = end === null ? 0 : ((await this.getRun(run))?.createdAt ?? 0);
    const keys = [this.#key("run", run), this.#key("log", run), this.#key("news", run), this.#key("ended", "")];
    const bodies = events.map((event) => JSON.stringify(event));
    const facts = [end === null ? "" : JSON.stringify(end), endedAt(createdAt, events) ?? 0, events[0]?.seq ?? 0];
    const [lead = "", ...rest] = first;
    return (await this.#eval(script, keys, [lead, ...rest, run, ...facts, ...bodies])) === 1;
  }

  #eval(script: string, keys: readonly string[], values: readonly (string | number)[]): Promise<unknown> {
    return this.#client.eval(script, { keys: [...keys], arguments: values.map(String) });
  }

  #key(kind: string, id: string): string {
    return `${this.#prefix}${kind}:${id}`;
  }

  #startKey(thread: string, startKey: string): string {
    return this.#key("start", JSON.stringify([thread, startKey]));
  }
}

function isWhole(events: readonly UnsayEvent[]): boolean {
  return events.every((event, index) => event.seq === (events[0]?.seq ?? 0) + index);
}

/** Hashes were written by this store, so their JSON has the shape of the record. */
function readRun(run: string, fields: Fields): StoredRun | null {
  const { facts, end, stop } = fields;
  if (facts === undefined) return null;
  return {
    ...(JSON.parse(facts) as Omit<NewRun, "run" | "owner" | "leaseUntil">),
    run,
    owner: fields["owner"] ?? "",
    leaseUntil: Number(fields["lease"]),
    lastSeq: Number(fields["last"]),
    end: end === undefined ? null : (JSON.parse(end) as RunEnd),
    stop: stop === undefined ? null : (JSON.parse(stop) as StoredStop),
    archived: fields["archived"] ?? null,
  };
}

function readEvent(data: string | undefined): UnsayEvent | null {
  const parsed = parseEvent(JSON.parse(data ?? "null"));
  return parsed.ok ? parsed.event : null;
}
