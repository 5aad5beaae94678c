import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { systemClock, type Clock } from "@unsay/core";
import { parseEvent, type UnsayEvent } from "@unsay/core/protocol";
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

export interface SqliteStoreOptions {
  /** A file, made with its folder when absent, or `:memory:`. */
  readonly path: string;
  /** The largest the file may become, in bytes; a write beyond it fails like on a full disk. Default: what the disk takes. */
  readonly maxBytes?: number;
  /**
   * What nothing acknowledged may be lost to. A killed process loses nothing either way. `power`, the default: what binds
   * (starts, commands, decisions, tools that begin, receipts, ends) waits for the disk, so that a power cut takes back no
   * more than the last words of an answer that was being written. `process`: nothing waits for the disk, and a power cut
   * may take back the last seconds of everything.
   */
  readonly durability?: "power" | "process";
  readonly clock?: Clock;
}

/** What a power cut may take back: an answer that it cut off has no end either, and a reader is told so. */
const PASSING: ReadonlySet<UnsayEvent["type"]> = new Set([
  "run.phase",
  "part.open",
  "part.close",
  "span.append",
  "hold",
  "tool.propose",
  "tool.args",
  "tool.progress",
]);

/** Node's SQLite waits for another process's lock without letting anything else run, so it waits briefly. */
const BLOCKING_WAIT_MS = 20;
/** How long a call is tried again while another process writes. */
const BUSY_MS = 2_000;
const RETRY_MS = 25;
/** How often the file is asked whether another process has changed it, while somebody watches. */
const LOOK_MS = 100;
/** How long words wait for those of other runs, to be stored with them. */
const GATHER_MS = 10;
/** Early stops kept beyond their use. */
const MAX_EARLY_STOPS = 1_000;

const SETTINGS = `
  PRAGMA journal_mode = WAL;
  PRAGMA busy_timeout = ${BUSY_MS};
  PRAGMA secure_delete = ON;
`;

const SCHEMA = `
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
    ended_at INTEGER,
    archived TEXT,
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
  CREATE TABLE IF NOT EXISTS posted (
    position INTEGER PRIMARY KEY,
    run TEXT NOT NULL,
    id TEXT NOT NULL,
    body TEXT NOT NULL,
    answer TEXT,
    UNIQUE (run, id)
  );
  CREATE TABLE IF NOT EXISTS early_stops (
    position INTEGER PRIMARY KEY,
    thread TEXT NOT NULL,
    start_key TEXT NOT NULL,
    stop TEXT NOT NULL,
    UNIQUE (thread, start_key)
  );
  CREATE TABLE IF NOT EXISTS grants (
    thread TEXT NOT NULL,
    id TEXT NOT NULL,
    data TEXT NOT NULL,
    PRIMARY KEY (thread, id)
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS runs_of_thread ON runs (thread, position);
  CREATE INDEX IF NOT EXISTS runs_with_log ON runs (ended_at) WHERE archived IS NULL AND ended_at IS NOT NULL;
  CREATE INDEX IF NOT EXISTS posted_unanswered ON posted (run) WHERE answer IS NULL;
`;

/** Columns that files of the first version lack. */
const LATER_COLUMNS = ["ended_at INTEGER", "archived TEXT"];

/**
 * Keeps the record in one file by Node's own SQLite (Node 22.13 or newer). Several processes may share the file.
 * What was stored survives a killed process. Throws when the file can't be opened, and a `TypeError` at a `durability`
 * that is none.
 */
export function createSqliteStore(options: SqliteStoreOptions): Store {
  checkDurability(options.durability);
  if (options.path !== ":memory:") mkdirSync(dirname(options.path), { recursive: true });
  const database = new DatabaseSync(options.path);
  prepareDatabase(database, options.maxBytes);
  return new SqliteStore(database, options);
}

/** A slip in a configuration must not be the weaker promise. */
function checkDurability(durability: unknown): void {
  if (durability === undefined || durability === "power" || durability === "process") return;
  throw new TypeError(`createSqliteStore takes "power" or "process" as \`durability\`, not ${JSON.stringify(durability)}.`);
}

function prepareDatabase(database: DatabaseSync, maxBytes: number | undefined): void {
  database.exec(SETTINGS);
  const columns = database.prepare("PRAGMA table_info(runs)").all();
  const missing = LATER_COLUMNS.filter((column) => !columns.some(({ name }) => column.startsWith(`${String(name)} `)));
  if (columns.length > 0) for (const column of missing) database.exec(`ALTER TABLE runs ADD COLUMN ${column}`);
  database.exec(SCHEMA);
  database.exec(`PRAGMA busy_timeout = ${BLOCKING_WAIT_MS}`);
  const pageSize = Number(database.prepare("PRAGMA page_size").get()?.["page_size"]);
  if (maxBytes !== undefined) database.exec(`PRAGMA max_page_count = ${Math.max(1, Math.floor(maxBytes / pageSize))}`);
}

type Row = Record<string, unknown>;
type Value = string | number | null;

/** A write that waits for the next transaction. */
interface Write {
  readonly work: () => unknown;
  readonly isBinding: boolean;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

class SqliteStore implements Store {
  readonly #database: DatabaseSync;
  readonly #clock: Clock;
  readonly #isPowerSafe: boolean;
  readonly #writes: Write[] = [];
  #immediate: NodeJS.Immediate | undefined;
  #gathering: NodeJS.Timeout | undefined;
  readonly #statements = new Map<string, StatementSync>();
  readonly #watchers = new Watchers();
  #cancelLook: (() => void) | null = null;
  #version = 0;
  #level: "FULL" | "NORMAL" | null = null;

  constructor(database: DatabaseSync, { clock = systemClock, durability = "power" }: SqliteStoreOptions) {
    this.#database = database;
    this.#clock = clock;
    this.#isPowerSafe = durability === "power";
    this.#setSync(false);
  }

  async createRun(run: NewRun, known?: number): Promise<CreatedRun | null> {
    const { run: id, thread, startKey, owner, leaseUntil, ...facts } = run;
    return this.#write(() => {
      const before = this.#find(thread, startKey);
      if (before !== null) return { run: before, created: false };
      if (known !== undefined && this.#count(thread) !== known) return null;
      this.#run("INSERT INTO runs (run, thread, start_key, facts, owner, lease_until) VALUES (?, ?, ?, ?, ?, ?)", [
        id,
        thread,
        startKey,
        JSON.stringify(facts),
        owner,
        leaseUntil,
      ]);
      const created = this.#find(thread, startKey);
      if (created === null) throw new Error("SQLite took the run and lost it.");
      return { run: created, created: true };
    });
  }

  #find(thread: string, startKey: string): StoredRun | null {
    return readRun(this.#get("SELECT * FROM runs WHERE thread = ? AND start_key = ?", [thread, startKey]));
  }

  #count(thread: string): number {
    return Number(this.#get("SELECT COUNT(*) AS runs FROM runs WHERE thread = ?", [thread])?.["runs"]);
  }

  async getRun(run: string): Promise<StoredRun | null> {
    return this.#try(() => readRun(this.#get("SELECT * FROM runs WHERE run = ?", [run])));
  }

  async findRun(thread: string, startKey: string): Promise<StoredRun | null> {
    return this.#try(() => this.#find(thread, startKey));
  }

  async listRuns(thread: string): Promise<readonly StoredRun[]> {
    const rows = await this.#try(() => this.#all("SELECT * FROM runs WHERE thread = ? ORDER BY position", [thread]));
    return rows.map(readRun).filter((run) => run !== null);
  }

  async append(run: string, owner: string, events: readonly UnsayEvent[], leaseUntil: number): Promise<boolean> {
    const isBinding = events.some(({ type }) => !PASSING.has(type));
    const isWritten = await this.#write(() => {
      const row = this.#get("SELECT last_seq, facts FROM runs WHERE run = ? AND owner = ?", [run, owner]);
      if (row === undefined || !this.#insert(run, row, events)) return false;
      this.#run("UPDATE runs SET lease_until = ? WHERE run = ?", [leaseUntil, run]);
      return true;
    }, isBinding);
    this.#watchers.tell(run);
    return isWritten;
  }

  async renewLease(run: string, owner: string, leaseUntil: number): Promise<boolean> {
    const renew = () => this.#run("UPDATE runs SET lease_until = ? WHERE run = ? AND owner = ?", [leaseUntil, run, owner]) === 1;
    return this.#write(renew, false);
  }

  async read(run: string, after: number): Promise<readonly UnsayEvent[]> {
    const rows = await this.#try(() => this.#all("SELECT data FROM events WHERE run = ? AND seq > ? ORDER BY seq", [run, after]));
    return rows.map(readEvent).filter((event) => event !== null);
  }

  async rewrite(run: string, events: readonly UnsayEvent[]): Promise<void> {
    await this.#write(() => {
      for (const event of events)
        this.#run("UPDATE events SET data = ? WHERE run = ? AND seq = ?", [JSON.stringify(event), run, event.seq]);
    });
    this.#watchers.tell(run);
    // What was taken out must not remain in the write-ahead log either.
    this.#database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  }

  async repair(run: string, now: number, events: readonly UnsayEvent[]): Promise<boolean> {
    const isRepaired = await this.#write(() => {
      const row = this.#get("SELECT last_seq, facts FROM runs WHERE run = ? AND ended IS NULL AND lease_until <= ?", [run, now]);
      if (row === undefined || events[0]?.seq !== Number(row["last_seq"]) + 1 || !this.#insert(run, row, events)) return false;
      this.#run("UPDATE runs SET owner = '' WHERE run = ?", [run]);
      return true;
    });
    this.#watchers.tell(run);
    return isRepaired;
  }

  async saveStop(run: string, stop: StoredStop): Promise<void> {
    await this.#write(() => this.#run("UPDATE runs SET stop = ? WHERE run = ?", [JSON.stringify(stop), run]));
  }

  async saveEarlyStop(thread: string, startKey: string, stop: string): Promise<void> {
    await this.#write(() => {
      this.#run("INSERT OR REPLACE INTO early_stops (thread, start_key, stop) VALUES (?, ?, ?)", [thread, startKey, stop]);
      this.#run("DELETE FROM early_stops WHERE position <= (SELECT max(position) FROM early_stops) - ?", [MAX_EARLY_STOPS]);
    });
  }

  async findEarlyStop(thread: string, startKey: string): Promise<string | null> {
    const row = await this.#try(() => this.#get("SELECT stop FROM early_stops WHERE thread = ? AND start_key = ?", [thread, startKey]));
    return row === undefined ? null : String(row["stop"]);
  }

  async saveCommand(run: string, id: string, fingerprint: string): Promise<void> {
    await this.#write(() => this.#run("INSERT OR IGNORE INTO commands (run, id, fingerprint) VALUES (?, ?, ?)", [run, id, fingerprint]));
  }

  async findCommand(run: string, id: string): Promise<string | null> {
    const row = await this.#try(() => this.#get("SELECT fingerprint FROM commands WHERE run = ? AND id = ?", [run, id]));
    return row === undefined ? null : String(row["fingerprint"]);
  }

  async postCommand({ run, id, body }: PostedCommand): Promise<string> {
    const row = await this.#write(() => {
      this.#run("INSERT OR IGNORE INTO posted (run, id, body) VALUES (?, ?, ?)", [run, id, body]);
      return this.#get("SELECT body, owner FROM posted JOIN runs USING (run) WHERE run = ? AND id = ?", [run, id]);
    });
    if (row === undefined) return body;
    this.#watchers.tell(String(row["owner"]));
    return String(row["body"]);
  }

  async listCommands(owner: string): Promise<readonly PostedCommand[]> {
    const rows = await this.#try(() =>
      this.#all(
        "SELECT posted.run, posted.id, posted.body FROM posted JOIN runs USING (run) WHERE answer IS NULL AND owner = ? ORDER BY posted.position",
        [owner],
      ),
    );
    return rows.map((row) => ({ run: String(row["run"]), id: String(row["id"]), body: String(row["body"]) }));
  }

  async answerCommand(run: string, id: string, answer: string): Promise<void> {
    await this.#write(() => this.#run("UPDATE posted SET answer = ? WHERE run = ? AND id = ?", [answer, run, id]));
    this.#watchers.tell(run);
  }

  async findAnswer(run: string, id: string): Promise<string | null> {
    const row = await this.#try(() => this.#get("SELECT answer FROM posted WHERE run = ? AND id = ?", [run, id]));
    return typeof row?.["answer"] === "string" ? row["answer"] : null;
  }

  async saveGrant(grant: StoredGrant): Promise<void> {
    await this.#write(() =>
      this.#run("INSERT OR REPLACE INTO grants (thread, id, data) VALUES (?, ?, ?)", [grant.thread, grant.grant, JSON.stringify(grant)]),
    );
  }

  async listGrants(thread: string): Promise<readonly StoredGrant[]> {
    const rows = await this.#try(() => this.#all("SELECT data FROM grants WHERE thread = ?", [thread]));
    return rows.map((row) => JSON.parse(String(row["data"])) as StoredGrant);
  }

  async revokeGrant(thread: string, grant: string): Promise<boolean> {
    return this.#write(() => this.#run("DELETE FROM grants WHERE thread = ? AND id = ?", [thread, grant]) === 1);
  }

  async listEnded(before: number, limit: number): Promise<readonly string[]> {
    const rows = await this.#try(() =>
      this.#all("SELECT run FROM runs WHERE ended_at < ? AND archived IS NULL ORDER BY ended_at LIMIT ?", [before, limit]),
    );
    return rows.map((row) => String(row["run"]));
  }

  async archive(run: string, message: string): Promise<void> {
    await this.#write(() => {
      if (this.#run("UPDATE runs SET archived = ? WHERE run = ? AND ended IS NOT NULL", [message, run]) === 0) return;
      for (const table of ["events", "commands", "posted"]) this.#run(`DELETE FROM ${table} WHERE run = ?`, [run]);
    });
  }

  watch(name: string, onNews: () => void): () => void {
    const unwatch = this.#watchers.add(name, onNews);
    if (this.#cancelLook === null) {
      this.#version = this.#readVersion();
      this.#cancelLook = this.#clock.after(LOOK_MS, () => this.#look());
    }
    return unwatch;
  }

  async close(): Promise<void> {
    if (this.#writes.length > 0) await this.#commit();
    this.#cancelLook?.();
    this.#statements.clear();
    if (this.#database.isOpen) this.#database.close();
  }

  /** Writes of this process are told at once; `data_version` changes with those of others. */
  #look(): void {
    this.#cancelLook = null;
    if (!this.#database.isOpen || this.#watchers.names.length === 0) return;
    const version = this.#readVersion();
    if (version !== this.#version) this.#watchers.tellAll();
    this.#version = version;
    this.#cancelLook = this.#clock.after(LOOK_MS, () => this.#look());
  }

  #readVersion(): number {
    return Number(this.#get("PRAGMA data_version", [])?.["data_version"]);
  }

  /** `false`: the numbers do not fit. */
  #insert(run: string, row: Row, events: readonly UnsayEvent[]): boolean {
    const news = newAmong(Number(row["last_seq"]), events);
    if (news === null) return false;
    for (const event of news) this.#run("INSERT INTO events (run, seq, data) VALUES (?, ?, ?)", [run, event.seq, JSON.stringify(event)]);
    const end = endAmong(news);
    const { createdAt } = JSON.parse(String(row["facts"])) as Pick<NewRun, "createdAt">;
    this.#run("UPDATE runs SET last_seq = last_seq + ?, ended = coalesce(?, ended), ended_at = coalesce(ended_at, ?) WHERE run = ?", [
      news.length,
      end === null ? null : JSON.stringify(end),
      endedAt(createdAt, news),
      run,
    ]);
    return true;
  }

  /**
   * Writes of one moment share a transaction, and with it the wait for the disk: a thousand runs store their words in
   * one. What nobody waits for lets more come. Resolves when it is committed.
   */
  #write<T>(work: () => T, isBinding = true): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#writes.push({ work, isBinding, resolve: resolve as (result: unknown) => void, reject });
      if (isBinding) this.#immediate ??= setImmediate(() => void this.#commit());
      else this.#gathering ??= setTimeout(() => void this.#commit(), GATHER_MS);
    });
  }

  async #commit(): Promise<void> {
    const writes = this.#takeWrites();
    try {
      const results = await this.#try(() => this.#transact(writes));
      for (const [index, { resolve }] of writes.entries()) resolve(results[index]);
    } catch (error) {
      // One that can't be done, as where the disk is full, must not take the others with it.
      if (writes.length === 1) writes[0]?.reject(error);
      else for (const { work, isBinding, resolve, reject } of writes) await this.#commitOne({ work, isBinding, resolve, reject });
    }
  }

  #takeWrites(): readonly Write[] {
    clearImmediate(this.#immediate);
    clearTimeout(this.#gathering);
    this.#immediate = undefined;
    this.#gathering = undefined;
    return this.#writes.splice(0);
  }

  async #commitOne(write: Write): Promise<void> {
    await this.#try(() => this.#transact([write])).then(([result]) => write.resolve(result), write.reject);
  }

  /** IMMEDIATE, so that two processes can't both read before either writes. */
  #transact(writes: readonly Write[]): readonly unknown[] {
    this.#setSync(writes.some(({ isBinding }) => isBinding));
    this.#database.exec("BEGIN IMMEDIATE");
    try {
      const results = writes.map(({ work }) => work());
      this.#database.exec("COMMIT");
      return results;
    } catch (error) {
      // A full disk has rolled it back already.
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      throw error;
    }
  }

  /** Whether a commit waits for the disk, and with it all that was written before. */
  #setSync(isBinding: boolean): void {
    const level = isBinding && this.#isPowerSafe ? "FULL" : "NORMAL";
    if (level !== this.#level) this.#database.exec(`PRAGMA synchronous = ${level}`);
    this.#level = level;
  }

  /** Tries again while another process writes, letting this one go on. */
  async #try<T>(work: () => T): Promise<T> {
    const giveUpAt = this.#clock.now() + BUSY_MS;
    for (;;) {
      try {
        return work();
      } catch (error) {
        if (!isBusy(error) || this.#clock.now() >= giveUpAt) throw error;
      }
      await new Promise<void>((resolve) => void this.#clock.after(RETRY_MS, resolve));
    }
  }

  #run(sql: string, values: readonly Value[]): number {
    return Number(this.#statement(sql).run(...values).changes);
  }

  #get(sql: string, values: readonly Value[]): Row | undefined {
    return this.#statement(sql).get(...values);
  }

  #all(sql: string, values: readonly Value[]): readonly Row[] {
    return this.#statement(sql).all(...values);
  }

  #statement(sql: string): StatementSync {
    const known = this.#statements.get(sql) ?? this.#database.prepare(sql);
    this.#statements.set(sql, known);
    return known;
  }
}

/** SQLITE_BUSY and SQLITE_LOCKED, whatever their extension. */
function isBusy(error: unknown): boolean {
  const code = (error as { readonly errcode?: unknown } | null)?.errcode;
  return typeof code === "number" && ((code & 0xff) === 5 || (code & 0xff) === 6);
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
    archived: typeof row["archived"] === "string" ? row["archived"] : null,
  };
}

function readEvent(row: Row): UnsayEvent | null {
  const parsed = parseEvent(JSON.parse(String(row["data"])));
  return parsed.ok ? parsed.event : null;
}
