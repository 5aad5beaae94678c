import { textOf } from "@unsay/core";
import { afterEach, describe, expect, it } from "vitest";
import type { EventOf } from "@unsay/core/protocol";
import { steerable, type Agent } from "../agents/agent.js";
import { createMemoryStore } from "../stores/memory.js";
import type { Store } from "../stores/store.js";
import { createTestServer, startCommand, stopCommand, subscribe, type TestServer } from "../testing/test-server.js";
import { answerOf, closeLater, createBench, find, closeServers } from "../testing/tool-bench.js";
import { wrapStore } from "../testing/wrap-store.js";
import { defineTool } from "../tool-call/tool.js";

afterEach(closeServers);

const open = async (agent: Agent, options: object = {}): Promise<TestServer> => closeLater(await createTestServer({ agent, ...options }));
const stop = (server: TestServer, run: string, change: Record<string, unknown> = {}) =>
  server.post(`/runs/${run}/commands`, stopCommand(change));

/** A model that makes a token whenever the clock says so, and stops when told, or does not. */
function createProvider(server: () => TestServer, obeys: boolean) {
  const made = { tokens: 0, steps: 0 };
  async function* stream(signal: AbortSignal) {
    made.steps += 1;
    for (let token = 1; token <= 100; token += 1) {
      await new Promise<void>((resolve) => void server().clock.after(10, resolve));
      if (obeys && signal.aborted) return;
      made.tokens += 1;
      yield `t${token} `;
    }
  }
  return { made, stream };
}

describe("r5: what a stop does upstream", () => {
  it("r5-upstream: a provider that obeys makes at most one token more, and no step begins", async () => {
    const provider = createProvider(() => server, true);
    const server: TestServer = await open(async (run) => {
      for (let step = 0; step < 3 && !run.signal.aborted; step += 1) for await (const token of provider.stream(run.signal)) run.text(token);
    });
    const stream = await server.start();
    await server.clock.advance(200);
    const before = provider.made.tokens;
    await stop(server, stream.run);
    await server.clock.advance(10);
    const ack = await stream.until((event) => event.type === "stop.ack");
    await server.clock.advance(5_000);
    await stream.all();
    expect(ack).toMatchObject({ upstream: "aborted" });
    expect(provider.made.tokens - before).toBeLessThanOrEqual(1);
    expect(provider.made.steps).toBe(1);
  });

  it("r5-proxy: a provider that goes on is called unsupported, and the usage shows later what it made", async () => {
    const provider = createProvider(() => server, false);
    const server: TestServer = await open(async (run) => {
      run.reportUpstream("unsupported");
      for await (const token of provider.stream(run.signal)) run.text(token, 1);
      run.reportUsage({ generated: provider.made.tokens, billed: provider.made.tokens, source: "proxy", final: true });
    });
    const stream = await server.start();
    await server.clock.advance(200);
    const shown = find(stream.events, "span.append");
    const last = shown.at(-1);
    await stop(server, stream.run, {
      ackSeq: last?.seq ?? 0,
      painted: { span: last?.span, offset: shown.map(({ text }) => text).join("").length },
    });
    await server.clock.advance(300);
    expect(await stream.until((event) => event.type === "stop.ack")).toMatchObject({ upstream: "unsupported" });
    const events = await stream.all();
    expect(find(events, "run.end")).toMatchObject([{ cause: "stopped" }]);
    await server.clock.advance(1_000);
    const late = await subscribe(await server.events(stream.run, events.length)).all();
    expect(late).toMatchObject([{ type: "usage", generated: 100, billed: 100, painted: 20, source: "proxy", final: true }]);
  });

  it("that finished just before is called already finished", async () => {
    let finish: () => void = () => {};
    const tool = defineTool({ effect: "read", cancellable: false, execute: () => new Promise<void>((resolve) => (finish = resolve)) });
    const server = await open(async (run) => void run.callTool("slow", {}), { tools: { slow: tool } });
    const stream = await server.start();
    await stream.until((event) => event.type === "tool.start");
    await stop(server, stream.run);
    expect(await stream.until((event) => event.type === "stop.ack")).toMatchObject({ upstream: "already-finished" });
    finish();
    await stream.all();
  });
});

describe("r2-bargein: who interrupts a voice", () => {
  it("has the model told of no more than was heard, though more had been painted; a reload knows both", async () => {
    const told: string[] = [];
    const server = await open(async (run) => {
      told.push(JSON.stringify(run.conversation));
      if (run.input !== "Hello") return;
      run.text("Heard. Painted. Neither.");
      await new Promise<void>((resolve) => run.signal.addEventListener("abort", () => resolve()));
    });
    const stream = await server.start();
    const said = await stream.until((event) => event.type === "span.append");
    const place = (offset: number) => ({ span: said.type === "span.append" ? said.span : "", offset });
    await stop(server, stream.run, { intent: "barge-in", ackSeq: said.seq, painted: place(15), heardUpTo: place(6) });
    await stream.all();
    expect(textOf(await answerOf(server))).toBe("Heard. Painted.");
    await (await server.start({ message: { id: "u2", text: "Wait" } })).all();
    expect(told[1]).toContain("Heard.");
    expect(told[1]).not.toContain("Painted");
    const refused = await server.post(`/runs/${stream.run}/commands`, stopCommand({ heardUpTo: { span: "s", offset: -1 } }));
    expect(await refused.json()).toMatchObject({ code: "invalid-request", field: "offset" });
  });
});

describe("r21-late: a receipt eight seconds after the end", () => {
  it("is stored, sent and shown as late", async () => {
    let deliver: () => void = () => {};
    const { server } = await createBench(
      { effect: "write", cancellable: false, execute: () => new Promise((resolve) => (deliver = () => resolve("250 OK"))) },
      { settleMs: 2_000 },
    );
    const stream = await server.start();
    await stream.until((event) => event.type === "tool.start");
    await stop(server, stream.run);
    await stream.until((event) => event.type === "stop.ack");
    await server.clock.advance(2_000);
    const events = await stream.all();
    expect(await answerOf(server)).toMatchObject({ effects: { unknown: ["call-1"] } });
    await server.clock.advance(8_000);
    deliver();
    await expect.poll(async () => (await answerOf(server)).receipts).toMatchObject([{ outcome: "succeeded", late: true }]);
    await server.clock.advance(200);
    const late = await subscribe(await server.events(stream.run, events.length)).all();
    expect(late.map(({ type }) => type)).toEqual(["receipt", "tool.result"]);
  });
});

describe("a redirect", () => {
  it("begins when the stop has settled, with what became of the calls and without unseen text", async () => {
    const told: string[] = [];
    let deliver: () => void = () => {};
    const agent: Agent = async (run) => {
      told.push(JSON.stringify(run.conversation));
      if (run.input !== "Hello") return;
      run.text("Seen. Unseen.");
      await run.callTool("send_email", {}, { call: "call-1" });
    };
    const send_email = defineTool({
      effect: "write",
      cancellable: false,
      execute: () => new Promise((resolve) => (deliver = () => resolve("250 OK"))),
    });
    const server = await open(agent, { tools: { send_email } });
    const stream = await server.start();
    await stream.until((event) => event.type === "tool.start");
    const [shown] = find(stream.events, "span.append");
    await stop(server, stream.run, { intent: "redirect", ackSeq: shown?.seq, painted: { span: shown?.span, offset: 5 } });
    const next = server.post(
      "/threads/t1/runs",
      startCommand({ redirects: shown?.message, message: { id: "u-next", text: "Write to Bo" } }),
    );
    await expect.poll(() => stream.events.some((event) => event.type === "stop.ack")).toBe(true);
    expect(told).toHaveLength(1);
    deliver();
    await subscribe(await next).all();
    expect(find(await stream.all(), "run.end")).toMatchObject([{ cause: "redirected", effects: { succeeded: ["call-1"] } }]);
    expect(told[1]).toContain("Seen.");
    expect(told[1]).not.toContain("Unseen");
    expect(told[1]).toContain("250 OK");
    expect(told[1]).toContain("redirected");
  });

  it("that nobody announced by a stop stops what it redirects from", async () => {
    const server = await open(async (run) => {
      run.text("One.");
      if (run.input === "Hello") await new Promise((_, reject) => run.signal.addEventListener("abort", () => reject(new Error("aborted"))));
    });
    const stream = await server.start();
    const shown = (await stream.until((event) => event.type === "span.append")) as EventOf<"span.append">;
    const next = await server.post("/threads/t1/runs", startCommand({ redirects: shown.message, message: { id: "u-2", text: "Two" } }));
    expect(next.status).toBe(200);
    expect(find(await stream.all(), "run.end")).toMatchObject([{ cause: "redirected" }]);
  });
});

describe("row 46: a stop that races the end", () => {
  it("either comes before it, or finds the answer complete", async () => {
    const seen = { complete: 0, stopped: 0 };
    for (let offset = -10; offset <= 10; offset += 1) {
      const server = await open(async (run) => {
        run.text("Short.");
        await new Promise<void>((resolve) => void server.clock.after(20, resolve));
      });
      const stream = await server.start();
      await server.clock.advance(20 + offset);
      expect((await stop(server, stream.run)).status).toBe(202);
      await server.clock.advance(1_000);
      const [end] = find(await stream.all(), "run.end");
      const answer = await answerOf(server);
      expect(answer.status).toBe(end?.outcome);
      seen[end?.outcome === "complete" ? "complete" : "stopped"] += 1;
    }
    expect(seen.complete).toBeGreaterThan(0);
    expect(seen.stopped).toBeGreaterThan(0);
  });
});

describe("an acknowledged stop is on record, or the end is that came before it", () => {
  it("so one that finds the end decided is not acknowledged before that end is stored", async () => {
    let keep: () => void = () => {};
    const kept = new Promise<void>((resolve) => (keep = resolve));
    let isEnding = false;
    const inner = createMemoryStore();
    const store = wrapStore(inner, {
      async append(...args: Parameters<Store["append"]>) {
        isEnding ||= args[2].some(({ type }) => type === "run.end");
        if (isEnding) await kept;
        return inner.append(...args);
      },
    });
    let finish: () => void = () => {};
    const finished = new Promise<void>((resolve) => (finish = resolve));
    const server = await open(() => finished, { store });
    const stream = await server.start();
    finish();
    await expect.poll(() => isEnding, { interval: 1 }).toBe(true);
    let answered: number | null = null;
    const headers = { "content-type": "application/json" };
    const request = new Request(`http://here/runs/${stream.run}/commands`, {
      method: "POST",
      headers,
      body: JSON.stringify(stopCommand()),
    });
    const stopping = server.server.fetch(request).then(({ status }) => (answered = status));
    // Without a network between, all that can be done by then has been done.
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(answered).toBeNull();
    keep();
    await stopping;
    expect(answered).toBe(202);
    expect((await inner.getRun(stream.run))?.end).toMatchObject({ outcome: "complete" });
  });

  it("so one that another process takes when the run has just ended is acknowledged at once, though nobody is left to answer it", async () => {
    const inner = createMemoryStore();
    let finish: () => void = () => {};
    const finished = new Promise<void>((resolve) => (finish = resolve));
    const producer = await open(() => finished, { store: inner });
    const stream = await producer.start();
    const store = wrapStore(inner, {
      async postCommand(command: Parameters<Store["postCommand"]>[0]) {
        finish();
        await stream.until(({ type }) => type === "run.end");
        return inner.postCommand(command);
      },
    });
    const other = await open(async () => {}, { store });
    expect((await stop(other, stream.run)).status).toBe(202);
    expect(find(await stream.all(), "run.end")).toMatchObject([{ outcome: "complete" }]);
  });
});

describe("steering", () => {
  const steer = (server: TestServer, run: string, change: object = {}) =>
    server.post(`/runs/${run}/commands`, {
      command: "steer",
      id: "s-1",
      client: "c",
      thread: "t1",
      run,
      text: "shorter, please",
      ...change,
    });

  it("reaches an agent that declares it, and the user is told when it was heard", async () => {
    const heard: string[] = [];
    const server = await open(
      steerable(async (run) => {
        await run.steering.waiting();
        heard.push(...run.steering.take().map(({ text }) => text));
      }),
    );
    const stream = await server.start();
    expect(find(stream.events, "run.open")[0]?.caps.steer ?? (await stream.until((event) => event.type === "run.open"))).toBeTruthy();
    expect((await steer(server, stream.run)).status).toBe(202);
    const events = await stream.all();
    expect(heard).toEqual(["shorter, please"]);
    expect(find(events, "steer.outcome")).toMatchObject([{ command: "s-1", delivered: true }]);
    expect((await steer(server, stream.run)).status).toBe(409);
  });

  it("goes back to the user when nobody heard it before the end", async () => {
    const server = await open(
      steerable(async (run) => {
        await new Promise<void>((resolve) => void server.clock.after(100, resolve));
        run.text("Too late.");
      }),
    );
    const stream = await server.start();
    await steer(server, stream.run);
    await steer(server, stream.run);
    await server.clock.advance(100);
    const events = await stream.all();
    expect(find(events, "steer.outcome")).toMatchObject([{ command: "s-1", delivered: false, reason: expect.any(String) }]);
    expect(events.at(-1)?.type).toBe("run.end");
  });

  it("is refused by an agent that does not declare it", async () => {
    const server = await open(async (run) => {
      await new Promise<void>((resolve) => run.signal.addEventListener("abort", () => resolve()));
    });
    const stream = await server.start();
    const response = await steer(server, stream.run);
    expect(response.status).toBe(409);
    expect(await response.json()).toMatchObject({ code: "steer-unsupported" });
    await stop(server, stream.run);
    await stream.all();
  });
});
