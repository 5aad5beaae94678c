import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createMemoryStore } from "../stores/memory.js";
import { createRedisStore } from "../stores/redis.js";
import { createSqliteStore } from "../stores/sqlite.js";
import type { Store } from "../stores/store.js";
import { hasRedis, startRedis, type RedisServer } from "./redis-server.js";

/** One record that any number of processes share, each through a store of its own. */
export interface SharedRecord {
  readonly open: () => Promise<Store>;
}

/** Records of one kind for the tests of a file. `close` closes every store, and then what they stood on. */
export interface RecordKind {
  readonly name: "memory" | "sqlite" | "redis";
  readonly create: () => Promise<SharedRecord>;
  readonly close: () => Promise<void>;
}

/** The kinds that this machine has. */
export function createRecordKinds(): readonly RecordKind[] {
  return [createMemoryKind(), createSqliteKind(), ...(hasRedis ? [createRedisKind()] : [])];
}

/** Always there. */
export function createMemoryKind(): RecordKind {
  return {
    name: "memory",
    async create() {
      const store = createMemoryStore();
      return { open: async () => store };
    },
    close: async () => {},
  };
}

function createSqliteKind(): RecordKind {
  const folder = mkdtempSync(join(tmpdir(), "unsay-records-"));
  const opened: Store[] = [];
  let files = 0;
  return {
    name: "sqlite",
    async create() {
      const path = join(folder, `${(files += 1)}.sqlite`);
      return { open: async () => keep(opened, createSqliteStore({ path })) };
    },
    async close() {
      await Promise.all(opened.map((store) => store.close()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function createRedisKind(): RecordKind {
  const opened: Store[] = [];
  let server: Promise<RedisServer> | null = null;
  let prefixes = 0;
  return {
    name: "redis",
    async create() {
      const { url } = await (server ??= startRedis());
      const prefix = `record-${(prefixes += 1)}:`;
      return { open: async () => keep(opened, await createRedisStore({ url, prefix })) };
    },
    async close() {
      await Promise.all(opened.map((store) => store.close()));
      await (await server)?.stop();
    },
  };
}

function keep(opened: Store[], store: Store): Store {
  opened.push(store);
  return store;
}
