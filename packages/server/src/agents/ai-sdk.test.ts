import type { LanguageModelV4StreamPart } from "@ai-sdk/provider";
import { MockLanguageModelV4, simulateReadableStream } from "ai/test";
import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { textOf, type AssistantMessage } from "@unsay/core";
import type { EventOf, Upstream } from "@unsay/core/protocol";
import { createTestServer, stopCommand, type TestServer } from "../testing/test-server.js";
import { defineTool, ToolFailure, type ToolSet } from "../tool-call/tool.js";
import { createAiSdkAgent } from "./ai-sdk.js";

const servers: TestServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

type Chunk = LanguageModelV4StreamPart;

const USAGE = {
  inputTokens: { total: 10, noCache: 10, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 7, text: 5, reasoning: 2 },
};

const finish = (unified: "stop" | "length" | "content-filter" | "tool-calls" | "error" | "other", raw?: string): Chunk => ({
  type: "finish",
  usage: USAGE,
  finishReason: { unified, raw },
});

const text = (...deltas: string[]): Chunk[] => [
  { type: "text-start", id: "t" },
  ...deltas.map((delta): Chunk => ({ type: "text-delta", id: "t", delta })),
  { type: "text-end", id: "t" },
];

const toolCall = (id: string, toolName: string, input: string): Chunk[] => [
  { type: "tool-input-start", id, toolName },
  { type: "tool-input-delta", id, delta: input },
  { type: "tool-input-end", id },
  { type: "tool-call", toolCallId: id, toolName, input },
];

function modelOf(...steps: Chunk[][]): MockLanguageModelV4 {
  return new MockLanguageModelV4({
    doStream: steps.map((chunks) => ({ stream: simulateReadableStream({ chunks, initialDelayInMs: null, chunkDelayInMs: null }) })),
  });
}

async function open(model: MockLanguageModelV4, tools: ToolSet = {}, maxSteps?: number): Promise<TestServer> {
  const server = await createTestServer({
    tools,
    agent: createAiSdkAgent({ model, system: "Be brief.", maxRetries: 0, ...(maxSteps === undefined ? {} : { maxSteps }) }),
  });
  servers.push(server);
  return server;
}

async function answerOf(server: TestServer): Promise<AssistantMessage> {
  const message = (await server.messages()).findLast((candidate) => candidate.role === "assistant");
  if (message?.role !== "assistant") throw new Error("There is no answer.");
  return message;
}

async function ask(model: MockLanguageModelV4, tools?: ToolSet, maxSteps?: number): Promise<AssistantMessage> {
  const server = await open(model, tools, maxSteps);
  await (await server.start()).all();
  return answerOf(server);
}

describe("a model of the AI SDK", () => {
  it("answers with reasoning, text and usage, and is complete when the provider says so", async () => {
    const answer = await ask(
      modelOf([
        { type: "reasoning-start", id: "r" },
        { type: "reasoning-delta", id: "r", delta: "Thinking. " },
        { type: "reasoning-end", id: "r" },
        ...text("Hello, ", "world."),
        finish("stop", "end_turn"),
      ]),
    );
    expect(answer).toMatchObject({ status: "complete", usage: { generated: 7, billed: 7, billedReasoning: 2, final: true } });
    expect(answer.parts).toMatchObject([{ kind: "reasoning" }, { kind: "answer" }]);
    expect(textOf(answer)).toBe("Hello, world.");
  });

  it.each([
    ["length", finish("length", "max_tokens"), "length", "output-limit"],
    ["the context window", finish("length", "model_context_window_exceeded"), "length", "context-window"],
    ["a content filter", finish("content-filter", "refusal"), "filtered", "guard-tripped"],
    ["an error", finish("error", "error"), "failed", "provider-error"],
    ["a reason nobody knows", finish("other", "steered"), "failed", "finish-reason-unknown"],
    ["a pause", finish("stop", "pause_turn"), "failed", "finish-reason-unknown"],
    ["a reason that its package made up", finish("other"), "disconnected", "stream-eof"],
  ] as const)("ends by %s as what it is", async (_name, end, cause, code) => {
    const answer = await ask(modelOf([...text("Half an answ"), end]));
    expect(answer).toMatchObject({ status: "truncated", cause, error: { code } });
    expect(textOf(answer)).toBe("Half an answ");
  });

  it("withholds an answer that was filtered before a word", async () => {
    expect(await ask(modelOf([finish("content-filter", "refusal")]))).toMatchObject({ status: "truncated", cause: "withheld" });
  });

  it("is disconnected when the stream ends without a finish", async () => {
    expect(await ask(modelOf(text("Half an answ")))).toMatchObject({ status: "truncated", cause: "disconnected" });
  });

  it("is failed when the stream says so, and passes on nothing that the provider wrote", async () => {
    const answer = await ask(modelOf([...text("Half"), { type: "error", error: new Error("org-secret-123") }, finish("stop", "stop")]));
    expect(answer).toMatchObject({ status: "truncated", cause: "failed", error: { code: "provider-error" } });
    expect(JSON.stringify(answer)).not.toContain("org-secret-123");
  });

  it.each<[string, Upstream]>([
    ["anthropic.messages", "aborted"],
    ["amazon-bedrock", "unsupported"],
    ["mock-provider", "unknown"],
  ])("r5: of %s stops when it is told, and what that does to the model is said to be %s", async (provider, upstream) => {
    let aborted = false;
    const model = new MockLanguageModelV4({
      provider,
      doStream: async ({ abortSignal }) => ({
        stream: new ReadableStream<Chunk>({
          start(controller) {
            for (const chunk of text("Half an answ").slice(0, 2)) controller.enqueue(chunk);
            abortSignal?.addEventListener("abort", () => {
              aborted = true;
              controller.error(abortSignal.reason);
            });
          },
        }),
      }),
    });
    const server = await open(model);
    const stream = await server.start();
    await stream.until((event) => event.type === "span.append");
    await server.post(`/runs/${stream.run}/commands`, stopCommand());
    const events = await stream.all();
    expect(aborted).toBe(true);
    expect(events.find((event) => event.type === "stop.ack")).toMatchObject({ upstream });
    expect(await answerOf(server)).toMatchObject({ status: "truncated", cause: "stopped" });
  });

  it("gets the thread as the user saw it", async () => {
    const model = modelOf([...text("First."), finish("length", "max")], [...text(" And the rest."), finish("stop", "stop")]);
    const server = await open(model);
    await (await server.start({ answer: "a1", message: { id: "u1", text: "Tell me" } })).all();
    await (await server.start({ answer: "a1", mode: "continue", message: undefined })).all();
    const prompt = JSON.stringify(model.doStreamCalls[1]?.prompt);
    expect(prompt).toContain("Be brief.");
    expect(prompt).toContain("Tell me");
    expect(prompt).toContain("First.");
    expect(prompt).toContain("Go on exactly where it stopped");
    expect(textOf(await answerOf(server))).toBe("First. And the rest.");
  });
});

describe("its tool calls", () => {
  const Email = z.object({ to: z.string() });

  function mailbox(effect: "read" | "irreversible", fail?: Error): { tools: ToolSet; sent: unknown[] } {
    const sent: unknown[] = [];
    const send_email = defineTool({
      description: "Sends an e-mail.",
      inputSchema: Email,
      effect,
      parse: (args) => Email.parse(args),
      execute(args: z.infer<typeof Email>) {
        if (fail !== undefined) throw fail;
        sent.push(args);
        return { sent: 1 };
      },
    });
    return { tools: { send_email }, sent };
  }

  const steps = (input: string): Chunk[][] => [
    [...text("Let me send it."), ...toolCall("call_1", "send_email", input), finish("tool-calls", "tool_use")],
    [...text("Done."), finish("stop", "end_turn")],
  ];

  it.each(["approve", "reject"] as const)("wait at the gate, and the model hears of the %s", async (decision) => {
    const { tools, sent } = mailbox("irreversible");
    const model = modelOf(...steps('{"to":"ana@north.example"}'));
    const server = await open(model, tools);
    const stream = await server.start();
    const request = (await stream.until((event) => event.type === "approval.request")) as EventOf<"approval.request">;
    expect(sent).toEqual([]);
    expect(model.doStreamCalls).toHaveLength(1);
    await server.post(`/runs/${stream.run}/commands`, {
      command: "decide",
      id: "d",
      client: "c",
      thread: "t1",
      run: stream.run,
      approval: request.approval,
      items: request.items.map((item) => ({ ...item, decision })),
    });
    const events = await stream.all();
    expect(sent).toEqual(decision === "approve" ? [{ to: "ana@north.example" }] : []);
    const order = events
      .map((event) => event.type)
      .filter((type) =>
        ["part.open", "tool.propose", "tool.args", "tool.ready", "approval.request", "tool.start", "tool.result"].includes(type),
      );
    expect(order.slice(0, 5)).toEqual(["part.open", "tool.propose", "tool.args", "tool.ready", "approval.request"]);
    expect(JSON.stringify(model.doStreamCalls[1]?.prompt)).toContain(decision === "approve" ? '"sent":1' : "The user said no");
    expect(await answerOf(server)).toMatchObject({
      status: "complete",
      calls: [{ status: decision === "approve" ? "succeeded" : "rejected" }],
    });
  });

  it("never run after a stop at the gate", async () => {
    const { tools, sent } = mailbox("irreversible");
    const model = modelOf(...steps('{"to":"ana"}'));
    const server = await open(model, tools);
    const stream = await server.start();
    await stream.until((event) => event.type === "approval.request");
    await server.post(`/runs/${stream.run}/commands`, stopCommand());
    await stream.all();
    expect(sent).toEqual([]);
    expect(model.doStreamCalls).toHaveLength(1);
    expect(await answerOf(server)).toMatchObject({ status: "truncated", cause: "stopped", calls: [{ status: "cancelled" }] });
  });

  it.each([
    ["cut arguments", '{"to":"an'],
    ["arguments of another shape", '{"to":7}'],
  ])("with %s never run, and the model hears why", async (_name, input) => {
    const { tools, sent } = mailbox("read");
    const model = modelOf(...steps(input));
    const answer = await ask(model, tools);
    expect(sent).toEqual([]);
    expect(answer.calls).toMatchObject([{ status: "failed", error: { code: "invalid-arguments" } }]);
    expect(model.doStreamCalls).toHaveLength(2);
  });

  it("to tools that do not exist are refused", async () => {
    const answer = await ask(modelOf([...toolCall("c", "rm_rf", "{}"), finish("tool-calls")], [...text("Sorry."), finish("stop", "stop")]));
    expect(answer).toMatchObject({ status: "complete", calls: [{ name: "rm_rf", status: "failed" }] });
  });

  it("get the full error of a tool that failed", async () => {
    const { tools } = mailbox(
      "read",
      new ToolFailure("Mailbox is full.", { code: "mailbox-full", hint: "Delete something.", effect: "none" }),
    );
    const model = modelOf(...steps('{"to":"ana"}'));
    await ask(model, tools);
    expect(JSON.stringify(model.doStreamCalls[1]?.prompt)).toContain("Delete something.");
  });

  it("may use one provider id twice", async () => {
    const { tools, sent } = mailbox("read");
    const call = toolCall("call_1", "send_email", '{"to":"ana"}');
    const answer = await ask(
      modelOf([...call, finish("tool-calls")], [...call, finish("tool-calls")], [...text("Both."), finish("stop", "stop")]),
      tools,
    );
    expect(sent).toHaveLength(2);
    expect(answer.calls.map((entry) => entry.status)).toEqual(["succeeded", "succeeded"]);
    expect(answer).toMatchObject({ status: "complete", usage: { generated: 21 } });
  });

  it("are not complete when the limit of steps cuts them", async () => {
    const { tools } = mailbox("read");
    const answer = await ask(modelOf(...steps('{"to":"ana"}')), tools, 1);
    expect(answer).toMatchObject({ status: "truncated", cause: "length" });
  });
});

describe("words said while it answers", () => {
  it("are heard before the next step, and stay said in the steps after it", async () => {
    const model = modelOf(
      [...toolCall("c1", "look", "{}"), finish("tool-calls")],
      [...toolCall("c2", "look", "{}"), finish("tool-calls")],
      [...text("Short."), finish("stop")],
    );
    const releases: (() => void)[] = [];
    const look = defineTool({ effect: "read", execute: () => new Promise<string>((resolve) => releases.push(() => resolve("seen"))) });
    const server = await open(model, { look });
    const stream = await server.start();
    await expect.poll(() => releases.length).toBe(1);
    const command = { command: "steer", id: "s", client: "c", thread: "t1", run: stream.run, text: "shorter, please" };
    expect((await server.post(`/runs/${stream.run}/commands`, command)).status).toBe(202);
    releases[0]?.();
    await expect.poll(() => releases.length).toBe(2);
    releases[1]?.();
    const events = await stream.all();
    expect(events.filter((event) => event.type === "steer.outcome")).toMatchObject([{ command: "s", delivered: true }]);
    const wordsOf = (step: number) => JSON.stringify(model.doStreamCalls[step]?.prompt).split("shorter, please").length - 1;
    expect([wordsOf(0), wordsOf(1), wordsOf(2)]).toEqual([0, 1, 1]);
  });
});
