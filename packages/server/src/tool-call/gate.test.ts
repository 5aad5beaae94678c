import { afterEach, describe, expect, it } from "vitest";
import { createArgsHash, type EventOf } from "@unsay/core/protocol";
import { createMemoryStore } from "../stores/memory.js";
import type { Store } from "../stores/store.js";
import { createTestServer, stopCommand, subscribe } from "../testing/test-server.js";
import {
  answerOf,
  closeLater,
  createBench,
  decide,
  decision,
  EMAIL,
  find,
  reject,
  untilAsked,
  closeServers,
} from "../testing/tool-bench.js";
import { wrapStore } from "../testing/wrap-store.js";
import { defineTool, ToolFailure, type ToolDefinition, type ToolOutcome } from "./tool.js";

afterEach(closeServers);

describe("the gate", () => {
  it("runs nothing before the approval, and once after it", async () => {
    const { server, ran, outcomes } = await createBench({});
    const stream = await server.start();
    const request = await untilAsked(stream);
    await server.clock.advance(60_000);
    expect(ran).toHaveLength(0);
    expect(request).toMatchObject({
      items: [{ call: "call-1", argsHash: createArgsHash("call-1", "send_email", EMAIL) }],
      editable: false,
      expiresInMs: 900_000,
      sig: expect.stringMatching(/^[0-9a-f]{64}$/u),
    });
    expect((await decide(server, request)).status).toBe(202);
    const events = await stream.all();
    expect(ran).toHaveLength(1);
    expect(ran[0]).toMatchObject({ args: EMAIL, context: { callKey: `${stream.run}:call-1` } });
    expect(outcomes).toEqual([{ result: "ok", output: { sent: 1 } }]);
    const order = events
      .map((event) => event.type)
      .filter((type) => type.startsWith("tool.") || type.startsWith("approval.") || type === "receipt");
    expect(order).toEqual([
      "tool.propose",
      "tool.args",
      "tool.ready",
      "approval.request",
      "approval.decision",
      "tool.start",
      "receipt",
      "tool.result",
    ]);
    expect(await answerOf(server)).toMatchObject({
      status: "complete",
      effects: { succeeded: ["call-1"] },
      receipts: [{ outcome: "succeeded" }],
    });
  });

  it("runs once for twenty approvals at once, by one command or by twenty", async () => {
    for (const idOf of [() => "same", (index: number) => `decide-${index}`]) {
      const { server, ran } = await createBench({});
      const stream = await server.start();
      const request = await untilAsked(stream);
      const responses = await Promise.all(Array.from({ length: 20 }, (_, index) => decide(server, request, { id: idOf(index) })));
      await stream.all();
      expect(ran).toHaveLength(1);
      const accepted = responses.filter((response) => response.status === 202).length;
      expect(accepted).toBe(idOf(1) === "same" ? 20 : 1);
      expect(responses.every((response) => response.status === 202 || response.status === 409)).toBe(true);
    }
  });

  it("never runs what was rejected, and gives the reason to the agent", async () => {
    const { server, ran, outcomes } = await createBench({});
    const stream = await server.start();
    const request = await untilAsked(stream);
    expect((await decide(server, request, reject(request, "wrong person"))).status).toBe(202);
    await stream.all();
    expect(ran).toHaveLength(0);
    expect(outcomes).toEqual([{ result: "rejected", reason: "wrong person" }]);
    expect(await answerOf(server)).toMatchObject({ status: "complete", calls: [{ status: "rejected" }], receipts: [] });
  });

  it("lets the first of approve and reject win", async () => {
    const { server, ran } = await createBench({});
    const stream = await server.start();
    const request = await untilAsked(stream);
    const [first, second] = await Promise.all([
      decide(server, request, { id: "a", ...reject(request) }),
      decide(server, request, { id: "b" }),
    ]);
    await stream.all();
    expect([first.status, second.status].toSorted((a, b) => a - b)).toEqual([202, 409]);
    expect(ran).toHaveLength(first.status === 202 ? 0 : 1);
  });

  it("never runs after a stop while the question is open", async () => {
    const { server, ran } = await createBench({});
    const stream = await server.start();
    const request = await untilAsked(stream);
    await server.post(`/runs/${stream.run}/commands`, stopCommand());
    const late = await decide(server, request);
    expect(late.status).toBe(409);
    expect(await late.json()).toMatchObject({ code: "approval-closed" });
    const events = await stream.all();
    await server.clock.advance(3_600_000);
    expect(ran).toHaveLength(0);
    expect(find(events, "approval.decision")).toMatchObject([{ items: [{ decision: "cancelled" }] }]);
    expect(find(events, "run.end")).toMatchObject([{ cause: "stopped", effects: { cancelled: ["call-1"] } }]);
    expect(await answerOf(server)).toMatchObject({
      status: "truncated",
      calls: [{ status: "cancelled" }],
      approvals: [{ status: "cancelled" }],
    });
  });

  it("rejects by expiry, and never approves", async () => {
    const { server, ran, outcomes } = await createBench({}, { approvalExpiryMs: 1_000 });
    const stream = await server.start();
    const request = await untilAsked(stream);
    await server.clock.advance(1_000);
    await stream.all();
    const late = await decide(server, request);
    expect(late.status).toBe(409);
    expect(ran).toHaveLength(0);
    expect(outcomes).toEqual([{ result: "expired" }]);
    expect(await answerOf(server)).toMatchObject({ approvals: [{ status: "expired" }], calls: [{ status: "expired" }] });
  });

  it.each([
    [
      "an invented approval",
      (request: EventOf<"approval.request">) => ({
        approval: "invented",
        items: request.items.map((item) => ({ ...item, decision: "approve" })),
      }),
      404,
      "approval-unknown",
    ],
    [
      "other arguments",
      (request: EventOf<"approval.request">) => ({
        items: request.items.map((item) => ({ ...item, argsHash: "0".repeat(64), decision: "approve" })),
      }),
      409,
      "approval-args-mismatch",
    ],
    [
      "edited arguments",
      (request: EventOf<"approval.request">) => ({
        items: request.items.map((item) => ({ ...item, decision: "approve", edited: { to: "eve" } })),
      }),
      400,
      "invalid-request",
    ],
    [
      "another call",
      (request: EventOf<"approval.request">) => ({
        items: request.items.map((item) => ({ ...item, call: "call-2", decision: "approve" })),
      }),
      400,
      "invalid-request",
    ],
    ["no items", () => ({ items: [] }), 400, "invalid-request"],
    [
      "more items than were asked",
      (request: EventOf<"approval.request">) => ({
        items: [...request.items, ...request.items].map((item) => ({ ...item, decision: "approve" })),
      }),
      400,
      "invalid-request",
    ],
    [
      "a yes in other words",
      (request: EventOf<"approval.request">) => ({ items: request.items.map((item) => ({ ...item, decision: "approved" })) }),
      400,
      "invalid-request",
    ],
    ["another run", () => ({ run: "another" }), 400, "invalid-request"],
    [
      "a prototype for an id",
      (request: EventOf<"approval.request">) => ({
        approval: "__proto__",
        items: request.items.map((item) => ({ ...item, decision: "approve" })),
      }),
      404,
      "approval-unknown",
    ],
  ])("refuses a decision with %s, and runs nothing", async (_name, change, status, code) => {
    const { server, ran } = await createBench({});
    const stream = await server.start();
    const request = await untilAsked(stream);
    const response = await decide(server, request, change(request));
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ code });
    expect(ran).toHaveLength(0);
    expect((await decide(server, request)).status).toBe(202);
    await stream.all();
    expect(ran).toHaveLength(1);
  });

  it("refuses the approval of one run at another", async () => {
    const { server, ran } = await createBench({});
    const first = await server.start({}, "t1");
    const second = await server.start({}, "t2");
    const request = await untilAsked(first);
    await untilAsked(second);
    const response = await server.post(`/runs/${second.run}/commands`, decision(request, { run: second.run, thread: "t2" }));
    expect(response.status).toBe(404);
    expect(ran).toHaveLength(0);
  });

  it("answers a decision about a run that is over, and a repeated one after a lost reply", async () => {
    const { server, ran } = await createBench({});
    const stream = await server.start();
    const request = await untilAsked(stream);
    await decide(server, request);
    await stream.all();
    expect((await decide(server, request)).status).toBe(202);
    expect((await decide(server, request, { id: "another" })).status).toBe(409);
    expect((await decide(server, request, { approval: "invented" })).status).toBe(409);
    expect((await decide(server, request, { id: "third", approval: "invented" })).status).toBe(404);
    expect(ran).toHaveLength(1);
  });

  it("takes no free text while a question is open", async () => {
    const { server } = await createBench({});
    const stream = await server.start();
    await untilAsked(stream);
    const response = await server.post("/threads/t1/runs", {
      command: "start",
      client: "c",
      thread: "t1",
      startKey: "k",
      answer: "a",
      mode: "new",
      message: { id: "u", text: "yes, do it" },
    });
    expect(response.status).toBe(409);
    expect(await response.json()).toMatchObject({ code: "approval-open" });
  });
});

describe("what passes without a question", () => {
  it("runs a read at once, without a receipt", async () => {
    const { server, ran } = await createBench({ effect: "read", execute: () => [{ order: 1 }] });
    const events = await (await server.start()).all();
    expect(ran).toHaveLength(1);
    expect(find(events, "approval.request")).toEqual([]);
    expect(find(events, "receipt")).toEqual([]);
  });

  it("runs a write at once with a receipt, unless it is to be approved", async () => {
    const free = await createBench({ effect: "write" });
    expect(find(await (await free.server.start()).all(), "receipt")).toMatchObject([
      { outcome: "succeeded", summary: "Send e-mail: done" },
    ]);
    const asked = await createBench({ effect: "write", approval: true });
    await untilAsked(await asked.server.start());
    expect(asked.ran).toHaveLength(0);
  });

  it("asks about a tool that declares nothing, and about an irreversible one that says it needs none", async () => {
    for (const tool of [{}, { effect: "irreversible", approval: false } as const]) {
      const { server, ran } = await createBench(tool);
      await untilAsked(await server.start());
      expect(ran).toHaveLength(0);
    }
  });

  it("says 'empty' of a read that found nothing", async () => {
    const { server, outcomes } = await createBench({ effect: "read", execute: () => [] });
    await (await server.start()).all();
    expect(outcomes).toEqual([{ result: "empty" }]);
  });
});

describe("arguments", () => {
  it("never reach a tool that refuses them", async () => {
    const { server, ran, outcomes } = await createBench({
      effect: "read",
      parse: () => {
        throw new Error("to: expected an address");
      },
    });
    const events = await (await server.start()).all();
    expect(ran).toHaveLength(0);
    expect(outcomes).toMatchObject([{ result: "error", error: { code: "invalid-arguments", hint: "to: expected an address" } }]);
    expect(find(events, "tool.ready")).toEqual([]);
  });

  it("are shown, approved and run as the tool's own check returns them", async () => {
    const { server, ran } = await createBench({ parse: (args) => ({ ...(args as object), cc: "archive@north.example" }) });
    const stream = await server.start();
    const request = await untilAsked(stream);
    const shown = find(stream.events, "tool.ready")[0];
    expect(request.items[0]?.argsHash).toBe(shown?.argsHash);
    await decide(server, request);
    await stream.all();
    expect(ran[0]?.args).toEqual(shown?.args);
    expect(ran[0]?.args).toEqual({ ...EMAIL, cc: "archive@north.example" });
  });

  it("can't be changed behind the question", async () => {
    const args = { to: "ana@north.example" };
    const { server, ran } = await createBench({}, {}, args);
    const stream = await server.start();
    const request = await untilAsked(stream);
    args.to = "eve@evil.example";
    await decide(server, request);
    await stream.all();
    expect(ran[0]?.args).toEqual({ to: "ana@north.example" });
  });

  it.each(["no_such_tool", "__proto__", "constructor", "toString"])("of a tool called %s are refused", async (name) => {
    const outcomes: ToolOutcome[] = [];
    const server = await createTestServer({ agent: async (run) => void outcomes.push(await run.callTool(name, {})), tools: {} });
    closeLater(server);
    await (await server.start()).all();
    expect(outcomes).toMatchObject([{ result: "error", error: { code: "tool-not-ready" } }]);
  });

  it("that are nested beyond checking are refused", async () => {
    let deep: unknown = 1;
    for (let level = 0; level < 80; level += 1) deep = { deep };
    const { server, ran, outcomes } = await createBench({ effect: "read" }, {}, deep);
    await (await server.start()).all();
    expect(ran).toHaveLength(0);
    expect(outcomes).toMatchObject([{ error: { code: "invalid-arguments" } }]);
  });

  it("of a call id that was used before run nothing", async () => {
    let runs = 0;
    const outcomes: ToolOutcome[] = [];
    const server = await createTestServer({
      agent: async (run) => {
        outcomes.push(await run.callTool("look", {}, { call: "c" }), await run.callTool("look", {}, { call: "c" }));
      },
      tools: { look: defineTool({ effect: "read", execute: () => (runs += 1) }) },
    });
    closeLater(server);
    await (await server.start()).all();
    expect(runs).toBe(1);
    expect(outcomes.map((outcome) => outcome.result)).toEqual(["ok", "error"]);
  });
});

describe("what a tool did", () => {
  it.each([
    ["a read that throws", { effect: "read" }, new Error("boom"), "failed", []],
    ["a write that throws", { effect: "write" }, new Error("boom"), "unknown", ["unknown"]],
    [
      "a write that knows that nothing happened",
      { effect: "write" },
      new ToolFailure("no seat left", { effect: "none" }),
      "failed",
      ["failed"],
    ],
    ["a write that fails without knowing", { effect: "write" }, new ToolFailure("timeout"), "unknown", ["unknown"]],
  ] as const)("%s is %s", async (_name, tool, thrown, status, receipts) => {
    const { server } = await createBench({
      ...tool,
      execute: () => {
        throw thrown;
      },
    });
    const events = await (await server.start()).all();
    const answer = await answerOf(server);
    expect(answer.calls).toMatchObject([{ status }]);
    expect(answer.receipts.map((receipt) => receipt.outcome)).toEqual(receipts);
    expect(find(events, "run.end")).toMatchObject([{ outcome: "complete", effects: { [status]: ["call-1"] } }]);
  });

  it("is on record before anyone uses the result", async () => {
    const inner = createMemoryStore();
    let stored = 0;
    const store = wrapStore(inner, {
      append: async (...args: Parameters<Store["append"]>) => {
        const isStored = await inner.append(...args);
        if (args[2].some((event) => event.type === "receipt")) stored += 1;
        return isStored;
      },
    });
    let storedWhenUsed = -1;
    const server = await createTestServer({
      store,
      tools: { save: defineTool({ effect: "write", execute: () => "saved" }) },
      agent: async (run) => {
        await run.callTool("save", {});
        storedWhenUsed = stored;
      },
    });
    closeLater(server);
    await (await server.start()).all();
    expect(storedWhenUsed).toBe(1);
  });

  it("never begins without being on record", async () => {
    const inner = createMemoryStore();
    let runs = 0;
    const store = wrapStore(inner, {
      append: async (...args: Parameters<Store["append"]>) => {
        if (args[2].at(-1)?.type === "run.phase" && args[2].some((event) => event.type === "tool.start")) throw new Error("disk full");
        return inner.append(...args);
      },
    });
    const server = await createTestServer({
      store,
      tools: { save: defineTool({ effect: "write", execute: () => (runs += 1) }) },
      agent: async (run) => void (await run.callTool("save", {})),
    });
    closeLater(server);
    await (await server.start()).all();
    expect(runs).toBe(0);
  });
});

describe("a stop while a tool runs", () => {
  function slowTool(): {
    tool: Partial<ToolDefinition>;
    finish: (output: unknown) => void;
    signal: () => AbortSignal | undefined;
    started: Promise<void>;
  } {
    let finish: (output: unknown) => void = () => {};
    let started: () => void = () => {};
    let signal: AbortSignal | undefined;
    const output = new Promise<unknown>((resolve) => (finish = resolve));
    return {
      started: new Promise((resolve) => (started = resolve)),
      finish: (value) => finish(value),
      signal: () => signal,
      tool: {
        effect: "write",
        execute: (_args, context) => {
          signal = context.signal;
          started();
          return output;
        },
      },
    };
  }

  it("waits for what it reports, and keeps its receipt", async () => {
    const slow = slowTool();
    const { server } = await createBench(slow.tool);
    const stream = await server.start();
    await slow.started;
    await server.post(`/runs/${stream.run}/commands`, stopCommand());
    const ack = await stream.until((event) => event.type === "stop.ack");
    expect(ack).toMatchObject({ settling: ["call-1"], upstream: "aborted" });
    expect(slow.signal()?.aborted).toBe(true);
    slow.finish({ sent: 1 });
    const events = await stream.all();
    expect(find(events, "run.end")).toMatchObject([{ cause: "stopped", effects: { succeeded: ["call-1"] } }]);
    expect(await answerOf(server)).toMatchObject({ receipts: [{ outcome: "succeeded" }] });
  });

  it("says unknown after settleMs, and takes a late receipt", async () => {
    const slow = slowTool();
    const { server } = await createBench(slow.tool, { settleMs: 4_000 });
    const stream = await server.start();
    await slow.started;
    await server.post(`/runs/${stream.run}/commands`, stopCommand());
    await stream.until((event) => event.type === "stop.ack");
    await server.clock.advance(4_000);
    const events = await stream.all();
    expect(find(events, "run.end")).toMatchObject([{ effects: { unknown: ["call-1"] } }]);
    slow.finish({ sent: 1 });
    await expect
      .poll(async () => (await server.clock.advance(100), (await answerOf(server)).receipts))
      .toMatchObject([{ outcome: "succeeded", late: true }]);
    const last = events.at(-1)?.seq ?? 0;
    const late = await subscribe(await server.events(stream.run, last)).all();
    expect(late.map((event) => event.type)).toEqual(["receipt", "tool.result"]);
    expect(await answerOf(server)).toMatchObject({
      status: "truncated",
      calls: [{ status: "succeeded" }],
      effects: { succeeded: ["call-1"], unknown: [] },
    });
  });

  it("does not tell a tool that can't be cancelled", async () => {
    const slow = slowTool();
    const { server } = await createBench({ ...slow.tool, cancellable: false });
    const stream = await server.start();
    await slow.started;
    await server.post(`/runs/${stream.run}/commands`, stopCommand());
    await stream.until((event) => event.type === "stop.ack");
    expect(slow.signal()?.aborted).toBe(false);
    slow.finish(1);
    await stream.all();
  });

  it("cancels one call alone when only that is asked for", async () => {
    const { server, ran, outcomes } = await createBench({});
    const stream = await server.start();
    await untilAsked(stream);
    const response = await server.post(`/runs/${stream.run}/commands`, stopCommand({ scope: "tool", call: "call-1" }));
    expect(response.status).toBe(202);
    await stream.all();
    expect(ran).toHaveLength(0);
    expect(outcomes).toEqual([{ result: "cancelled" }]);
    expect(await answerOf(server)).toMatchObject({ status: "complete" });
  });

  it("ends parallel calls each by its own state", async () => {
    const slow = slowTool();
    const server = await createTestServer({
      agent: async (run) => void (await Promise.all([run.callTool("slow", {}, { call: "a" }), run.callTool("ask", {}, { call: "b" })])),
      tools: { slow: { ...slow.tool, execute: slow.tool.execute ?? (() => null) }, ask: defineTool({ execute: () => "never" }) },
    });
    closeLater(server);
    const stream = await server.start();
    await slow.started;
    await untilAsked(stream);
    await server.post(`/runs/${stream.run}/commands`, stopCommand());
    slow.finish(1);
    expect(find(await stream.all(), "run.end")).toMatchObject([{ effects: { succeeded: ["a"], cancelled: ["b"] } }]);
  });
});

describe("an orphan with calls", () => {
  it("leaves a started call unknown, and an open question cancelled", async () => {
    const store = createMemoryStore();
    const dead = await createTestServer({
      store,
      leaseMs: 1_000,
      tools: { slow: defineTool({ effect: "write", execute: () => new Promise(() => {}) }), ask: defineTool({ execute: () => 1 }) },
      agent: async (run) => void (await Promise.all([run.callTool("slow", {}, { call: "a" }), run.callTool("ask", {}, { call: "b" })])),
    });
    closeLater(dead);
    const stream = await dead.start();
    await stream.until((event) => event.type === "tool.start");
    await untilAsked(stream);
    await dead.clock.advance(100);
    const next = await createTestServer({ store, agent: async () => {} });
    closeLater(next);
    await next.clock.advance(5_000);
    expect(await answerOf(next)).toMatchObject({
      cause: "orphaned",
      effects: { unknown: ["a"], cancelled: ["b"] },
      approvals: [{ status: "cancelled" }],
    });
  });
});
