import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { textOf } from "@unsay/core";
import type { UnsayEvent } from "@unsay/core/protocol";
import { createRandom } from "@unsay/core/testing";
import { createRedisStore } from "./stores/redis.js";
import { createSqliteStore } from "./stores/sqlite.js";
import type { Store } from "./stores/store.js";
import { createMailTools, createReporter, WHOLE_TEXT } from "./testing/kill-script.js";
import { realClock } from "./testing/real-clock.js";
import { hasRedis, startRedis, type RedisServer } from "./testing/redis-server.js";
import { createTestServer, startCommand, subscribe, type Subscription, type TestServer } from "./testing/test-server.js";
import { reportFigure } from "./testing/figures.js";

const SOURCE = fileURLToPath(new URL("testing/from-source.mjs", import.meta.url));
const PROCESS = fileURLToPath(new URL("testing/server-process.ts", import.meta.url));
/** Moments of each store; `UNSAY_KILLS=500` for more. */
const KILLS = Number(process.env["UNSAY_KILLS"] ?? 50);
/** Runs of one process, begun one after the other, so that one kill meets each at another moment. */
const RUNS = 5;
const LEASE_MS = 1_000;
const SEED = Number(process.env["UNSAY_SEED"] ?? 20_261);

const folder = mkdtempSync(join(tmpdir(), "unsay-killed-"));
const children: ChildProcess[] = [];
const servers: TestServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
  for (const child of children.splice(0)) child.kill("SIGKILL");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const wait = (ms: number) => new Promise<void>((resolve) => void realClock.after(ms, resolve));

async function startProcess(record: string, mailbox: string): Promise<{ readonly url: string; readonly child: ChildProcess }> {
  const child = spawn(
    process.execPath,
    ["--conditions=@unsay/source", "--disable-warning=ExperimentalWarning", "--import", SOURCE, PROCESS, record, mailbox, String(LEASE_MS)],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  children.push(child);
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  return { url: String(line).trim(), child };
}

async function startRun(url: string, thread: string): Promise<Subscription> {
  const headers = { "content-type": "application/json" };
  return subscribe(
    await fetch(`${url}/threads/${thread}/runs`, { method: "POST", headers, body: JSON.stringify(startCommand({ thread })) }),
  );
}

interface Tally {
  complete: number;
  orphaned: number;
  receipts: number;
  unknown: number;
  posted: number;
}

/** What a run that may have been cut says of itself, checked against what its reader had seen and the mailbox got. */
async function checkRun(
  server: TestServer,
  store: Store,
  seen: Subscription,
  thread: string,
  posted: readonly string[],
  tally: Tally,
): Promise<void> {
  const [, answer] = await server.messages(thread);
  if (answer?.role !== "assistant") throw new Error("The answer is lost.");
  const events = await store.read(seen.run, 0);
  expect(events.map((event) => event.seq)).toEqual(events.map((_, index) => index + 1));
  expect(events.filter((event) => event.type === "run.end")).toHaveLength(1);
  if (answer.status === "complete") expect(textOf(answer)).toBe(WHOLE_TEXT);
  else expect(answer).toMatchObject({ status: "truncated", cause: "orphaned", stated: true });
  expect(WHOLE_TEXT.startsWith(textOf(answer))).toBe(true);

  const receipts = callsOf(events, "receipt");
  expect(receipts).toEqual(expect.arrayContaining([...callsOf(seen.events, "receipt")]));
  const unknown = events.flatMap((event) => (event.type === "tool.result" && event.result === "unknown" ? [event.call] : []));
  const keys = new Map(events.flatMap((event) => (event.type === "tool.start" ? [[event.callKey, event.call] as const] : [])));
  const postedCalls = posted.map((key) => keys.get(key));
  expect(new Set(posted).size).toBe(posted.length);
  // Each mail has a receipt or an open word about it, and no receipt lacks its mail.
  expect(postedCalls.filter((call) => call === undefined || !(receipts.includes(call) || unknown.includes(call)))).toEqual([]);
  expect(receipts.filter((call) => !postedCalls.includes(call))).toEqual([]);
  tally[answer.status === "complete" ? "complete" : "orphaned"] += 1;
  tally.receipts += receipts.length;
  tally.unknown += unknown.length;
  tally.posted += posted.length;

  const last = seen.events.at(-1)?.seq ?? 0;
  const rest = await server.events(seen.run, last);
  expect([200, 204, 410]).toContain(rest.status);
  if (rest.status === 200) expect(await subscribe(rest).all()).toEqual(events.slice(last));
}

function describeTally(tally: Tally): string {
  return Object.entries(tally)
    .map(([word, count]) => `${count} ${word}`)
    .join(", ");
}

function callsOf(events: readonly UnsayEvent[], type: "receipt"): readonly string[] {
  return events.flatMap((event) => (event.type === type && event.outcome === "succeeded" ? [event.call] : []));
}

interface Kind {
  readonly name: string;
  readonly prepare: () => Promise<{ readonly record: string; readonly open: () => Promise<Store>; readonly close: () => Promise<void> }>;
}

const KINDS: readonly Kind[] = [
  {
    name: "sqlite",
    prepare: async () => {
      const record = join(folder, "killed.sqlite");
      return { record, open: async () => createSqliteStore({ path: record }), close: async () => {} };
    },
  },
  ...(hasRedis
    ? [
        {
          name: "redis",
          prepare: async () => {
            const redis: RedisServer = await startRedis();
            return { record: redis.url, open: () => createRedisStore({ url: redis.url }), close: () => redis.stop() };
          },
        },
      ]
    : []),
];

describe.each(KINDS)("row 36, r19-crash: a process that is killed ($name)", ({ name, prepare }) => {
  it(`leaves ${KILLS} runs whole or orphaned, and loses no receipt`, { timeout: 60_000 + KILLS * 4_000 }, async () => {
    const { record, open, close } = await prepare();
    const random = createRandom(SEED);
    const tally: Tally = { complete: 0, orphaned: 0, receipts: 0, unknown: 0, posted: 0 };
    for (let round = 0; round * RUNS < KILLS; round += 1) {
      const mailbox = join(folder, `${name}-${round}.mails`);
      const { url, child } = await startProcess(record, mailbox);
      const streams: Subscription[] = [];
      for (let index = 0; index < RUNS; index += 1) {
        streams.push(await startRun(url, `${name}-${round}-${index}`));
        await wait(random() * 250);
      }
      await wait(random() * 300);
      child.kill("SIGKILL");
      await Promise.all(streams.map((stream) => stream.all()));
      await wait(LEASE_MS + 100);

      const store = await open();
      const server = await createTestServer({ agent: async () => {}, store, clock: realClock });
      servers.push(server);
      const mails = existsSync(mailbox) ? readFileSync(mailbox, "utf8").trim().split("\n").filter(Boolean) : [];
      for (const [index, stream] of streams.entries()) {
        const posted = mails.map((line) => line.split(" ")).filter(([run]) => run === stream.run);
        await checkRun(
          server,
          store,
          stream,
          `${name}-${round}-${index}`,
          posted.map(([, key = ""]) => key),
          tally,
        );
      }
      await server.close();
      servers.splice(0);
      await store.close();
    }
    reportFigure(`r19-crash, SIGKILL on ${name}`, `${KILLS} moments (seed ${SEED}): ${describeTally(tally)}, 0 receipts lost`);
    expect(tally.orphaned).toBeGreaterThan(0);
    await close();
  });
});

describe("r1-refresh: a socket that is cut after each event of a run of 60 and more", () => {
  it("gives each event once, whatever the moment", async () => {
    const mailbox = join(folder, "refresh.mails");
    const agent = createReporter(() => new Promise((resolve) => setImmediate(resolve)));
    const server = await createTestServer({ agent, tools: createMailTools(mailbox), undoWindowMs: 0, minToolLeadMs: 0, clock: realClock });
    servers.push(server);
    const length = (await (await server.start()).all()).length;
    expect(length).toBeGreaterThan(60);
    for (let cut = 1; cut < length; cut += 1) {
      const first = await server.start({}, `cut-${cut}`);
      await first.until((event) => (event.seq ?? 0) >= cut);
      const had = first.events.filter((event) => (event.seq ?? 0) <= cut);
      await first.leave();
      const rest = await (await server.follow(first.run, cut)).all();
      const all = [...had, ...rest].filter((event) => event.seq !== null);
      expect(all.map((event) => event.seq)).toEqual(Array.from({ length }, (_, index) => index + 1));
      const [, answer] = await server.messages(`cut-${cut}`);
      expect(answer).toMatchObject({ status: "complete" });
    }
    reportFigure("r1-refresh, socket cut after each event", `${length - 1} cuts of a run of ${length} events: each event once`);
  });
});
