import { afterEach, describe, expect, it } from "vitest";
import { textOf } from "@unsay/core";
import type { EventOf, UnsayEvent } from "@unsay/core/protocol";
import { createFakeClock, createRandom, type FakeClock } from "@unsay/core/testing";
import type { Agent } from "../agents/agent.js";
import { createMemoryStore } from "../stores/memory.js";
import { reportFigure } from "../testing/figures.js";
import { createTestServer, stopCommand, type Subscription, type TestServer } from "../testing/test-server.js";
import { closeLater, closeServers, decide, find, untilAsked } from "../testing/tool-bench.js";
import type { ToolSet } from "../tool-call/tool.js";

afterEach(closeServers);

/** Says a word every 10 ms until it is told to stop, a hundred at most, and counts how often it was asked and what it made. */
function createTalker(clock: FakeClock): { readonly agent: Agent; readonly made: { answers: number; words: number } } {
  const made = { answers: 0, words: 0 };
  const agent: Agent = async (run) => {
    made.answers += 1;
    for (let word = 1; word <= 100; word += 1) {
      await new Promise<void>((resolve) => void clock.after(10, resolve));
      if (run.signal.aborted) return;
      made.words += 1;
      run.text(`word-${word} `);
    }
  };
  return { agent, made };
}

/** Two processes on one record. */
async function openTwo(agent: Agent, clock: FakeClock, tools: ToolSet = {}): Promise<readonly [TestServer, TestServer]> {
  const store = createMemoryStore();
  const open = async () => closeLater(await createTestServer({ agent, clock, store, tools }));
  return [await open(), await open()];
}

const saidIn = (events: readonly UnsayEvent[]) =>
  find(events, "span.append")
    .map(({ text }) => text)
    .join("");
const lastOf = (events: readonly UnsayEvent[]) => events.findLast(({ seq }) => seq !== null)?.seq ?? 0;
const isWord = (event: UnsayEvent) => event.type === "span.append";

describe("row 39: two tabs of one thread, at two processes", () => {
  it("hear the same, and what is decided or stopped in the one is heard in the other within a second", async () => {
    const clock = createFakeClock();
    const agent: Agent = async (run) => {
      await run.callTool("pay", {}, { call: "call-1" });
      await new Promise((resolve) => run.signal.addEventListener("abort", resolve));
    };
    const [a, b] = await openTwo(agent, clock, { pay: { execute: () => "paid" } });
    const here = await a.start();
    const there = await b.follow(here.run, 0);
    const hears = async <T extends UnsayEvent["type"]>(tab: Subscription, type: T): Promise<EventOf<T>> => {
      await clock.advance(1_000);
      return (await tab.until((event) => event.type === type)) as EventOf<T>;
    };
    const deciding = decide(b, await untilAsked(there));
    expect(await hears(here, "approval.decision")).toMatchObject({ items: [{ decision: "approved" }] });
    expect((await deciding).status).toBe(202);
    await hears(there, "receipt");
    expect((await a.post(`/runs/${here.run}/commands`, stopCommand({ run: here.run }))).status).toBe(202);
    expect(await hears(there, "run.end")).toMatchObject({ cause: "stopped", by: "user" });
    const numbered = (events: readonly UnsayEvent[]) => events.filter(({ seq }) => seq !== null);
    expect(numbered(await there.all())).toEqual(numbered(await here.all()));
  });
});

describe("row 40: one run that ten readers resume at once, at two processes", () => {
  it("is produced once, and each of them has the same text", async () => {
    const clock = createFakeClock();
    const talker = createTalker(clock);
    const [a, b] = await openTwo(talker.agent, clock);
    const stream = await a.start();
    await clock.advance(300);
    await stream.until(isWord);
    await stream.leave();
    const readers = await Promise.all(Array.from({ length: 10 }, (_, index) => (index % 2 === 0 ? a : b).follow(stream.run, 0)));
    await clock.advance(3_000);
    const texts = (await Promise.all(readers.map((reader) => reader.all()))).map(saidIn);
    expect(new Set(texts).size).toBe(1);
    expect(texts[0]?.split(" ").filter((word) => word !== "")).toHaveLength(100);
    expect(talker.made).toEqual({ answers: 1, words: 100 });
  });
});

describe("row 47: a stop of a resumed stream", () => {
  it("is acknowledged to who resumed, really stops the model, and leaves the text that was shown, at 50 points", async () => {
    const clock = createFakeClock();
    const talker = createTalker(clock);
    const [a, b] = await openTwo(talker.agent, clock);
    let extra = 0;
    for (let point = 1; point <= 50; point += 1) {
      const random = createRandom(point);
      const moment = () => clock.advance(Math.floor(random() * 200));
      const first = await a.start({}, `t-${point}`);
      await clock.advance(20);
      await first.until(isWord);
      await moment();
      await first.leave();
      await moment();
      // Where the run is produced, or at the other process.
      const place = random() < 0.5 ? a : b;
      const resumed = await place.follow(first.run, lastOf(first.events));
      await moment();
      const before = talker.made.words;
      const shown = saidIn(first.events) + saidIn(resumed.events);
      const press = {
        thread: `t-${point}`,
        run: first.run,
        ackSeq: Math.max(lastOf(first.events), lastOf(resumed.events)),
        painted: { span: find(first.events, "span.append")[0]?.span, offset: shown.length },
      };
      const stopping = place.post(`/runs/${first.run}/commands`, stopCommand(press));
      await expect
        .poll(async () => (await clock.advance(5), resumed.events.some(({ type }) => type === "stop.ack")), { interval: 1 })
        .toBe(true);
      expect((await stopping).status, `point ${point}`).toBe(202);
      await clock.advance(2_000);
      const events = await resumed.all();
      extra = Math.max(extra, talker.made.words - before);
      expect(find(events, "stop.ack"), `point ${point}`).toMatchObject([{ command: "stop-1", upstream: "aborted" }]);
      expect(find(events, "run.end"), `point ${point}`).toMatchObject([{ outcome: "truncated", cause: "stopped", by: "user" }]);
      const answer = (await a.messages(`t-${point}`)).at(-1);
      expect(answer === undefined ? "" : textOf(answer), `point ${point}`).toBe(shown);
    }
    reportFigure("row 47, stop of a resumed stream", `50 points: each acknowledged, ${extra} words made after it at most`);
    expect(extra).toBeLessThanOrEqual(1);
  });
});
