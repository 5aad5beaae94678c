import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { allowAllUnsafe } from "../access/authorize.js";
import type { Agent } from "../agents/agent.js";
import { consoleLog } from "../log.js";
import { serve } from "../node/index.js";
import { createUnsayServer } from "../server.js";
import { createMemoryStore } from "../stores/memory.js";
import { createSqliteStore } from "../stores/sqlite.js";
import { FLOOD, monotonicMs, type LoadOptions, type ServerFigures } from "./load.js";

/** The server of the load benchmark, in a process of its own. Argument: `LoadOptions` as JSON. */
const options = JSON.parse(process.argv[2] ?? "{}") as LoadOptions;

/** Says each token when it is due, and when that was: a loop that falls behind can't hide it. */
const speak: Agent = async (run) => {
  const startedAt = monotonicMs();
  for (let index = 0; index < options.tokens; index += 1) {
    const dueAt = startedAt + (index * 1_000) / options.tokensPerSecond;
    const waitMs = dueAt - monotonicMs();
    if (waitMs > 0) await sleep(waitMs);
    run.text(`${dueAt.toFixed(2)} `);
  }
};

/** Far more than the sockets of those who do not read can take. */
const flood: Agent = async (run) => {
  for (let index = 0; index < FLOOD_PARAGRAPHS; index += 1) {
    run.text(PARAGRAPH);
    if (index % 20 === 0) await sleep(50);
  }
};
const FLOOD_PARAGRAPHS = 2_000;
const PARAGRAPH = "All work and no play makes a slow reader. ".repeat(400);

const agent: Agent = (run) => (run.input === FLOOD ? flood(run) : speak(run));

const store = options.file === null ? createMemoryStore() : createSqliteStore({ path: options.file });
const server = createUnsayServer({ agent, store, authorize: allowAllUnsafe, log: consoleLog });
const served = await serve({ fetch: server.fetch });

const sockets = new Set<Socket>();
served.server.on("connection", (socket) => {
  sockets.add(socket);
  socket.once("close", () => sockets.delete(socket));
});

const figures = { rssBytes: 0, bufferedBytes: 0, cpuMs: 0 } satisfies ServerFigures;
const sampling = setInterval(() => {
  figures.rssBytes = Math.max(figures.rssBytes, process.memoryUsage.rss());
  for (const { writableLength } of sockets) figures.bufferedBytes = Math.max(figures.bufferedBytes, writableLength);
}, 100);

process.once("message", () => {
  clearInterval(sampling);
  figures.cpuMs = process.cpuUsage().user / 1_000 + process.cpuUsage().system / 1_000;
  process.send?.(figures, undefined, undefined, () => process.exit(0));
});
process.send?.(served.url);
