import { afterEach, describe, expect, it } from "vitest";
import type { EventOf } from "@unsay/core/protocol";
import { usageOf } from "@unsay/core";
import type { LogEntry } from "../log.js";
import type { Agent, AgentRun } from "../agents/agent.js";
import { createMemoryStore } from "../stores/memory.js";
import type { UnsayServerOptions } from "../settings.js";
import { createTestServer, stopCommand, subscribe, type Subscription, type TestServer } from "../testing/test-server.js";
import { answerOf, closeLater, find, closeServers } from "../testing/tool-bench.js";
import { listUsage, toUsageCsv, toUsageJson, type UsageRow } from "./usage-rows.js";

afterEach(closeServers);

interface Meter {
  readonly server: TestServer;
  readonly lines: LogEntry[];
  rows(): Promise<readonly UsageRow[]>;
}

async function createMeter(agent: Agent, options: Partial<UnsayServerOptions> = {}): Promise<Meter> {
  const store = createMemoryStore();
  const lines: LogEntry[] = [];
  const server = closeLater(await createTestServer({ agent, store, log: (entry) => void lines.push(entry), ...options }));
  return { server, lines, rows: () => listUsage(store, "t1") };
}

const untilStopped = (run: AgentRun) => new Promise<void>((resolve) => run.signal.addEventListener("abort", () => resolve()));

/** Stops where everything that has come was seen, but for the last `unseen` words. */
async function stopAfter({ server }: Meter, stream: Subscription, words: number): Promise<void> {
  const all = () => find(stream.events, "span.append").filter((event) => event.span.endsWith("text"));
  await expect.poll(() => all().length).toBeGreaterThanOrEqual(words);
  const shown = all().slice(0, words);
  const last = shown.at(-1) as EventOf<"span.append">;
  const offset = shown.filter((event) => event.span === last.span).reduce((sum, { text }) => sum + text.length, 0);
  await server.post(`/runs/${stream.run}/commands`, stopCommand({ ackSeq: last.seq, painted: { span: last.span, offset } }));
  await server.clock.advance(300);
  await stream.all();
}

describe("r18-ledger: what was made, seen and billed", () => {
  it("is 912 billed, 800 seen, 112 over, once and for all", async () => {
    const meter = await createMeter(async (run) => {
      for (let token = 0; token < 850; token += 1) run.text("word ", 1);
      await untilStopped(run);
      run.reportUsage({ generated: 912, billed: 912, billedReasoning: 0, source: "openai", final: true });
      run.reportUsage({ billed: 1, final: true });
    });
    const stream = await meter.server.start();
    await stopAfter(meter, stream, 800);
    const answer = await answerOf(meter.server);
    expect(usageOf(answer)).toEqual({
      generated: 912,
      painted: 800,
      billed: 912,
      billedReasoning: 0,
      overrun: 112,
      status: "final",
      source: "openai",
    });
    const [row] = await meter.rows();
    expect(row).toMatchObject({
      generated: 912,
      painted: 800,
      billed: 912,
      overrun: 112,
      status: "final",
      outcome: "truncated",
      cause: "stopped",
    });
    const reconciled = meter.lines.filter(({ event }) => event === "usage.reconciled");
    expect(reconciled).toMatchObject([{ details: { billed: 912, painted: 800, overrun: 112 } }]);
  });

  it("is 'not reported' after the deadline, and an empty field rather than 0", async () => {
    const meter = await createMeter(async (run) => run.text("Some words."));
    const stream = await meter.server.start();
    const events = await stream.all();
    expect(usageOf(await answerOf(meter.server))).toMatchObject({ status: "pending", billed: null });
    await meter.server.clock.advance(60_000);
    await meter.server.clock.advance(200);
    const late = await subscribe(await meter.server.events(stream.run, events.length)).all();
    expect(late).toMatchObject([{ type: "usage", billed: null, generated: null, source: "unreported", final: true }]);
    expect(usageOf(await answerOf(meter.server)).status).toBe("unreported");
    const rows = await meter.rows();
    const [head, line] = toUsageCsv(rows).split("\r\n");
    const fields = Object.fromEntries((head ?? "").split(",").map((name, at) => [name, line?.split(",")[at]]));
    expect(fields).toMatchObject({
      billed: "",
      billedReasoning: "",
      painted: "",
      overrun: "",
      generated: "",
      status: "unreported",
      outcome: "complete",
    });
    expect(JSON.parse(toUsageJson(rows))).toMatchObject([{ billed: null }]);
    expect(meter.lines.filter(({ event }) => event === "usage.reconciled")).toHaveLength(1);
  });

  it("is given up when the server closes", async () => {
    const meter = await createMeter(async (run) => run.text("Some words."));
    await (await meter.server.start()).all();
    await meter.server.server.close();
    expect(await meter.rows()).toMatchObject([{ status: "unreported" }]);
  });

  it("is asked of the provider after a cut, until it knows", async () => {
    const asked: (string | null)[] = [];
    const meter = await createMeter(
      async (run) => {
        run.reportUsage({ reference: "gen-7" });
        run.text("word ", 1);
        await untilStopped(run);
      },
      {
        pollUsage: ({ reference }) => {
          asked.push(reference);
          if (asked.length === 1) return Promise.reject(new Error("502"));
          return Promise.resolve(asked.length < 3 ? null : { billed: 9, generated: 9, final: true });
        },
      },
    );
    const stream = await meter.server.start();
    await stopAfter(meter, stream, 1);
    await meter.server.clock.advance(10_000);
    expect(asked).toEqual(["gen-7", "gen-7", "gen-7"]);
    expect(await meter.rows()).toMatchObject([{ billed: 9, painted: 1, overrun: 8, source: "provider" }]);
  });
});

describe("r18-reasoning: reasoning is billed and no overrun", () => {
  it("leaves nothing over where 500 were thought and 300 seen", async () => {
    const meter = await createMeter(async (run) => {
      for (let token = 0; token < 500; token += 1) run.reasoning("hm ", 1);
      for (let token = 0; token < 300; token += 1) run.text("word ", 1);
      run.reportUsage({ generated: 800, billed: 800, billedReasoning: 500, source: "anthropic" });
      await untilStopped(run);
      run.reportUsage({ final: true });
    });
    const stream = await meter.server.start();
    await stopAfter(meter, stream, 800);
    expect(await meter.rows()).toMatchObject([{ billed: 800, billedReasoning: 500, painted: 300, overrun: 0 }]);
    expect(usageOf(await answerOf(meter.server))).toMatchObject({ overrun: 0 });
  });

  it("leaves the overrun unknown where reasoning was not counted apart", async () => {
    const meter = await createMeter(async (run) => {
      run.reasoning("hm ", 1);
      run.text("word ", 1);
      await untilStopped(run);
      run.reportUsage({ billed: 9, final: true });
    });
    await stopAfter(meter, await meter.server.start(), 2);
    expect(await meter.rows()).toMatchObject([{ billed: 9, painted: 1, overrun: null }]);
  });

  it("estimates what was seen where nobody counted the pieces, and never what was made", async () => {
    const meter = await createMeter(async (run) => {
      run.text("x".repeat(400));
      await untilStopped(run);
    });
    const stream = await meter.server.start();
    const event = (await stream.until(({ type }) => type === "span.append")) as EventOf<"span.append">;
    await meter.server.post(`/runs/${stream.run}/commands`, stopCommand({ ackSeq: event.seq, painted: { span: event.span, offset: 200 } }));
    await meter.server.clock.advance(300);
    await stream.all();
    await meter.server.clock.advance(60_200);
    expect(await meter.rows()).toMatchObject([{ generated: null, painted: 50, billed: null, overrun: null }]);
  });
});

describe("an export", () => {
  it("marks what a spreadsheet would take for a formula, and quotes what it would cut", async () => {
    const meter = await createMeter(async () => {});
    await (await meter.server.start({ answer: "=cmd" }, "t1")).all();
    await (await meter.server.start({ answer: 'a,"b"' }, "t1")).all();
    const csv = toUsageCsv(await meter.rows());
    expect(csv).toContain(",'=cmd,");
    expect(csv).toContain(',"a,""b""",');
  });
});
