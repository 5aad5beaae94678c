import type { UnsayEvent } from "@unsay/core/protocol";
import type { StoredGrant } from "../approval/grants.js";
import {
  endAmong,
  endedAt,
  newAmong,
  type CreatedRun,
  type NewRun,
  type PostedCommand,
  type Store,
  type StoredRun,
  type StoredStop,
} from "./store.js";
import { Watchers } from "./watchers.js";

interface Entry {
  record: StoredRun;
  events: UnsayEvent[];
  endedAt: number | null;
  readonly commands: Map<string, string>;
  readonly posted: Map<string, { readonly body: string; answer: string | null }>;
}

/** Stops that came before their run; the oldest is forgotten first. */
const MAX_EARLY_STOPS = 1_000;

/** Keeps everything in this process: for tests and for trying things out. A restart forgets it. */
export function createMemoryStore(): Store {
  return new MemoryStore();
}

class MemoryStore implements Store {
  readonly #runs = new Map<string, Entry>();
  readonly #byStartKey = new Map<string, Entry>();
  readonly #threads = new Map<string, Entry[]>();
  readonly #earlyStops = new Map<string, string>();
  readonly #grants = new Map<string, Map<string, StoredGrant>>();
  readonly #watchers = new Watchers();

  async createRun(run: NewRun, known?: number): Promise<CreatedRun | null> {
    const key = startKeyOf(run.thread, run.startKey);
    const found = this.#byStartKey.get(key);
    if (found !== undefined) return { run: found.record, created: false };
    const siblings = this.#threads.get(run.thread) ?? [];
    if (known !== undefined && siblings.length !== known) return null;
    const record: StoredRun = { ...run, lastSeq: 0, end: null, stop: null, archived: null };
    const entry: Entry = { record, events: [], endedAt: null, commands: new Map(), posted: new Map() };
    this.#runs.set(run.run, entry);
    this.#byStartKey.set(key, entry);
    this.#threads.set(run.thread, [...siblings, entry]);
    return { run: entry.record, created: true };
  }

  async getRun(run: string): Promise<StoredRun | null> {
    return this.#runs.get(run)?.record ?? null;
  }

  async findRun(thread: string, startKey: string): Promise<StoredRun | null> {
    return this.#byStartKey.get(startKeyOf(thread, startKey))?.record ?? null;
  }

  async listRuns(thread: string): Promise<readonly StoredRun[]> {
    return (this.#threads.get(thread) ?? []).map((entry) => entry.record);
  }

  async append(run: string, owner: string, events: readonly UnsayEvent[], leaseUntil: number): Promise<boolean> {
    const entry = this.#runs.get(run);
    if (entry?.record.owner !== owner) return false;
    return this.#add(entry, events, { leaseUntil });
  }

  async renewLease(run: string, owner: string, leaseUntil: number): Promise<boolean> {
    const entry = this.#runs.get(run);
    if (entry?.record.owner !== owner) return false;
    entry.record = { ...entry.record, leaseUntil };
    return true;
  }

  async read(run: string, after: number): Promise<readonly UnsayEvent[]> {
    const entry = this.#runs.get(run);
    return entry?.events.slice(Math.max(0, after - dropped(entry))) ?? [];
  }

  async rewrite(run: string, events: readonly UnsayEvent[]): Promise<void> {
    const entry = this.#runs.get(run);
    if (entry !== undefined) entry.events = entry.events.map((known) => events.find((event) => event.seq === known.seq) ?? known);
  }

  async repair(run: string, now: number, events: readonly UnsayEvent[]): Promise<boolean> {
    const entry = this.#runs.get(run);
    if (entry === undefined || entry.record.end !== null || entry.record.leaseUntil > now) return false;
    if (events[0]?.seq !== entry.record.lastSeq + 1) return false;
    return this.#add(entry, events, { owner: "" });
  }

  #add(entry: Entry, events: readonly UnsayEvent[], change: Partial<StoredRun>): boolean {
    const news = newAmong(entry.record.lastSeq, events);
    if (news === null) return false;
    entry.events.push(...news);
    entry.endedAt ??= endedAt(entry.record.createdAt, news);
    const end = endAmong(news) ?? entry.record.end;
    entry.record = { ...entry.record, ...change, end, lastSeq: entry.record.lastSeq + news.length };
    this.#watchers.tell(entry.record.run);
    return true;
  }

  async saveStop(run: string, stop: StoredStop): Promise<void> {
    const entry = this.#runs.get(run);
    if (entry !== undefined) entry.record = { ...entry.record, stop };
  }

  async saveEarlyStop(thread: string, startKey: string, stop: string): Promise<void> {
    this.#earlyStops.set(startKeyOf(thread, startKey), stop);
    const oldest = this.#earlyStops.keys().next();
    if (this.#earlyStops.size > MAX_EARLY_STOPS && oldest.done !== true) this.#earlyStops.delete(oldest.value);
  }

  async findEarlyStop(thread: string, startKey: string): Promise<string | null> {
    return this.#earlyStops.get(startKeyOf(thread, startKey)) ?? null;
  }

  async saveCommand(run: string, id: string, fingerprint: string): Promise<void> {
    this.#runs.get(run)?.commands.set(id, fingerprint);
  }

  async findCommand(run: string, id: string): Promise<string | null> {
    return this.#runs.get(run)?.commands.get(id) ?? null;
  }

  async postCommand({ run, id, body }: PostedCommand): Promise<string> {
    const entry = this.#runs.get(run);
    if (entry === undefined) return body;
    const kept = entry.posted.get(id) ?? { body, answer: null };
    entry.posted.set(id, kept);
    this.#watchers.tell(entry.record.owner);
    return kept.body;
  }

  async listCommands(owner: string): Promise<readonly PostedCommand[]> {
    return [...this.#runs].flatMap(([run, { record, posted }]) =>
      record.owner === owner ? [...posted].filter(([, { answer }]) => answer === null).map(([id, { body }]) => ({ run, id, body })) : [],
    );
  }

  async answerCommand(run: string, id: string, answer: string): Promise<void> {
    const posted = this.#runs.get(run)?.posted.get(id);
    if (posted !== undefined) posted.answer = answer;
    this.#watchers.tell(run);
  }

  async findAnswer(run: string, id: string): Promise<string | null> {
    return this.#runs.get(run)?.posted.get(id)?.answer ?? null;
  }

  async saveGrant(grant: StoredGrant): Promise<void> {
    const grants = this.#grants.get(grant.thread) ?? new Map<string, StoredGrant>();
    this.#grants.set(grant.thread, grants.set(grant.grant, grant));
  }

  async listGrants(thread: string): Promise<readonly StoredGrant[]> {
    return [...(this.#grants.get(thread)?.values() ?? [])];
  }

  async revokeGrant(thread: string, grant: string): Promise<boolean> {
    return this.#grants.get(thread)?.delete(grant) ?? false;
  }

  async listEnded(before: number, limit: number): Promise<readonly string[]> {
    return [...this.#runs.values()]
      .filter((entry) => entry.endedAt !== null && entry.endedAt < before && entry.record.archived === null)
      .toSorted((a, b) => (a.endedAt ?? 0) - (b.endedAt ?? 0))
      .slice(0, limit)
      .map((entry) => entry.record.run);
  }

  async archive(run: string, message: string): Promise<void> {
    const entry = this.#runs.get(run);
    if (entry?.record.end == null) return;
    entry.record = { ...entry.record, archived: message };
    entry.events = [];
    entry.commands.clear();
    entry.posted.clear();
  }

  watch(name: string, onNews: () => void): () => void {
    return this.#watchers.add(name, onNews);
  }

  async close(): Promise<void> {}
}

/** How many events at the beginning are no longer kept. */
function dropped({ record, events }: Entry): number {
  return record.lastSeq - events.length;
}

function startKeyOf(thread: string, startKey: string): string {
  return JSON.stringify([thread, startKey]);
}
