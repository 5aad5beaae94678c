import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createEventFactory, type EventPayload } from "@unsay/core/protocol";
import { createSqliteStore, type SqliteStoreOptions } from "./sqlite.js";
import type { NewRun, Store } from "./store.js";

const folder = mkdtempSync(join(tmpdir(), "unsay-sqlite-"));
let files = 0;
const newFile = () => join(folder, `${(files += 1)}.sqlite`);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** By its number SQLite says whether a commit waits for the disk. */
const LEVELS = new Map<unknown, string>([
  [1, "NORMAL"],
  [2, "FULL"],
]);
/** What `PRAGMA synchronous` was on the real connection at each commit. */
const commits: (string | undefined)[] = [];

beforeEach(() => {
  commits.splice(0);
  const exec = Reflect.get<DatabaseSync, "exec">(DatabaseSync.prototype, "exec");
  vi.spyOn(DatabaseSync.prototype, "exec").mockImplementation(function (this: DatabaseSync, sql: string) {
    if (sql === "COMMIT") commits.push(LEVELS.get(this.prepare("PRAGMA synchronous").get()?.["synchronous"]));
    exec.call(this, sql);
  });
});
afterEach(() => void vi.restoreAllMocks());

const RUN: NewRun = {
  run: "r1",
  thread: "t1",
  message: "a1",
  startKey: "k1",
  client: "c1",
  mode: "new",
  user: null,
  parent: null,
  redirects: null,
  labels: {},
  createdAt: 1_000,
  owner: "me",
  leaseUntil: 2_000,
};

const WORDS: EventPayload = { type: "span.append", part: "p1", span: "s1", text: "one " };
const RECEIPT: EventPayload = { type: "receipt", receipt: "x1", call: "c1", outcome: "succeeded", summary: "Sent", doneAt: 1_000 };

function append(store: Store, payload: EventPayload, seq: number): Promise<boolean> {
  const event = createEventFactory({ thread: "t1", run: "r1", message: "a1" }, seq).make(payload, { t: 5 });
  return store.append("r1", "me", [event], 2_000);
}

/** The level at which each of these was committed, one after the other. */
async function levelsOf(durability: Pick<SqliteStoreOptions, "durability">): Promise<Record<string, string | undefined>> {
  const store = createSqliteStore({ path: newFile(), ...durability });
  const acts = {
    start: () => store.createRun(RUN),
    words: () => append(store, WORDS, 1),
    receipt: () => append(store, RECEIPT, 2),
    "more words": () => append(store, WORDS, 3),
    lease: () => store.renewLease("r1", "me", 3_000),
    command: () => store.saveCommand("r1", "stop-1", "stop"),
  };
  for (const act of Object.values(acts)) await act();
  await store.close();
  expect(commits).toHaveLength(Object.keys(acts).length);
  return Object.fromEntries(Object.keys(acts).map((name, index) => [name, commits[index]]));
}

describe("the durability of a SQLite file", () => {
  const POWER = { start: "FULL", words: "NORMAL", receipt: "FULL", "more words": "NORMAL", lease: "NORMAL", command: "FULL" };

  it("makes what binds wait for the disk unless told otherwise, and words not", async () => {
    expect(await levelsOf({})).toEqual(POWER);
    commits.splice(0);
    expect(await levelsOf({ durability: "power" })).toEqual(POWER);
  });

  it("makes nothing wait for the disk where only a killed process is feared", async () => {
    const levels = await levelsOf({ durability: "process" });
    expect(new Set(Object.values(levels))).toEqual(new Set(["NORMAL"]));
  });

  it("waits for the disk for words that share a commit with what binds", async () => {
    const store = createSqliteStore({ path: newFile() });
    await store.createRun(RUN);
    await Promise.all([append(store, WORDS, 1), store.saveCommand("r1", "stop-1", "stop")]);
    await store.close();
    expect(commits).toEqual(["FULL", "FULL"]);
  });

  it.each(["pwoer", "", null, true])("is no guess: %j is an error that names both, and no file is made", (durability) => {
    const path = newFile();
    const open = () => createSqliteStore({ path, durability: durability as "power" });
    expect(open).toThrow(/"power" or "process" as `durability`, not /u);
    expect(existsSync(path)).toBe(false);
  });
});
