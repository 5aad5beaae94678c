import { setTimeout as sleep } from "node:timers/promises";
import { allowAllUnsafe } from "../access/authorize.js";
import { serve } from "../node/index.js";
import { createUnsayServer } from "../server.js";
import { createRedisStore } from "../stores/redis.js";
import { createSqliteStore } from "../stores/sqlite.js";
import { createMailTools, createReporter } from "./kill-script.js";

/** A server in a process of its own, to be killed. Arguments: the store's file or address, the mailbox, the lease in ms. */
const [record = "", mailbox = "", leaseMs = "1000"] = process.argv.slice(2);
const store = record.startsWith("redis:") ? await createRedisStore({ url: record }) : createSqliteStore({ path: record });
const server = createUnsayServer({
  agent: createReporter(() => sleep(20)),
  tools: createMailTools(mailbox),
  authorize: allowAllUnsafe,
  store,
  leaseMs: Number(leaseMs),
  undoWindowMs: 0,
  minToolLeadMs: 0,
});
const served = await serve({ fetch: server.fetch });
process.stdout.write(`${served.url}\n`);
