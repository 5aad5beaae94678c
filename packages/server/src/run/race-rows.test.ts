import { connect } from "node:net";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { AssistantMessage, Message } from "@unsay/core";
import type { EventOf, UnsayEvent } from "@unsay/core/protocol";
import { createFakeClock, createRandom, type FakeClock } from "@unsay/core/testing";
import { allowAllUnsafe } from "../access/authorize.js";
import type { Agent } from "../agents/agent.js";
import { createUnsayServer, type UnsayServer } from "../server.js";
import { createMemoryStore } from "../stores/memory.js";
import type { Store } from "../stores/store.js";
import { reportFigure } from "../testing/figures.js";
import { realClock } from "../testing/real-clock.js";
import { createTestServer, startCommand, stopCommand, type TestServer } from "../testing/test-server.js";
import { closeLater, closeServers, decision, find, untilAsked } from "../testing/tool-bench.js";
import { wrapStore } from "../testing/wrap-store.js";
import type { ToolSet } from "../tool-call/tool.js";

/** Races of each row; `UNSAY_RACES=5000` for more, `UNSAY_SEED=42 UNSAY_RACES=1` for one. */
const RACES = Number(process.env["UNSAY_RACES"] ?? 500);
const FIRST_SEED = Number(process.env["UNSAY_SEED"] ?? 1);
/** How far apart the two are that race, at most: as far as a person and a network can make them. */
const SPREAD_MS = 20;

vi.setConfig({ testTimeout: 60_000 + RACES * 100 });
afterEach(closeServers);

/** A store that takes its time, so that the racers also meet in the middle of a write. A stop is kept as it is accepted. */
function createSlowStore(clock: FakeClock, random: () => number, onStop: () => void): Store {
  const inner = createMemoryStore();
  return wrapStore(inner, {
    async append(...args: Parameters<Store["append"]>) {
      await new Promise<void>((resolve) => void clock.after(Math.floor(random() * 8), resolve));
      return inner.append(...args);
    },
    async saveStop(...args: Parameters<Store["saveStop"]>) {
      onStop();
      return inner.saveStop(...args);
    },
  });
}

interface Track {
  readonly clock: FakeClock;
  readonly random: () => number;
  readonly server: UnsayServer;
  readonly store: Store;
  /** What happened in which order: a tool was entered, a stop was accepted. */
  readonly moments: ("entered" | "stopped")[];
  /** A moment around `at`, as near as the racers get to each other. */
  readonly around: (at: number) => number;
}

function createTrack(
  seed: number,
  agent: (clock: FakeClock) => Agent,
  tools: (clock: FakeClock, moments: Track["moments"]) => ToolSet = () => ({}),
): Track {
  const random = createRandom(seed);
  const clock = createFakeClock();
  const moments: Track["moments"] = [];
  const store = createSlowStore(clock, random, () => moments.push("stopped"));
  const common = { authorize: allowAllUnsafe, log: () => {}, settleMs: 200, undoWindowMs: 0, minToolLeadMs: 0 };
  const server = createUnsayServer({ ...common, clock, store, agent: agent(clock), tools: tools(clock, moments) });
  return { clock, random, server, store, moments, around: (at) => at + Math.round((random() * 2 - 1) * SPREAD_MS) };
}

const wait = (clock: FakeClock, ms: number) => new Promise<void>((resolve) => void clock.after(ms, resolve));

function post(server: UnsayServer, path: string, body: unknown): Promise<Response> {
  const headers = { "content-type": "application/json" };
  return server.fetch(new Request(`http://localhost${path}`, { method: "POST", headers, body: JSON.stringify(body) }));
}

async function start({ server, clock }: Track, change: Record<string, unknown> = {}): Promise<string> {
  const starting = post(server, "/threads/t1/runs", startCommand(change));
  await clock.advance(10);
  return (await starting).headers.get("x-unsay-run") ?? "";
}

/** Does each at its time; resolves with the answers when all is over. */
async function race<T>(track: Track, racers: readonly (readonly [at: number, act: () => Promise<T>])[]): Promise<readonly T[]> {
  const answers = racers.map(
    ([at, act]) => new Promise<T>((resolve) => void track.clock.after(Math.max(0, at - track.clock.now()), () => void act().then(resolve))),
  );
  await track.clock.advance(3_000);
  return Promise.all(answers);
}

async function answerTo(server: UnsayServer, index: number): Promise<AssistantMessage> {
  const { messages } = (await (await server.fetch(new Request("http://localhost/threads/t1/messages"))).json()) as { messages: Message[] };
  const answer = messages.filter((message) => message.role === "assistant")[index];
  if (answer === undefined) throw new Error("There is no answer.");
  return answer;
}

/** Tells every seed's race and counts how they ended; each way must have been met. */
async function runAll(name: string, ways: readonly string[], run: (seed: number) => Promise<string>): Promise<void> {
  const tally = new Map(ways.map((way) => [way, 0]));
  for (let seed = FIRST_SEED; seed < FIRST_SEED + RACES; seed += 1) {
    const way = await run(seed);
    tally.set(way, (tally.get(way) ?? 0) + 1);
  }
  reportFigure(name, `${RACES} seeds from ${FIRST_SEED}: ${[...tally].map(([way, count]) => `${count} ${way}`).join(", ")}`);
  expect([...tally.keys()]).toEqual(ways);
  if (RACES >= 100) expect(Math.min(...tally.values())).toBeGreaterThan(0);
}

describe("row 46: a stop that races the end", () => {
  it("comes before it and is acknowledged, or finds the answer complete, and everybody hears the same", async () => {
    await runAll("row 46, stop races finish", ["complete", "stopped"], async (seed) => {
      const track = createTrack(seed, (clock) => async (run) => {
        run.text("Short.");
        await wait(clock, 60);
      });
      const run = await start(track);
      const [response] = await race(track, [[track.around(60), () => post(track.server, `/runs/${run}/commands`, stopCommand({ run }))]]);
      const events = await track.store.read(run, 0);
      const [end] = find(events, "run.end");
      const acks = find(events, "stop.ack");
      const answer = await answerTo(track.server, 0);
      expect(response?.status, `seed ${seed}`).toBe(202);
      expect(answer.status, `seed ${seed}`).toBe(end?.outcome);
      if (end?.outcome === "complete") expect(acks, `seed ${seed}`).toEqual([]);
      else expect([end, acks.length], `seed ${seed}`).toMatchObject([{ cause: "stopped" }, 1]);
      return end?.outcome === "complete" ? "complete" : "stopped";
    });
  });
});

/** The signature under a question is made in a thread of its own, which takes no time of the test's. */
async function untilOnRecord({ clock, store }: Track, run: string): Promise<EventOf<"approval.request">> {
  for (;;) {
    await clock.advance(5);
    const [asked] = find(await store.read(run, 0), "approval.request");
    if (asked !== undefined) return asked;
  }
}

const afterStop = ({ moments }: Track) => (moments.includes("stopped") ? moments.slice(moments.indexOf("stopped")) : []);

describe("row 48: an approval that races a stop", () => {
  it("runs nothing when the stop is first, and is told what became of it when not", async () => {
    await runAll("row 48, approve races stop", ["cancelled", "ran", "approved and not run"], async (seed) => {
      const delivered: string[] = [];
      const track = createTrack(
        seed,
        () => async (run) => void (await run.callTool("pay", {}, { call: "call" })),
        (clock, moments) => ({
          pay: {
            async execute(_args, { callKey }) {
              moments.push("entered");
              await wait(clock, 15);
              delivered.push(callKey);
              return "paid";
            },
          },
        }),
      );
      const run = await start(track);
      const asked = await untilOnRecord(track, run);
      const at = track.clock.now() + 40;
      const path = `/runs/${run}/commands`;
      const [approved] = await race(track, [
        [track.around(at), () => post(track.server, path, decision(asked))],
        [track.around(at), () => post(track.server, path, stopCommand({ run }))],
      ]);
      const events = await track.store.read(run, 0);
      const [decided] = find(events, "approval.decision");
      const [ack] = find(events, "stop.ack");
      const word = decided?.items[0]?.decision;
      const [call] = (await answerTo(track.server, 0)).calls;
      expect(approved?.status, `seed ${seed}`).toBe(word === "approved" ? 202 : 409);
      expect(
        find(events, "tool.start").filter(({ seq }) => (seq ?? 0) > (ack?.atSeq ?? Infinity)),
        `seed ${seed}`,
      ).toEqual([]);
      expect(afterStop(track), `seed ${seed}`).not.toContain("entered");
      expect(track.moments.filter((moment) => moment === "entered").length, `seed ${seed}`).toBe(delivered.length);
      expect(delivered.length, `seed ${seed}`).toBe(call?.status === "succeeded" ? 1 : 0);
      if (word !== "approved") expect(["cancelled", "cancelled"], `seed ${seed}`).toEqual([word, call?.status]);
      if (word !== "approved") return "cancelled";
      return delivered.length === 1 ? "ran" : "approved and not run";
    });
  });
});

describe("row 49: a redirect that races a tool's result", () => {
  it("leaves the result with the answer that asked for it, keeps its receipt, and begins after it", async () => {
    await runAll("row 49, redirect races tool result", ["done before", "done after", "not done"], async (seed) => {
      const delivered: number[] = [];
      const told: (readonly Message[])[] = [];
      const track = createTrack(
        seed,
        () => async (run) => {
          told.push(run.messages);
          if (run.input === "Hello") await run.callTool("mail", {}, { call: "call" });
          run.text("Done.");
        },
        (clock) => ({
          mail: {
            effect: "write",
            execute: async (_args, { signal }) => {
              await wait(clock, 50);
              if (signal.aborted && seed % 3 === 0) throw new Error("Told to stop.");
              delivered.push(clock.now());
              return "posted";
            },
          },
        }),
      );
      const run = await start(track, { answer: "first" });
      const change = startCommand({ answer: "second", redirects: "first", message: { id: "u2", text: "Instead" } });
      const at = track.around(65);
      const [response] = await race(track, [[at, () => post(track.server, "/threads/t1/runs", change)]]);
      const [events, later] = [await track.store.read(run, 0), await track.store.read(response?.headers.get("x-unsay-run") ?? "", 0)];
      const [end] = find(events, "run.end");
      const told2 = told[1]?.find((message): message is AssistantMessage => message.role === "assistant");
      const receipts = find(events, "receipt").filter(({ outcome }) => outcome === "succeeded").length;
      expect(receipts, `seed ${seed}`).toBe(delivered.length);
      expect(
        later.filter(({ type }) => type.startsWith("tool.") || type === "receipt"),
        `seed ${seed}`,
      ).toEqual([]);
      expect(told2?.receipts.filter(({ outcome }) => outcome === "succeeded").length, `seed ${seed}`).toBe(receipts);
      expect(find(later, "run.end"), `seed ${seed}`).toMatchObject([{ outcome: "complete" }]);
      expect((await answerTo(track.server, 0)).status, `seed ${seed}`).toBe(end?.outcome);
      if (delivered.length === 0) return "not done";
      return (delivered[0] ?? 0) <= at ? "done before" : "done after";
    });
  });
});

describe("row 50: an approval whose acknowledgement is lost", () => {
  it("is decided once, asked about once and run once, however often it is sent", async () => {
    let ran = 0;
    const server = closeLater(
      await createTestServer({
        agent: async (run) => void (await run.callTool("pay", { thread: run.thread })),
        tools: { pay: { execute: () => (ran += 1) } },
        store: createLazyStore(),
        clock: realClock,
      }),
    );
    let lost = 0;
    for (let seed = FIRST_SEED; seed < FIRST_SEED + RACES; seed += 1) {
      const random = createRandom(seed);
      const thread = `thread-${seed}`;
      const stream = await server.start({}, thread);
      const asked = await untilAsked(stream);
      const body = JSON.stringify(decision(asked));
      if (!(await sendAndHangUp(server, `/runs/${stream.run}/commands`, body, random() * 3))) lost += 1;
      expect((await server.post(`/runs/${stream.run}/commands`, body)).status, `seed ${seed}`).toBe(202);
      const events: readonly UnsayEvent[] = await stream.all();
      expect([find(events, "approval.request").length, find(events, "approval.decision").length], `seed ${seed}`).toEqual([1, 1]);
      expect(ran, `seed ${seed}`).toBe(seed - FIRST_SEED + 1);
    }
    reportFigure("row 50, acknowledgement lost", `${RACES} seeds from ${FIRST_SEED}: ${lost} never heard of, ${ran} run once each`);
    expect(lost).toBeGreaterThan(0);
  });
});

/** Takes a moment of the real time for each write. */
function createLazyStore(): Store {
  const inner = createMemoryStore();
  return wrapStore(inner, {
    async append(...args: Parameters<Store["append"]>) {
      await new Promise<void>((resolve) => void realClock.after(1, resolve));
      return inner.append(...args);
    },
  });
}

/** Hangs up after so long; `true` where an answer had come by then. */
async function sendAndHangUp({ url }: TestServer, path: string, body: string, ms: number): Promise<boolean> {
  const { port } = new URL(url);
  const socket = connect({ port: Number(port), host: "127.0.0.1" });
  let heard = "";
  socket.on("error", () => {});
  socket.on("data", (bytes) => (heard += String(bytes)));
  const head = `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}`;
  socket.write(`${head}\r\n\r\n${body}`);
  await new Promise<void>((resolve) => void realClock.after(ms, resolve));
  socket.resetAndDestroy();
  return heard.includes("202");
}
