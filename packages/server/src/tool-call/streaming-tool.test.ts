import { afterEach, describe, expect, it } from "vitest";
import type { Agent } from "../agents/agent.js";
import { createTestServer, stopCommand, type TestServer } from "../testing/test-server.js";
import { answerOf, closeLater, createBench, find, closeServers } from "../testing/tool-bench.js";
import { MAX_STREAMED_LENGTH } from "./streamed-output.js";
import { defineTool, ToolFailure, type ToolDefinition, type ToolOutcome } from "./tool.js";

afterEach(closeServers);

const pressEnough = (server: TestServer, run: string) =>
  server.post(`/runs/${run}/commands`, stopCommand({ scope: "tool", call: "call-1", intent: "enough", keepPartial: true }));

/** Yields rows as the test lets it, for ever. */
function endless(): { tool: ToolDefinition; give: () => void; readonly returned: number; readonly given: number } {
  let give: () => void = () => {};
  const state = { returned: 0, given: 0 };
  async function* rows() {
    try {
      for (;;) {
        await new Promise<void>((resolve) => (give = resolve));
        state.given += 1;
        yield { row: state.given };
      }
    } finally {
      state.returned += 1;
    }
  }
  return {
    tool: { effect: "read", execute: () => rows() },
    give: () => give(),
    get returned() {
      return state.returned;
    },
    get given() {
      return state.given;
    },
  };
}

describe("r13-enough: a tool that streams without end", () => {
  it("is closed at row 30, its partial result reaches the model, and the answer goes on", async () => {
    const source = endless();
    const { server, outcomes } = await createBench(source.tool);
    const stream = await server.start();
    await stream.until((event) => event.type === "tool.start");
    for (let row = 1; row <= 30; row += 1) {
      await expect.poll(() => (source.give(), source.given)).toBeGreaterThanOrEqual(row);
      await server.clock.advance(100);
    }
    expect((await pressEnough(server, stream.run)).status).toBe(202);
    source.give();
    const events = await stream.all();
    await expect.poll(() => (source.give(), source.returned)).toBe(1);
    const [result] = find(events, "tool.result");
    expect(result).toMatchObject({ result: "ok", partial: true, cut: { by: "user" } });
    const rows = result?.output as unknown[];
    expect(rows.length).toBeGreaterThanOrEqual(29);
    expect(rows.length).toBeLessThanOrEqual(31);
    expect(outcomes).toEqual([{ result: "ok", output: rows, partial: true, cut: { by: "user" } }]);
    expect(await answerOf(server)).toMatchObject({ status: "complete", calls: [{ status: "succeeded", partial: true }] });
  });

  it("is refused of a tool that has no pieces, or does not run", async () => {
    const { server } = await createBench({ effect: "read", execute: () => new Promise(() => {}) }, { settleMs: 10 });
    const stream = await server.start();
    await stream.until((event) => event.type === "tool.start");
    expect((await pressEnough(server, stream.run)).status).toBe(409);
    expect(find(stream.events, "tool.result")).toEqual([]);
  });

  it("is cut by a limit where nobody says enough", async () => {
    let returned = 0;
    async function* rows() {
      try {
        for (;;) yield "x".repeat(10_000);
      } finally {
        returned += 1;
      }
    }
    const { server, outcomes } = await createBench({ effect: "read", execute: () => rows() });
    await (await server.start()).all();
    expect(outcomes).toMatchObject([{ partial: true, cut: { by: "limit" } }]);
    const [outcome] = outcomes;
    const length = outcome?.result === "ok" ? JSON.stringify(outcome.output).length : 0;
    expect(length).toBeLessThan(MAX_STREAMED_LENGTH * 1.1);
    expect(returned).toBe(1);
  });

  it("ends like any other when it ends by itself", async () => {
    async function* rows() {
      yield "a";
      yield "b";
    }
    async function* withResult() {
      yield "a";
      return { total: 1 };
    }
    for (const [execute, output] of [
      [rows, ["a", "b"]],
      [withResult, { total: 1 }],
    ] as const) {
      const { server, outcomes } = await createBench({ effect: "read", execute });
      await (await server.start()).all();
      expect(outcomes).toEqual([{ result: "ok", output }]);
    }
  });

  it("that fails says so, and a write that fails so is unknown", async () => {
    async function* rows() {
      yield "a";
      throw new Error("torn");
    }
    for (const [effect, result] of [
      ["read", "error"],
      ["write", "unknown"],
    ] as const) {
      const { server, outcomes } = await createBench({ effect, execute: rows });
      await (await server.start()).all();
      expect(outcomes).toMatchObject([{ result }]);
    }
  });
});

describe("progress", () => {
  it("of ten thousand rows is a few events and no more text than any reader keeps", async () => {
    async function* rows() {
      for (let row = 0; row < 10_000; row += 1) yield `row ${row}`;
    }
    const { server } = await createBench({ effect: "read", execute: () => rows() });
    const events = await (await server.start()).all();
    const progress = find(events, "tool.progress");
    expect(progress.length).toBeLessThan(10);
    expect(
      progress
        .map(({ delta }) => delta ?? "")
        .join("")
        .split("\n").length,
    ).toBeLessThanOrEqual(202);
    expect(progress.at(-1)?.count).toBe(10_000);
    expect((await answerOf(server)).calls[0]?.progress).toMatchObject({ count: 10_000 });
  });

  it("is told ten times a second at most", async () => {
    const { server } = await createBench({
      effect: "read",
      execute: async (_args, { progress }) => {
        for (let count = 1; count <= 1_000; count += 1) progress({ count, total: 1_000 });
      },
    });
    const events = await (await server.start()).all();
    expect(find(events, "tool.progress").map(({ count }) => count)).toEqual([1, 1_000]);
  });
});

describe("a call that failed and did nothing", () => {
  const busy = () => new ToolFailure("Busy.", { effect: "none", retryable: true });

  it("is tried again under the same key, and only then is the model told", async () => {
    const keys: string[] = [];
    const { server, outcomes } = await createBench({
      effect: "write",
      execute: (_args, { callKey }) => {
        if (keys.push(callKey) < 3) throw busy();
        return "done";
      },
    });
    const stream = await server.start();
    await expect.poll(async () => (await server.clock.advance(500), outcomes.length)).toBe(1);
    const events = await stream.all();
    expect(new Set(keys).size).toBe(1);
    expect(find(events, "tool.start").map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
    expect(find(events, "tool.result")).toMatchObject([{ result: "ok" }]);
    expect(outcomes).toEqual([{ result: "ok", output: "done" }]);
  });

  it("is never tried again by itself where it may have acted, or may not be", async () => {
    for (const failure of [new ToolFailure("?", { retryable: true }), new ToolFailure("No.", { effect: "none" })]) {
      let runs = 0;
      const { server } = await createBench({
        effect: "write",
        execute: () => {
          runs += 1;
          throw failure;
        },
      });
      const stream = await server.start();
      await server.clock.advance(10_000);
      await stream.all();
      expect(runs).toBe(1);
    }
  });

  it("can be tried again by the reader while the answer goes on", async () => {
    let runs = 0;
    const keys: string[] = [];
    let goOn: () => void = () => {};
    const told: ToolOutcome[] = [];
    const server = closeLater(
      await createTestServer({
        tools: {
          save: defineTool({
            effect: "write",
            maxRetries: 0,
            execute: (_args, { callKey }) => {
              keys.push(callKey);
              if ((runs += 1) === 1) throw busy();
              return "saved";
            },
          }),
        },
        agent: async (run) => {
          told.push(await run.callTool("save", {}, { call: "c" }));
          await new Promise<void>((resolve) => (goOn = resolve));
        },
      }),
    );
    const stream = await server.start();
    await stream.until((event) => event.type === "tool.result");
    const retry = (id: string) =>
      server.post(`/runs/${stream.run}/commands`, { command: "retry", id, client: "c", thread: "t1", run: stream.run, call: "c" });
    expect((await retry("r1")).status).toBe(202);
    await stream.until((event) => event.type === "tool.result" && event.result === "ok");
    expect((await retry("r2")).status).toBe(409);
    goOn();
    await stream.all();
    expect((await retry("r3")).status).toBe(409);
    expect(new Set(keys).size).toBe(1);
    expect(await answerOf(server)).toMatchObject({ calls: [{ status: "succeeded", attempt: 2 }] });
    expect(told).toMatchObject([{ result: "error" }]);
  });
});

describe("r10-regen: what an earlier answer did is not done again", () => {
  async function createMailer() {
    const mails: unknown[] = [];
    const told: unknown[] = [];
    let to = "ana@north.example";
    let isCut = false;
    const server = closeLater(
      await createTestServer({
        tools: {
          send_email: defineTool({
            effect: "write",
            execute: (args) => ({ id: mails.push(args) }),
            receipt: () => ({ summary: "E-mail sent to Ana" }),
          }),
        },
        agent: async (run) => {
          told.push(run.conversation);
          run.text("Sending.");
          told.push(await run.callTool("send_email", { to }));
          if (isCut) run.end({ cause: "length" });
        },
      }),
    );
    return { server, mails, told, change: (next: string) => void (to = next), cut: () => void (isCut = true) };
  }

  it("by a regenerate, whose context holds the receipt", async () => {
    const { server, mails, told } = await createMailer();
    const first = await server.start({ message: { id: "u-1", text: "Write to Ana" } });
    await first.all();
    await (await server.start({ mode: "regenerate", parent: "u-1", message: undefined })).all();
    expect(mails).toHaveLength(1);
    expect(told[3]).toEqual({ result: "ok", output: { id: 1 } });
    expect(JSON.stringify(told[2])).toContain("send_email");
    expect(JSON.stringify(told[2])).not.toContain("Sending.");
    const answers = (await server.messages()).filter((message) => message.role === "assistant");
    expect(answers.flatMap((answer) => (answer.role === "assistant" ? answer.receipts : []))).toHaveLength(1);
  });

  it("by a regenerate while the first answer still does it: that one is stopped, and its receipt is waited for", async () => {
    let deliver: () => void = () => {};
    const delivered = new Promise<void>((resolve) => (deliver = resolve));
    let mails = 0;
    const mail = defineTool({
      effect: "write",
      execute: async () => (await delivered, (mails += 1)),
      receipt: () => ({ summary: "Sent" }),
    });
    const agent: Agent = async (run) => void (await run.callTool("mail", {}));
    const server = closeLater(await createTestServer({ tools: { mail }, agent }));
    const first = await server.start({ message: { id: "u-3", text: "Write to Ana" } });
    await first.until((event) => event.type === "tool.start");
    const again = server.start({ mode: "regenerate", parent: "u-3", message: undefined });
    await server.clock.advance(0);
    await first.until((event) => event.type === "stop.ack");
    deliver();
    await (await again).all();
    expect(find(await first.all(), "run.end")).toMatchObject([{ outcome: "truncated", cause: "stopped", effects: { succeeded: [{}] } }]);
    expect(mails).toBe(1);
  });

  it("by going on with an answer that was cut", async () => {
    const { server, mails, cut } = await createMailer();
    cut();
    const first = await server.start();
    await first.all();
    const answer = (await answerOf(server)).id;
    await (await server.start({ mode: "continue", answer, message: undefined })).all();
    expect(mails).toHaveLength(1);
  });

  it("but other arguments are another deed, and so is another message", async () => {
    const { server, mails, change } = await createMailer();
    await (await server.start({ message: { id: "u-2", text: "Write to Ana" } })).all();
    await (await server.start()).all();
    expect(mails).toHaveLength(2);
    change("bo@north.example");
    await (await server.start({ mode: "regenerate", parent: "u-2", message: undefined })).all();
    expect(mails).toHaveLength(3);
  });
});
