import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { parseEvent, type UnsayEvent } from "@unsay/core/protocol";
import { endAmong, isContiguous, type NewRun, type Store, type StoredRun, type StoredStop } from "./store.js";

export interface SqliteStoreOptions {
  /** A file, made with its folder when absent, or `:memory:`. */
  readonly path: string;
}

const SCHEMA = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  PRAGMA busy_timeout = 2000;
  PRAGMA secure_delete = ON;
  CREATE TABLE IF NOT EXISTS runs (
    position INTEGER PRIMARY KEY,
    run TEXT NOT NULL UNIQUE,
    thread TEXT NOT NULL,
    start_key TEXT NOT NULL,
    facts TEXT NOT NULL,
    owner TEXT NOT NULL,
    lease_until INTEGER NOT NULL,
    last_seq INTEGER NOT NULL DEFAULT 0,
    ended TEXT,
    stop TEXT,
    UNIQUE (thread, start_key)
  );
  CREATE TABLE IF NOT EXISTS events (
    run TEXT NOT NULL,
    seq INTEGER NOT NULL,
    data TEXT NOT NULL,
    PRIMARY KEY (run, seq)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS commands (
    run TEXT NOT NULL,
    id TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    PRIMARY KEY (run, id)
  ) WITHOUT ROWID;
`;

/**
 * Keeps the record in one file by Node's own SQLite (Node 22.13 or newer). Several processes may share the file.
 * Throws when the file can't be opened.
 */
export function createSqliteStore(options: SqliteStoreOptions): Store {
  if (options.path !== ":memory:") mkdirSync(dirname(options.path), { recursive: true });
  return new SqliteStore(new DatabaseSync(options.path));
}

type Row = Record<string, unknown>;

class SqliteStore implements Store {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
    database.exec(SCHEMA);
  }

  async createRun(run: NewRun): Promise<{ readonly run: StoredRun; readonly created: boolean }> {
    const { run: id, thread, startKey, owner, leaseUntil, ...facts } = run;
    const inserted = this.#database
      .prepare(
        "INSERT INTO runs (run, thread, start_key, facts, owner, lease_until) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (thread, start_key) DO NOTHING",
      )
      .run(id, thread, startKey, JSON.stringify(facts), owner, leaseUntil);
    const found = await this.findRun(thread, startKey);
    if (found === null) throw new Error("SQLite took the run and lost it.");
    return { run: found, created: Number(inserted.changes) === 1 };
  }

  async getRun(run: string): Promise<StoredRun | null> {
    return readRun(this.#database.prepare("SELECT * FROM runs WHERE run = ?").get(run));
  }

  async findRun(thread: string, startKey: string): Promise<StoredRun | null> {
    return readRun(this.#database.prepare("SELECT * FROM runs WHERE thread = ? AND start_key = ?").get(thread, startKey));
  }

  async listRuns(thread: string): Promise<readonly StoredRun[]> {
    const rows = this.#database.prepare("SELECT * FROM runs WHERE thread = ? ORDER BY position").all(thread);
    return rows.map(readRun).filter((run) => run !== null);
  }

  async append(run: string, owner: string, events: readonly UnsayEvent[], leaseUntil: number): Promise<boolean> {
    return this.#transaction(() => {
      const row = this.#database.prepare("SELECT last_seq FROM runs WHERE run = ? AND owner = ?").get(run, owner);
      if (row === undefined || !isContiguous(Number(row["last_seq"]), events)) return false;
      this.#insert(run, events);
      this.#database.prepare("UPDATE runs SET lease_until = ? WHERE run = ?").run(leaseUntil, run);
      return true;
    });
  }

  async renewLease(run: string, owner: string, leaseUntil: number): Promise<boolean> {
    const updated = this.#database.prepare("UPDATE runs SET lease_until = ? WHERE run = ? AND owner = ?").run(leaseUntil, run, owner);
    return Number(updated.changes) === 1;
  }

  async read(run: string, after: number): Promise<readonly UnsayEvent[]> {
    const rows = this.#database.prepare("SELECT data FROM events WHERE run = ? AND seq > ? ORDER BY seq").all(run, after);
    return rows.map(readEvent).filter((event) => event !== null);
  }

  async rewrite(run: string, events: readonly UnsayEvent[]): Promise<void> {
    this.#transaction(() => {
      const update = this.#database.prepare("UPDATE events SET data = ? WHERE run = ? AND seq = ?");
      for (const event of events) update.run(JSON.stringify(event), run, event.seq);
    });
    // What was taken out must not remain in the write-ahead log either.
    this.#database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  }

  async repair(run: string, now: number, events: readonly UnsayEvent[]): Promise<boolean> {
    return this.#transaction(() => {
      const row = this.#database.prepare("SELECT last_seq FROM runs WHERE run = ? AND ended IS NULL AND lease_until <= ?").get(run, now);
      if (row === undefined || !isContiguous(Number(row["last_seq"]), events)) return false;
      this.#insert(run, events);
      this.#database.prepare("UPDATE runs SET owner = '' WHERE run = ?").run(run);
      return true;
    });
  }

  async saveStop(run: string, stop: StoredStop): Promise<void> {
    this.#database.prepare("UPDATE runs SET stop = ? WHERE run = ?").run(JSON.stringify(stop), run);
  }

  async saveCommand(run: string, id: string, fingerprint: string): Promise<void> {
    this.#database.prepare("INSERT OR IGNORE INTO commands (run, id, fingerprint) VALUES (?, ?, ?)").run(run, id, fingerprint);
  }

  async findCommand(run: string, id: string): Promise<string | null> {
    const row = this.#database.prepare("SELECT fingerprint FROM commands WHERE run = ? AND id = ?").get(run, id);
    return row === undefined ? null : String(row["fingerprint"]);
  }

  async close(): Promise<void> {
    if (this.#database.isOpen) this.#database.close();
  }

  #insert(run: string, events: readonly UnsayEvent[]): void {
    const insert = this.#database.prepare("INSERT INTO events (run, seq, data) VALUES (?, ?, ?)");
    for (const event of events) insert.run(run, event.seq, JSON.stringify(event));
    const end = endAmong(events);
    this.#database
      .prepare("UPDATE runs SET last_seq = last_seq + ?, ended = coalesce(?, ended) WHERE run = ?")
      .run(events.length, end === null ? null : JSON.stringify(end), run);
  }

  /** IMMEDIATE, so that two processes can't both read before either writes. */
  #transaction<T>(work: () => T): T {
    this.#database.exec("BEGIN IMMEDIATE");
    try {
      const result = work();
      this.#database.exec("COMMIT");
      return result;
    } catch (error) {
      this.#database.exec("ROLLBACK");
      throw error;
    }
  }
}

/** Rows were written by `createRun`, so their JSON has the shape of the record. */
function readRun(row: Row | undefined): StoredRun | null {
  if (row === undefined) return null;
  return {
    ...(JSON.parse(String(row["facts"])) as Omit<NewRun, "run" | "thread" | "startKey" | "owner" | "leaseUntil">),
    run: String(row["run"]),
    thread: String(row["thread"]),
    startKey: String(row["start_key"]),
    owner: String(row["owner"]),
    leaseUntil: Number(row["lease_until"]),
    lastSeq: Number(row["last_seq"]),
    end: typeof row["ended"] === "string" ? (JSON.parse(row["ended"]) as StoredRun["end"]) : null,
    stop: typeof row["stop"] === "string" ? (JSON.parse(row["stop"]) as StoredStop) : null,
  };
}

function readEvent(row: Row): UnsayEvent | null {
  const parsed = parseEvent(JSON.parse(String(row["data"])));
  return parsed.ok ? parsed.event : null;
}
