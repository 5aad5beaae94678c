import { afterEach, describe, expect, it } from "vitest";
import { textOf, type AssistantMessage } from "@unsay/core";
import { createArgsHash, NO_EFFECTS, type EventOf, type EventPayload } from "@unsay/core/protocol";
import { createTestServer, type TestServer } from "../testing/test-server.js";

const servers: TestServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function relay(events: readonly EventPayload[]): Promise<TestServer> {
  const server = await createTestServer({
    tools: {},
    agent: async (run) => {
      for (const event of events) run.relay(event);
    },
  });
  servers.push(server);
  return server;
}

async function answerOf(server: TestServer): Promise<AssistantMessage> {
  const message = (await server.messages()).at(-1);
  if (message?.role !== "assistant") throw new Error("There is no answer.");
  return message;
}

const TEXT: readonly EventPayload[] = [
  { type: "run.open", caps: {}, heartbeatMs: null, ttlMs: null },
  { type: "part.open", part: "p", kind: "answer" },
  { type: "span.append", part: "p", span: "s", text: "Relayed." },
  { type: "run.heartbeat", last: 3, phase: "writing" },
];
const COMPLETE: EventPayload = { type: "run.end", outcome: "complete", effects: NO_EFFECTS };
const argsHash = createArgsHash("c", "deploy", { region: "eu" });
const ASK: readonly EventPayload[] = [
  { type: "tool.propose", call: "c", name: "deploy", effect: "irreversible", cancellable: false, runsOn: "server" },
  { type: "tool.ready", call: "c", args: { region: "eu" }, argsHash },
  { type: "approval.request", approval: "a", items: [{ call: "c", argsHash }], options: ["once"], editable: false, expiresInMs: null },
];

describe("a stream that an agent passes on", () => {
  it("ends complete only when it says so itself", async () => {
    const whole = await relay([...TEXT, COMPLETE]);
    await (await whole.start()).all();
    expect(await answerOf(whole)).toMatchObject({ status: "complete" });
    const cut = await relay(TEXT);
    await (await cut.start()).all();
    const answer = await answerOf(cut);
    expect(answer).toMatchObject({ status: "truncated", cause: "disconnected" });
    expect(textOf(answer)).toBe("Relayed.");
  });

  it("keeps the cause and the error that it states", async () => {
    const error = { code: "provider-overloaded", message: "Busy.", retryable: true };
    const server = await relay([
      ...TEXT,
      { type: "run.end", outcome: "truncated", cause: "failed", resumable: false, error, effects: NO_EFFECTS },
    ]);
    await (await server.start()).all();
    expect(await answerOf(server)).toMatchObject({ cause: "failed", error });
  });

  it("brings no receipts of its own", async () => {
    const server = await relay([
      ...TEXT,
      { type: "receipt", receipt: "r", call: "c", outcome: "succeeded", summary: "done", doneAt: 1 },
      COMPLETE,
    ]);
    await (await server.start()).all();
    expect(await answerOf(server)).toMatchObject({ status: "truncated", cause: "failed", receipts: [] });
  });

  it.each(["approve", "reject"] as const)("waits where it waits for a decision, and runs nothing on %s", async (decision) => {
    const server = await relay([...TEXT, ...ASK, { type: "run.end", outcome: "awaiting-approval", approvals: ["a"], effects: NO_EFFECTS }]);
    const stream = await server.start();
    const request = (await stream.until((event) => event.type === "approval.request")) as EventOf<"approval.request">;
    expect(await answerOf(server)).toMatchObject({ status: "streaming", approvals: [{ status: "open" }] });
    const response = await server.post(`/runs/${stream.run}/commands`, {
      command: "decide",
      id: "d",
      client: "c",
      thread: "t1",
      run: stream.run,
      approval: "a",
      items: request.items.map((item) => ({ ...item, decision })),
    });
    expect(response.status).toBe(202);
    await stream.all();
    expect(await answerOf(server)).toMatchObject({
      status: "truncated",
      cause: "failed",
      error: { code: "tool-results-missing" },
      calls: [{ status: decision === "approve" ? "failed" : "rejected" }],
    });
  });

  it("answers its own questions where it holds the answers", async () => {
    const server = await relay([
      ...TEXT,
      ...ASK,
      { type: "approval.decision", approval: "a", items: [{ call: "c", argsHash, decision: "approved" }], by: "server" },
      { type: "tool.result", call: "c", result: "ok", output: 1 },
      COMPLETE,
    ]);
    await (await server.start()).all();
    expect(await answerOf(server)).toMatchObject({
      status: "complete",
      approvals: [{ status: "approved" }],
      calls: [{ status: "succeeded" }],
    });
  });

  it("is never complete while it waits for an approval it never asked for", async () => {
    const server = await relay([...TEXT, { type: "run.end", outcome: "awaiting-approval", approvals: ["ghost"], effects: NO_EFFECTS }]);
    await (await server.start()).all();
    expect(await answerOf(server)).toMatchObject({ status: "truncated", cause: "failed" });
  });
});
