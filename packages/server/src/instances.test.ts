import { afterAll, afterEach, describe, expect, it } from "vitest";
import { createSession, createUnsayTransport, textOf, type AssistantMessage, type Session } from "@unsay/core";
import type { UnsayEvent } from "@unsay/core/protocol";
import { createFakeClock, createRandom, type FakeClock } from "@unsay/core/testing";
import type { Agent } from "./agents/agent.js";
import { realClock } from "./testing/real-clock.js";
import { createRecordKinds, type SharedRecord } from "./testing/shared-stores.js";
import { createTestServer, startCommand, stopCommand, subscribe, type TestServer } from "./testing/test-server.js";
import { reportFigure } from "./testing/figures.js";
import { takeTime } from "./testing/taken-time.js";

const kinds = createRecordKinds();
const servers: TestServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});
afterAll(() => Promise.all(kinds.map((kind) => kind.close())));

const tools = {
  send: { effect: "irreversible", execute: async () => "sent", receipt: () => ({ summary: "Sent" }) },
} as const;

/** Speaks a word every `ms` until stopped, `count` words in all. */
function createTalker(ms: number, count: number, clock: FakeClock = realClock): Agent {
  return async (run) => {
    for (let word = 0; word < count && !run.signal.aborted; word += 1) {
      run.text(`w${word} `);
      await new Promise<void>((resolve) => void clock.after(ms, resolve));
    }
  };
}

async function openServer(record: SharedRecord, options: Partial<Parameters<typeof createTestServer>[0]> = {}): Promise<TestServer> {
  const server = await createTestServer({
    agent: createTalker(10, 1_000),
    tools,
    secret: "shared",
    clock: realClock,
    minToolLeadMs: 0,
    ...options,
    store: await record.open(),
  });
  servers.push(server);
  return server;
}

const endOf = (events: readonly UnsayEvent[]) => events.find((event) => event.type === "run.end");
const seqsOf = (events: readonly UnsayEvent[]) => events.flatMap((event) => (event.seq === null ? [] : [event.seq]));

describe.each(kinds)("two processes on one $name store", (kind) => {
  it("gives a reader of the one what the other produces, while it is produced", async () => {
    const record = await kind.create();
    const [a, b] = [await openServer(record, { agent: createTalker(20, 30) }), await openServer(record)];
    const first = await a.start();
    await first.until((event) => event.type === "span.append");
    const second = await b.follow(first.run, 0);
    await second.until((event) => event.type === "span.append");
    expect(endOf(first.events)).toBeUndefined();
    const [whole, same] = await Promise.all([first.all(), second.all()]);
    expect(same.filter((event) => event.seq !== null)).toEqual(whole.filter((event) => event.seq !== null));
    expect(await b.messages()).toEqual(await a.messages());
  });

  it("takes one run for one start key, whichever is asked", async () => {
    const record = await kind.create();
    let runs = 0;
    const agent: Agent = async (run) => {
      runs += 1;
      run.text("once");
    };
    const both = [await openServer(record, { agent }), await openServer(record, { agent })];
    const command = startCommand();
    const streams = await Promise.all([...both, ...both].map((server) => server.start(command)));
    await Promise.all(streams.map((stream) => stream.all()));
    expect(new Set(streams.map((stream) => stream.run)).size).toBe(1);
    expect(runs).toBe(1);
  });

  it("carries a stop to the process that produces the run, and answers its repetition the same", async () => {
    const record = await kind.create();
    const [a, b] = [await openServer(record), await openServer(record)];
    const stream = await a.start();
    await stream.until((event) => event.type === "span.append");
    const pressedAt = performance.now();
    const stops = await Promise.all([1, 2, 3].map(() => b.post(`/runs/${stream.run}/commands`, stopCommand({ run: stream.run }))));
    const tookMs = performance.now() - pressedAt;
    expect(stops.map((response) => response.status)).toEqual([202, 202, 202]);
    expect(endOf(await stream.all())).toMatchObject({ cause: "stopped", by: "user" });
    expect((await b.post(`/runs/${stream.run}/commands`, stopCommand({ run: stream.run }))).status).toBe(202);
    reportFigure(`stop through another process, ${kind.name}`, `accepted after ${Math.round(tookMs)} ms`);
  });

  it("carries a decision there once, and a refusal back", async () => {
    const record = await kind.create();
    let sent = 0;
    const counted = { send: { ...tools.send, execute: async () => `sent ${(sent += 1)}` } };
    const agent: Agent = async (run) => void (await run.callTool("send", { to: "ana" }));
    const [a, b] = [await openServer(record, { agent, tools: counted }), await openServer(record, { agent, tools: counted })];
    const stream = await a.start();
    const asked = await stream.until((event) => event.type === "approval.request");
    if (asked.type !== "approval.request") throw new Error("Nothing was asked.");
    const items = asked.items.map(({ call, argsHash }) => ({ call, argsHash, decision: "approve" }));
    const decide = (change: object) =>
      b.post(`/runs/${stream.run}/commands`, {
        command: "decide",
        id: "d1",
        client: "c",
        thread: "t1",
        run: stream.run,
        approval: asked.approval,
        items,
        ...change,
      });
    await expect.poll(async () => JSON.stringify(await b.messages())).toContain(asked.approval);
    expect((await b.post("/threads/t1/runs", startCommand())).status).toBe(409);
    expect((await decide({ id: "d0", items: items.map((item) => ({ ...item, argsHash: "0".repeat(64) })) })).status).toBe(409);
    expect((await decide({ id: "d9", approval: "never asked" })).status).toBe(404);
    const answers = await Promise.all(Array.from({ length: 8 }, () => decide({})));
    expect(answers.map((response) => response.status)).toEqual(Array(8).fill(202));
    await stream.all();
    expect(sent).toBe(1);
    expect((await decide({ id: "d2" })).status).toBe(409);
  });

  it("remembers a stop by start key that the other was told before the run", async () => {
    const record = await kind.create();
    const [a, b] = [await openServer(record), await openServer(record)];
    expect((await b.post("/threads/t1/commands", stopCommand({ startKey: "early" }))).status).toBe(202);
    const events = await (await a.start({ startKey: "early" })).all();
    expect(endOf(events)).toMatchObject({ cause: "stopped" });
    expect(events.some((event) => event.type === "span.append")).toBe(false);
  });
});

describe.each(kinds)("r22-drain: a process that is told to go ($name)", (kind) => {
  it("takes nothing new, and its 50 streams finish elsewhere with the same text", async () => {
    const clock = createFakeClock();
    const { record, pass } = takeTime(await kind.create(), clock);
    const [a, b] = [await openServer(record, { agent: createTalker(50, 60, clock), clock }), await openServer(record, { clock })];
    const reconnects: number[] = [];
    let isDraining = false;
    // A balancer: to the first process until that one refuses.
    const balance = (input: string, init: RequestInit | undefined) => {
      if (isDraining) reconnects.push(clock.now());
      return fetch(isDraining ? input.replace(a.url, b.url) : input, init);
    };
    const sessions = Array.from({ length: 50 }, (_, index) => readThread(a.url, balance, clock, index));
    const allAre = (status: string) => sessions.every((session) => answerOf(session)?.status === status);
    await pass(() => allAre("streaming"));
    isDraining = true;
    const drained = a.server.drain();
    expect((await a.post("/threads/new/runs", startCommand({ thread: "new" }))).status).toBe(503);
    await pass(() => allAre("complete"));
    let isGone = false;
    void drained.then(() => (isGone = true));
    await pass(() => isGone);
    const whole = Array.from({ length: 60 }, (_, word) => `w${word} `).join("");
    expect(new Set(sessions.map((session) => textOf(answerOf(session) as AssistantMessage)))).toEqual(new Set([whole]));
    const runs = await Promise.all(sessions.map(async (session) => answerOf(session)?.runs?.length ?? 1));
    expect(new Set(runs)).toEqual(new Set([1]));
    const busiest = Math.max(...reconnects.map((at) => reconnects.filter((other) => other >= at && other < at + 100).length));
    expect(reconnects).toHaveLength(50);
    expect(busiest).toBeLessThanOrEqual(0.2 * reconnects.length);
    reportFigure(
      `r22-drain, two instances on one ${kind.name}`,
      `50 streams moved with ${reconnects.length} requests, at most ${busiest} in 100 ms: 0 differ, 0 duplicates`,
    );
  });

  it("ends what does not finish in time as disconnected", async () => {
    const record = await kind.create();
    const a = await openServer(record, { agent: createTalker(20, 10_000), settleMs: 50 });
    const stream = await a.start();
    await stream.until((event) => event.type === "span.append");
    await a.server.drain({ deadlineMs: 100 });
    const events = await stream.all();
    expect(events.filter((event) => event.type === "run.goaway")).toHaveLength(1);
    expect(endOf(events)).toMatchObject({ cause: "disconnected", error: { code: "server-shutdown" } });
    expect(seqsOf(events)).toEqual(seqsOf(events).map((_, index) => index + 1));
    await subscribe(await a.events(stream.run)).all();
  });
});

function readThread(
  url: string,
  balance: (input: string, init: RequestInit | undefined) => Promise<Response>,
  clock: FakeClock,
  index: number,
): Session {
  const session = createSession({
    id: `thread-${index}`,
    transport: createUnsayTransport({ url, fetch: (input, init) => balance(String(input), init) }),
    random: createRandom(index + 1),
    clock,
  });
  session.attach();
  session.send("Speak");
  return session;
}

function answerOf(session: Session): AssistantMessage | undefined {
  const message = session.store.getState().messages.findLast((candidate) => candidate.role === "assistant");
  return message?.role === "assistant" ? message : undefined;
}
