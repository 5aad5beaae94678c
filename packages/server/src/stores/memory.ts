import type { UnsayEvent } from "@unsay/core/protocol";
import { endAmong, isContiguous, type NewRun, type Store, type StoredRun, type StoredStop } from "./store.js";

interface Entry {
  record: StoredRun;
  readonly events: UnsayEvent[];
  readonly commands: Map<string, string>;
}

/** Keeps everything in this process: for tests and for trying things out. A restart forgets it. */
export function createMemoryStore(): Store {
  return new MemoryStore();
}

class MemoryStore implements Store {
  readonly #runs = new Map<string, Entry>();
  readonly #byStartKey = new Map<string, Entry>();
  readonly #threads = new Map<string, Entry[]>();

  async createRun(run: NewRun): Promise<{ readonly run: StoredRun; readonly created: boolean }> {
    const key = startKeyOf(run.thread, run.startKey);
    const known = this.#byStartKey.get(key);
    if (known !== undefined) return { run: known.record, created: false };
    const entry: Entry = { record: { ...run, lastSeq: 0, end: null, stop: null }, events: [], commands: new Map() };
    this.#runs.set(run.run, entry);
    this.#byStartKey.set(key, entry);
    this.#threads.set(run.thread, [...(this.#threads.get(run.thread) ?? []), entry]);
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
    return this.#runs.get(run)?.events.slice(Math.max(0, after)) ?? [];
  }

  async rewrite(run: string, events: readonly UnsayEvent[]): Promise<void> {
    const entry = this.#runs.get(run);
    for (const event of events) {
      if (entry !== undefined && event.seq !== null && event.seq <= entry.events.length) entry.events[event.seq - 1] = event;
    }
  }

  async repair(run: string, now: number, events: readonly UnsayEvent[]): Promise<boolean> {
    const entry = this.#runs.get(run);
    if (entry === undefined || entry.record.end !== null || entry.record.leaseUntil > now) return false;
    return this.#add(entry, events, { owner: "" });
  }

  #add(entry: Entry, events: readonly UnsayEvent[], change: Partial<StoredRun>): boolean {
    if (!isContiguous(entry.record.lastSeq, events)) return false;
    entry.events.push(...events);
    const end = endAmong(events) ?? entry.record.end;
    entry.record = { ...entry.record, ...change, end, lastSeq: entry.events.length };
    return true;
  }

  async saveStop(run: string, stop: StoredStop): Promise<void> {
    const entry = this.#runs.get(run);
    if (entry !== undefined) entry.record = { ...entry.record, stop };
  }

  async saveCommand(run: string, id: string, fingerprint: string): Promise<void> {
    this.#runs.get(run)?.commands.set(id, fingerprint);
  }

  async findCommand(run: string, id: string): Promise<string | null> {
    return this.#runs.get(run)?.commands.get(id) ?? null;
  }

  async close(): Promise<void> {}
}

function startKeyOf(thread: string, startKey: string): string {
  return JSON.stringify([thread, startKey]);
}
