import { afterEach, describe, expect, it } from "vitest";
import { stopCommand } from "../testing/test-server.js";
import { answerOf, createBench, decide, find, untilAsked, closeServers } from "../testing/tool-bench.js";

afterEach(closeServers);

const WRITE = { effect: "write" } as const;
const WINDOW = { undoWindowMs: 10_000, minToolLeadMs: 800 };

describe("r24-window: the time in which a write can be cancelled", () => {
  it.each([
    ["cancelling the call", { scope: "tool", call: "call-1" }, "complete"],
    ["stopping the answer", {}, "truncated"],
  ])("ends by %s without anything done", async (_name, command, status) => {
    const { server, ran } = await createBench(WRITE, WINDOW);
    const stream = await server.start();
    const hold = await stream.until((event) => event.type === "tool.hold");
    expect(hold).toMatchObject({ call: "call-1", ms: 10_000 });
    await server.clock.advance(9_999);
    expect((await server.post(`/runs/${stream.run}/commands`, stopCommand(command))).status).toBe(202);
    await stream.all();
    await server.clock.advance(60_000);
    expect(ran).toHaveLength(0);
    expect(find(stream.events, "tool.start")).toEqual([]);
    expect(await answerOf(server)).toMatchObject({
      status,
      calls: [{ status: "cancelled" }],
      effects: { cancelled: ["call-1"] },
      receipts: [],
    });
  });

  it("ends by itself, and then the write is done and has a receipt", async () => {
    const { server, ran } = await createBench(WRITE, WINDOW);
    const stream = await server.start();
    await stream.until((event) => event.type === "tool.hold");
    await server.clock.advance(9_999);
    expect(ran).toHaveLength(0);
    await server.clock.advance(1);
    await stream.all();
    expect(ran).toHaveLength(1);
    expect(await answerOf(server)).toMatchObject({
      calls: [{ status: "succeeded", heldMs: 10_000 }],
      receipts: [{ outcome: "succeeded" }],
    });
    const late = await server.post(`/runs/${stream.run}/commands`, stopCommand({ scope: "tool", call: "call-1" }));
    expect(late.status).toBe(202);
    expect(await answerOf(server)).toMatchObject({ calls: [{ status: "succeeded" }] });
  });

  it("is not there for reads, and not for what somebody approved", async () => {
    const read = await createBench({ effect: "read" }, WINDOW);
    expect(find(await (await read.server.start()).all(), "tool.hold")).toEqual([]);
    const asked = await createBench({ ...WRITE, approval: true }, WINDOW);
    const stream = await asked.server.start();
    const request = await untilAsked(stream);
    await asked.server.clock.advance(2_000);
    await decide(asked.server, request);
    expect(find(await stream.all(), "tool.hold")).toEqual([]);
    expect([...read.ran, ...asked.ran]).toHaveLength(2);
  });

  it("is what the tool says where it says something", async () => {
    const { server } = await createBench({ ...WRITE, undoWindowMs: 3_000 }, WINDOW);
    const stream = await server.start();
    expect(await stream.until((event) => event.type === "tool.hold")).toMatchObject({ ms: 3_000 });
    await server.clock.advance(3_000);
    await stream.all();
  });
});

describe("r12-lead: what changes something can be seen before it runs", () => {
  it("runs no earlier than minToolLeadMs after its arguments were shown", async () => {
    const { server, ran } = await createBench({ ...WRITE, undoWindowMs: 0 }, WINDOW);
    const stream = await server.start();
    await stream.until((event) => event.type === "tool.ready");
    await server.clock.advance(799);
    expect(ran).toHaveLength(0);
    await server.clock.advance(1);
    const events = await stream.all();
    const [ready] = find(events, "tool.ready");
    const [start] = find(events, "tool.start");
    expect((start?.t ?? 0) - (ready?.t ?? 0)).toBe(800);
    expect(ran).toHaveLength(1);
  });

  it("counts the time in which somebody decided", async () => {
    const { server, ran } = await createBench({}, WINDOW);
    const stream = await server.start();
    const request = await untilAsked(stream);
    await server.clock.advance(500);
    await decide(server, request);
    await server.clock.advance(299);
    expect(ran).toHaveLength(0);
    await server.clock.advance(1);
    await stream.all();
    expect(ran).toHaveLength(1);
  });

  it("does not keep reads waiting, and leaves the chance to stop", async () => {
    const read = await createBench({ effect: "read" }, WINDOW);
    await (await read.server.start()).all();
    expect(read.ran).toHaveLength(1);
    const { server, ran } = await createBench({ ...WRITE, undoWindowMs: 0 }, WINDOW);
    const stream = await server.start();
    await stream.until((event) => event.type === "tool.ready");
    await server.clock.advance(400);
    await server.post(`/runs/${stream.run}/commands`, stopCommand());
    await server.clock.advance(1_000);
    await stream.all();
    expect(ran).toHaveLength(0);
  });
});
