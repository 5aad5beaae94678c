import { afterEach, describe, expect, it, vi } from "vitest";
import { textOf, type AssistantMessage, type Message } from "@unsay/core";
import { parseEvent, SseFramer, type UnsayEvent } from "@unsay/core/protocol";
import { createFakeClock, type FakeClock } from "@unsay/core/testing";
import { createApp, type App } from "./app.ts";
import { chooseScenario, scenarios } from "./scenarios/index.ts";

/** On a machine that is busy with other tests. */
vi.setConfig({ testTimeout: 60_000 });

interface Bench {
  readonly app: App;
  readonly clock: FakeClock;
  readonly events: UnsayEvent[];
}

const apps: App[] = [];

afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.close()));
});

async function createBench(): Promise<Bench> {
  const clock = createFakeClock();
  const app = await createApp({ dataFolder: null, environment: {}, replay: null, clock });
  apps.push(app);
  return { app, clock, events: [] };
}

const call = (app: App, path: string, body?: unknown) =>
  app.fetch(
    new Request(
      `http://localhost/api${path}`,
      body === undefined ? {} : { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) },
    ),
  );

/** Reads until the body ends or breaks; says which it was. */
async function read(response: Response, { events }: Bench, onEvent: (event: UnsayEvent) => void = () => {}): Promise<"ended" | "broken"> {
  const framer = new SseFramer();
  try {
    for await (const bytes of response.body ?? []) {
      for (const frame of framer.push(bytes)) {
        const parsed = parseEvent(JSON.parse(frame.data));
        if (!parsed.ok) throw new Error(`No reader takes ${frame.data}`);
        events.push(parsed.event);
        onEvent(parsed.event);
      }
    }
    return "ended";
  } catch {
    return "broken";
  }
}

function start(bench: Bench, scenario: string, change: Record<string, unknown> = {}): Promise<Response> {
  return call(bench.app, "/threads/t/runs", {
    command: "start",
    client: "c",
    thread: "t",
    startKey: crypto.randomUUID(),
    answer: "a",
    mode: "new",
    message: { id: "u", text: "anything" },
    labels: { scenario },
    ...change,
  });
}

async function play(
  bench: Bench,
  scenario: string,
  decision: "approve" | "reject" = "approve",
  change: Record<string, unknown> = {},
): Promise<"ended" | "broken"> {
  let isDone = false;
  const reading = read(await start(bench, scenario, change), bench, (event) => {
    if (event.type !== "approval.request") return;
    const items = event.items.map((item) => ({ ...item, decision }));
    void call(bench.app, `/runs/${event.run}/commands`, {
      command: "decide",
      id: event.approval,
      client: "c",
      thread: "t",
      run: event.run,
      approval: event.approval,
      items,
    });
  }).finally(() => (isDone = true));
  await bench.clock.runUntil(() => isDone);
  return reading;
}

async function answerOf({ app }: Bench): Promise<AssistantMessage> {
  const { messages } = (await (await call(app, "/threads/t/messages")).json()) as { messages: Message[] };
  const answer = messages.at(-1);
  if (answer?.role !== "assistant") throw new Error("There is no answer.");
  return answer;
}

const toolRuns = async ({ app }: Bench) => (await (await call(app, "/tools/log")).json()) as readonly { name: string }[];

describe("the scripted scenarios", () => {
  it.each([
    ["plain", "complete", undefined],
    ["long", "complete", undefined],
    ["reasoning", "complete", undefined],
    ["gate", "complete", undefined],
    ["irreversible", "complete", undefined],
    ["parallel", "complete", undefined],
    ["revision", "revised", undefined],
    ["retraction", "revised", undefined],
    ["expunge", "revised", undefined],
    ["length", "truncated", "length"],
    ["error", "truncated", "failed"],
    ["dropped", "truncated", "disconnected"],
    ["resumed", "complete", undefined],
    ["stall", "complete", undefined],
  ])("%s ends %s %s", async (id, status, cause) => {
    const bench = await createBench();
    await play(bench, id);
    if (id === "resumed") await bench.clock.advance(60_000);
    const answer = await answerOf(bench);
    expect(answer.status).toBe(status);
    expect(answer.status === "truncated" ? answer.cause : undefined).toBe(cause);
    expect(textOf(answer).length).toBeGreaterThan(20);
  });

  it("are all listed, and none is without a test above", async () => {
    const { app } = await createBench();
    const listed = (await (await call(app, "/scenarios")).json()) as { id: string; prompt: string; keywords: string[] }[];
    expect(listed.map(({ id }) => id)).toEqual([
      "plain",
      "long",
      "reasoning",
      "gate",
      "irreversible",
      "parallel",
      "revision",
      "retraction",
      "expunge",
      "length",
      "error",
      "dropped",
      "resumed",
      "stall",
    ]);
    for (const { id, prompt } of listed) expect(chooseScenario(prompt, undefined).id).toBe(id);
  });

  it.each(["gate", "irreversible"])("%s runs its tool once after yes, never after no, and goes on differently", async (id) => {
    const yes = await createBench();
    await play(yes, id, "approve");
    expect(await toolRuns(yes)).toHaveLength(1);
    const no = await createBench();
    await play(no, id, "reject");
    expect(await toolRuns(no)).toEqual([]);
    expect(textOf(await answerOf(yes))).not.toBe(textOf(await answerOf(no)));
    expect(await answerOf(yes)).toMatchObject({ receipts: [{ outcome: "succeeded" }] });
    expect(await answerOf(no)).toMatchObject({ receipts: [] });
  });

  it("makes both look-ups of the parallel scenario without asking", async () => {
    const bench = await createBench();
    await play(bench, "parallel");
    expect(await toolRuns(bench)).toHaveLength(2);
    expect(bench.events.some((event) => event.type === "approval.request")).toBe(false);
  });

  it("keeps the corrected words in reach, and the expunged ones nowhere", async () => {
    const revised = await createBench();
    await play(revised, "revision");
    expect(JSON.stringify(await answerOf(revised))).toContain("Yes, you can deploy this now.");
    expect(textOf(await answerOf(revised))).not.toContain("Yes, you can deploy this now.");
    const expunged = await createBench();
    await play(expunged, "expunge");
    const answer = await answerOf(expunged);
    const replay = await (await call(expunged.app, `/runs/${answer.runs[0]}/events`)).text();
    expect(JSON.stringify(answer) + replay).not.toContain("ana.novak");
  });

  it("breaks the reader's connection and goes on, so that a resume has every event once", async () => {
    const bench = await createBench();
    expect(await play(bench, "resumed")).toBe("broken");
    const seen = bench.events.length;
    expect(bench.events.some((event) => event.type === "run.end")).toBe(false);
    const run = bench.events[0]?.run ?? "";
    let isDone = false;
    const reading = read(await call(bench.app, `/runs/${run}/events?after=${seen}`), bench).finally(() => (isDone = true));
    await bench.clock.runUntil(() => isDone);
    await reading;
    expect(bench.events.map((event) => event.seq)).toEqual(bench.events.map((_, index) => index + 1));
    expect(bench.events.at(-1)).toMatchObject({ type: "run.end", outcome: "complete" });
  });

  it("goes on after the length limit without repeating itself", async () => {
    const bench = await createBench();
    await play(bench, "length");
    const half = textOf(await answerOf(bench));
    await play(bench, "length", "approve", { mode: "continue", message: undefined });
    const whole = await answerOf(bench);
    expect(whole.status).toBe("complete");
    expect(textOf(whole).startsWith(half)).toBe(true);
    expect(textOf(whole).split("The migration has four steps")).toHaveLength(2);
  });

  it("are stopped at once, wherever they are", async () => {
    for (const scenario of scenarios.filter(({ id }) => id !== "resumed")) {
      const bench = await createBench();
      let isDone = false;
      const reading = read(await start(bench, scenario.id), bench).finally(() => (isDone = true));
      await bench.clock.advance(250);
      const run = bench.events[0]?.run ?? "";
      const response = await call(bench.app, `/runs/${run}/commands`, {
        command: "stop",
        id: "s",
        client: "c",
        thread: "t",
        scope: "run",
        intent: "stop",
        ackSeq: 0,
        painted: null,
      });
      expect(response.status).toBe(202);
      await bench.clock.runUntil(() => isDone);
      await reading;
      expect(bench.events.find((event) => event.type === "stop.ack")).toMatchObject({ upstream: "aborted" });
      expect(await answerOf(bench)).toMatchObject({ status: "truncated", cause: "stopped" });
      expect((await toolRuns(bench)).filter(({ name }) => name !== "get_weather")).toEqual([]);
    }
  });
});
