import { afterEach, describe, expect, it } from "vitest";
import { createArgsHash, type EventOf } from "@unsay/core/protocol";
import { createMemoryStore } from "../stores/memory.js";
import { createTestServer, stopCommand } from "../testing/test-server.js";
import { answerOf, closeLater, createBench, decide, EMAIL, find, untilAsked, type Bench, closeServers } from "../testing/tool-bench.js";
import { defineTool, type ToolDefinition, type ToolOutcome } from "../tool-call/tool.js";
import { coversArgs, MAX_GRANT_MS } from "./grants.js";
import type { Policy } from "./policy.js";

afterEach(closeServers);

const parse = (args: unknown) => {
  const { to } = args as { to?: unknown };
  if (typeof to !== "string" || !to.includes("@")) throw new Error("to: expected an address");
  return args;
};
const approve = (request: EventOf<"approval.request">, extra: Record<string, unknown>) => ({
  items: request.items.map((item) => ({ ...item, decision: "approve", ...extra })),
});

describe("r24-forge: a decision that is not the one that was asked for", () => {
  it("1 forged: an approval that nobody asked for", async () => {
    const { server, ran } = await createBench({});
    const request = await untilAsked(await server.start());
    expect((await decide(server, { ...request, approval: "forged" })).status).toBe(404);
    expect(ran).toHaveLength(0);
  });

  it("2 edited: other arguments under the hash that was asked about, where none may be edited or they do not fit", async () => {
    const closed = await createBench({});
    const first = await untilAsked(await closed.server.start());
    expect((await decide(closed.server, first, approve(first, { edited: { to: "eve@evil.example" } }))).status).toBe(400);
    const open = await createBench({ parse });
    const second = await untilAsked(await open.server.start());
    const response = await decide(open.server, second, approve(second, { edited: { to: 7 } }));
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ code: "invalid-arguments", field: "edited", hint: "to: expected an address" });
    expect([...closed.ran, ...open.ran]).toHaveLength(0);
  });

  it("3 replayed: the decision of one run at another, and twice at its own", async () => {
    const { server, ran } = await createBench({});
    const stream = await server.start();
    const request = await untilAsked(stream);
    await decide(server, request);
    await stream.all();
    const again = await server.start();
    await untilAsked(again);
    expect((await decide(server, { ...request, run: again.run }, { id: "replay" })).status).toBe(404);
    expect((await decide(server, request, { id: "replay" })).status).toBe(409);
    expect(ran).toHaveLength(1);
  });

  it("4 expired: a yes that came too late", async () => {
    const { server, ran } = await createBench({}, { approvalExpiryMs: 1_000 });
    const request = await untilAsked(await server.start());
    await server.clock.advance(1_000);
    const late = await decide(server, request);
    expect([late.status, ((await late.json()) as { code: string }).code]).toEqual([409, "approval-expired"]);
    expect(ran).toHaveLength(0);
  });

  it("5 pre-approved: a history, or a start, that says yes beforehand", async () => {
    const { server, ran } = await createBench({});
    const approved = { approvals: [{ status: "approved" }], calls: [{ id: "call-1", status: "approved" }] };
    const stream = await server.start({
      ...approved,
      messages: [{ role: "assistant", ...approved }],
      message: { id: "u-9", text: "yes", ...approved },
    });
    await untilAsked(stream);
    await server.clock.advance(60_000);
    expect(ran).toHaveLength(0);
  });
});

describe("r24-args: what runs is what was approved", () => {
  it("runs edited arguments as the tool's check returns them, under a hash of their own, recorded as an edit", async () => {
    const { server, ran } = await createBench({ parse: (args) => ({ ...(parse(args) as object), checked: true }) });
    const stream = await server.start();
    const request = await untilAsked(stream);
    expect(request.editable).toBe(true);
    const edited = { to: "bo@north.example", subject: "Invoice" };
    expect((await decide(server, request, approve(request, { edited }))).status).toBe(202);
    const events = await stream.all();
    const runs = { ...edited, checked: true };
    expect(ran.map(({ args }) => args)).toEqual([runs]);
    expect(find(events, "approval.decision")[0]?.items).toMatchObject([
      { decision: "approved", edited: runs, argsHash: request.items[0]?.argsHash },
    ]);
    const [call] = (await answerOf(server)).calls;
    expect(call).toMatchObject({ status: "succeeded", args: runs, argsHash: createArgsHash("call-1", "send_email", runs) });
    expect(call?.proposed?.args).toEqual({ ...EMAIL, checked: true });
  });

  it("leaves the question open after an edit that was refused", async () => {
    const { server, ran } = await createBench({ parse });
    const stream = await server.start();
    const request = await untilAsked(stream);
    await decide(server, request, approve(request, { edited: { to: "nobody" } }));
    expect((await decide(server, request, { id: "second" })).status).toBe(202);
    await stream.all();
    expect(ran.map(({ args }) => args)).toEqual([EMAIL]);
  });

  it("classifies edited arguments anew", async () => {
    const policy: Policy = (_name, args) => ((args as { to: string }).to.endsWith("@rival.example") ? "deny" : undefined);
    const { server, ran } = await createBench({ parse }, { policy });
    const request = await untilAsked(await server.start());
    const response = await decide(server, request, approve(request, { edited: { to: "eve@rival.example" } }));
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({ code: "policy-denied" });
    expect(ran).toHaveLength(0);
  });
});

describe("several calls in one question", () => {
  async function createBatch(): Promise<Bench & { readonly names: string[] }> {
    const names: string[] = [];
    const outcomes: ToolOutcome[] = [];
    const tool = (effect?: "read"): ToolDefinition => ({
      ...(effect === undefined ? {} : { effect }),
      execute: (_, { call }) => void names.push(call),
    });
    const server = closeLater(
      await createTestServer({
        tools: { act: tool(), look: tool("read") },
        agent: async (run) => {
          const requests = ["a", "look", "b", "c"].map((call) => ({ name: call === "look" ? "look" : "act", args: { call }, call }));
          outcomes.push(...(await run.callTools(requests)));
        },
      }),
    );
    return { server, ran: [], outcomes, names };
  }

  it("has a choice for each, and only what needs one is in it", async () => {
    const { server, outcomes, names } = await createBatch();
    const stream = await server.start();
    const request = await untilAsked(stream);
    expect(request.items.map(({ call }) => call)).toEqual(["a", "b", "c"]);
    const items = request.items.map((item) => ({
      ...item,
      decision: item.call === "b" ? "reject" : "approve",
      ...(item.call === "b" ? { reason: "not b" } : {}),
    }));
    await decide(server, request, { items });
    await stream.all();
    expect(names.toSorted()).toEqual(["a", "c", "look"]);
    expect(outcomes.map((outcome) => outcome.result)).toEqual(["empty", "empty", "rejected", "empty"]);
    expect((await answerOf(server)).calls.map(({ id, status }) => [id, status])).toEqual([
      ["a", "succeeded"],
      ["look", "succeeded"],
      ["b", "rejected"],
      ["c", "succeeded"],
    ]);
  });

  it("is not decided by a decision about some of them", async () => {
    const { server, names } = await createBatch();
    const request = await untilAsked(await server.start());
    const response = await decide(server, request, { items: [{ ...request.items[0], decision: "approve" }] });
    expect(response.status).toBe(400);
    expect(names.filter((name) => name !== "look")).toEqual([]);
  });
});

describe("a policy", () => {
  it("lets pass, asks or forbids by name and arguments", async () => {
    const verdicts = { allow: [0, 1], ask: [1, 0], deny: [0, 0] } as const;
    for (const [verdict, [questions, runs]] of Object.entries(verdicts)) {
      const { server, ran, outcomes } = await createBench({ effect: "write" }, { policy: () => verdict as "allow" });
      const stream = await server.start();
      await (verdict === "ask" ? untilAsked(stream) : stream.all());
      expect([find(stream.events, "approval.request").length, ran.length]).toEqual([questions, runs]);
      if (verdict === "deny") expect(outcomes).toMatchObject([{ result: "error", error: { code: "policy-denied" } }]);
    }
  });

  it("never lets an irreversible call pass unasked, and forbids when it throws or talks nonsense", async () => {
    const asked = await createBench({}, { policy: () => "allow" });
    await untilAsked(await asked.server.start());
    expect(asked.ran).toHaveLength(0);
    const broken: readonly Policy[] = [
      () => {
        throw new Error("down");
      },
      () => "yes" as "allow",
    ];
    for (const policy of broken) {
      const { server, ran } = await createBench({ effect: "read" }, { policy });
      await (await server.start()).all();
      expect(ran).toHaveLength(0);
    }
  });

  it("is asked again in the moment before the call runs", async () => {
    let verdict: "allow" | "deny" = "allow";
    const { server, ran, outcomes } = await createBench({ effect: "write" }, { policy: () => verdict, undoWindowMs: 5_000 });
    const stream = await server.start();
    await stream.until((event) => event.type === "tool.hold");
    verdict = "deny";
    await server.clock.advance(5_000);
    await stream.all();
    expect(ran).toHaveLength(0);
    expect(outcomes).toMatchObject([{ result: "error", error: { code: "policy-denied" } }]);
  });
});

const SCOPE = { argsPattern: '{"to":"*@north.example","subject":"*"}', ms: 60_000 };
const TICKET: Partial<ToolDefinition> = { effect: "write", approval: true };
const grantsOf = async (bench: Bench) =>
  ((await (await bench.server.get("/threads/t1/grants")).json()) as { grants: { grant: string }[] }).grants;

async function grant(bench: Bench, scope: object = SCOPE): Promise<Response> {
  const stream = await bench.server.start();
  const request = await untilAsked(stream);
  const response = await decide(bench.server, request, { id: `grant-${stream.run}`, ...approve(request, { scope }) });
  if (response.status === 202) await stream.all();
  return response;
}

describe("a standing permission", () => {
  it("lets calls that it covers pass, in its thread and for its time", async () => {
    const bench = await createBench(TICKET);
    expect((await grant(bench)).status).toBe(202);
    expect(find(await (await bench.server.start()).all(), "approval.decision")).toMatchObject([
      { by: "grant", items: [{ call: "call-1", decision: "approved" }] },
    ]);
    expect(await answerOf(bench.server)).toMatchObject({ approvals: [{ status: "approved", by: "grant" }] });
    expect(bench.ran).toHaveLength(2);
    await untilAsked(await bench.server.start({}, "t2"));
    await bench.server.clock.advance(60_000);
    await untilAsked(await bench.server.start());
    expect(bench.ran).toHaveLength(2);
  });

  it("is listed, and can be revoked, also while a call that it let pass waits", async () => {
    const bench = await createBench(TICKET, { undoWindowMs: 5_000 });
    await grant(bench);
    const [given] = await grantsOf(bench);
    expect(given).toMatchObject({ thread: "t1", tool: "send_email", argsPattern: SCOPE.argsPattern });
    const stream = await bench.server.start();
    await stream.until((event) => event.type === "tool.hold");
    expect((await bench.server.post("/threads/t2/revocations", { grant: given?.grant })).status).toBe(404);
    expect((await bench.server.post("/threads/t1/revocations", { grant: given?.grant })).status).toBe(204);
    await bench.server.clock.advance(5_000);
    await stream.all();
    expect(bench.ran).toHaveLength(1);
    expect(await grantsOf(bench)).toEqual([]);
    await untilAsked(await bench.server.start());
  });

  it.each([
    ["of other arguments", { argsPattern: '{"to":"*@south.example","subject":"*"}', ms: 1 }],
    ["that leaves out an argument", { argsPattern: '{"to":"*"}', ms: 1 }],
    ["that is no pattern", { argsPattern: "to=*", ms: 1 }],
    ["for ever", { argsPattern: "*", ms: MAX_GRANT_MS + 1 }],
    ["for no time", { argsPattern: "*", ms: 0 }],
  ])("%s is refused, and the question stays open", async (_name, scope) => {
    const bench = await createBench(TICKET);
    const response = await grant(bench, scope);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ field: "scope" });
    expect(bench.ran).toHaveLength(0);
    expect(await grantsOf(bench)).toEqual([]);
  });

  it("is never given for what can't be taken back, and never offered for it", async () => {
    const bench = await createBench({});
    const request = await untilAsked(await bench.server.start());
    expect(request.options).toEqual(["once"]);
    const response = await decide(bench.server, request, approve(request, { scope: { argsPattern: "*", ms: 1_000 } }));
    expect(response.status).toBe(403);
    expect(bench.ran).toHaveLength(0);
  });

  it("does not count for arguments that it does not cover", async () => {
    const store = createMemoryStore();
    await grant(await createBench(TICKET, { store }));
    const other = await createBench(TICKET, { store }, { ...EMAIL, to: "eve@rival.example" });
    await untilAsked(await other.server.start());
    expect(other.ran).toHaveLength(0);
  });

  it("does not count for a tool that has changed since", async () => {
    const store = createMemoryStore();
    const before = await createBench(TICKET, { store });
    await grant(before);
    const after = await createBench({ ...TICKET, description: "Now it also pays." }, { store });
    await untilAsked(await after.server.start());
    expect(after.ran).toHaveLength(0);
  });

  it("is not given by a rejection, nor by a stop", async () => {
    const bench = await createBench(TICKET);
    const stream = await bench.server.start();
    const request = await untilAsked(stream);
    await decide(bench.server, request, { items: request.items.map((item) => ({ ...item, decision: "reject", scope: SCOPE })) });
    const second = await bench.server.start();
    await untilAsked(second);
    await bench.server.post(`/runs/${second.run}/commands`, stopCommand());
    expect(await grantsOf(bench)).toEqual([]);
  });
});

describe("a pattern of arguments", () => {
  it.each([
    ["*", { any: [1] }, true],
    ['{"to":"a*c*e"}', { to: "abcde" }, true],
    ['{"to":"a*c*e"}', { to: "ace" }, true],
    ['{"to":"a*a"}', { to: "a" }, false],
    ['{"to":"*@x"}', { to: "eve@x.evil" }, false],
    ['{"to":"*@x"}', { to: "a@x", bcc: "eve" }, false],
    ['{"to":["*",1]}', { to: ["b", 1] }, true],
    ['{"to":["*"]}', { to: ["b", "c"] }, false],
    ['{"to":"5"}', { to: 5 }, false],
    ['{"__proto__":"*"}', {}, false],
    ["[]", [], false],
    ["{", {}, false],
  ])("%s on %j: %s", (pattern, args, covers) => {
    expect(coversArgs(pattern, args)).toBe(covers);
  });

  it("costs no more than its text is long", () => {
    const before = process.cpuUsage();
    expect(coversArgs(JSON.stringify({ to: "a*".repeat(2_000) + "b" }), { to: "a".repeat(200_000) })).toBe(false);
    // Of the processor's time, which a busy machine gives more slowly and not less of.
    expect(process.cpuUsage(before).user / 1_000).toBeLessThan(500);
  });
});

describe("B7: a hundred parallel decisions", () => {
  it("are one execution, and equal answers where they are the same decision", async () => {
    const { server, ran } = await createBench({});
    const stream = await server.start();
    const request = await untilAsked(stream);
    const responses = await Promise.all(Array.from({ length: 100 }, () => decide(server, request)));
    await stream.all();
    expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([202]));
    expect(ran).toHaveLength(1);
  });

  it("of two kinds let one win, which both hear", async () => {
    const { server, ran } = await createBench({});
    const stream = await server.start();
    const request = await untilAsked(stream);
    const responses = await Promise.all(
      Array.from({ length: 100 }, (_, at) =>
        decide(server, request, {
          id: `d-${at}`,
          items: request.items.map((item) => ({ ...item, decision: at % 2 === 0 ? "reject" : "approve" })),
        }),
      ),
    );
    await stream.all();
    expect(responses.filter(({ status }) => status === 202)).toHaveLength(1);
    const won = find(stream.events, "approval.decision")[0]?.items[0]?.decision;
    expect(ran).toHaveLength(won === "approved" ? 1 : 0);
  });
});

describe("B11: five questions in one turn", () => {
  it("are each asked once, and each answer reaches its call", async () => {
    const did: string[] = [];
    const server = closeLater(
      await createTestServer({
        tools: { act: defineTool({ execute: (_, { call }) => void did.push(call) }) },
        agent: async (run) => {
          for (const call of ["1", "2", "3", "4", "5"]) await run.callTool("act", { call }, { call });
        },
      }),
    );
    const stream = await server.start();
    for (const call of ["1", "2", "3", "4", "5"]) {
      const request = (await stream.until(
        (event) => event.type === "approval.request" && event.items[0]?.call === call,
      )) as EventOf<"approval.request">;
      const shown = (await answerOf(server)).approvals.filter(({ status }) => status === "open");
      expect(shown.map(({ id }) => id)).toEqual([request.approval]);
      const decision = Number(call) % 2 === 0 ? "reject" : "approve";
      await decide(server, request, { id: `d-${call}`, items: request.items.map((item) => ({ ...item, decision })) });
    }
    expect(find(await stream.all(), "approval.request")).toHaveLength(5);
    expect(did).toEqual(["1", "3", "5"]);
  });
});
