import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import { systemClock, type Clock } from "@unsay/core";
import { allowAllUnsafe, createMemoryStore, createUnsayServer, type Agent, type Store } from "@unsay/server";
import { toNodeHandler } from "@unsay/server/node";
import { UsageError, type Pace } from "./arguments.ts";
import { createConnectionBreaker } from "./connection-breaker.ts";
import { createModelAgent } from "./model/model-agent.ts";
import { createReplay, type Replay } from "./replay/replay.ts";
import { createDemoTools, createScriptedAgent, createToolLog, scenarios, type Scenario } from "./scenarios/index.ts";

export interface AppOptions {
  /** Where `playground.sqlite` is kept; `null` keeps nothing. `UNSAY_REDIS_URL` in the environment goes before it. */
  readonly dataFolder: string | null;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly replay: { readonly path: string; readonly pace: Pace } | null;
  readonly allowedHosts?: readonly string[];
  readonly clock?: Clock;
}

export interface App {
  /** Answers everything below `/api`. */
  readonly fetch: (request: Request) => Promise<Response>;
  readonly handle: (request: IncomingMessage, response: ServerResponse) => void;
  /** Ends what is live, and closes the record. */
  readonly close: () => Promise<void>;
}

/** A run whose producer died is ended this soon after, so that a reload after a crash need not wait long. */
const LEASE_MS = 3_000;

/** The playground's server without its port: the kit's own server, its agents, and two lists for the page and its tests. */
export async function createApp(options: AppOptions): Promise<App> {
  const clock = options.clock ?? systemClock;
  const store = await openStore(options);
  const breaker = createConnectionBreaker();
  const toolLog = createToolLog();
  const replay = options.replay === null ? null : await createReplay(options.replay.path, options.replay.pace);
  const scripted = createScriptedAgent({ clock, cutConnection: (run) => breaker.cut(run) });
  const model = await createModelAgent(options.environment);
  const server = createUnsayServer({
    basePath: "/api",
    store,
    clock,
    // The playground listens on this machine only, and checks the host it is called by.
    authorize: allowAllUnsafe,
    ...(options.allowedHosts === undefined ? {} : { allowedHosts: options.allowedHosts }),
    leaseMs: LEASE_MS,
    tools: createDemoTools(toolLog),
    agent: chooseAgent(scripted, replay, model),
  });

  async function answer(request: Request): Promise<Response> {
    switch (`${request.method} ${new URL(request.url).pathname}`) {
      case "GET /api/scenarios":
        return json([...(replay?.scenarios ?? []), ...scenarios.map(describeScenario)]);
      case "GET /api/tools/log":
        return json(toolLog.entries);
      default: {
        const response = await server.fetch(request);
        return breaker.guard(response, response.headers.get("x-unsay-run"));
      }
    }
  }

  return {
    fetch: answer,
    handle: toNodeHandler(answer),
    async close() {
      await server.close();
      await replay?.close();
      await store.close();
    },
  };
}

/** What was picked from the list wins; then a recording that was asked for, then a model, then the script. */
function chooseAgent(scripted: Agent, replay: Replay | null, model: Agent | null): Agent {
  return (run) => {
    const picked = run.labels["scenario"];
    if (picked !== undefined && scenarios.some((scenario) => scenario.id === picked)) return scripted(run);
    return (replay?.agent ?? model ?? scripted)(run);
  };
}

function describeScenario({ id, title, description, prompt, keywords }: Scenario): Omit<Scenario, "play"> {
  return { id, title, description, prompt, keywords };
}

function json(body: unknown): Response {
  return Response.json(body, { headers: { "cache-control": "no-store" } });
}

function openStore({ dataFolder, environment }: AppOptions): Promise<Store> {
  const redisUrl = environment["UNSAY_REDIS_URL"] ?? "";
  return redisUrl === "" ? openFile(dataFolder) : openRedis(redisUrl);
}

/** Throws a `UsageError`: who asks for Redis is not helped by a server that forgets. */
async function openRedis(url: string): Promise<Store> {
  try {
    const { createRedisStore } = await import("@unsay/server/redis");
    return await createRedisStore({ url });
  } catch (error) {
    const reason = error instanceof Error && error.message !== "" ? error.message : String(error);
    throw new UsageError(
      `UNSAY_REDIS_URL names a Redis that can't be reached (${reason}). Start it, correct the address, or leave it out to use a file.`,
    );
  }
}

async function openFile(folder: string | null): Promise<Store> {
  if (folder === null) return createMemoryStore();
  try {
    const { createSqliteStore } = await import("@unsay/server/sqlite");
    return createSqliteStore({ path: join(folder, "playground.sqlite") });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    process.stderr.write(
      `Threads are kept in memory only, since SQLite can't be used (${reason}). Use Node 24, and set UNSAY_DATA to a folder that can be written.\n`,
    );
    return createMemoryStore();
  }
}
