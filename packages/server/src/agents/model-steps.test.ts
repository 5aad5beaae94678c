import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { textOf, usageOf } from "@unsay/core";
import type { Upstream } from "@unsay/core/protocol";
import { createTestServer, stopCommand, type TestServer } from "../testing/test-server.js";
import { answerOf, closeLater, closeServers } from "../testing/tool-bench.js";
import { defineTool, type ToolSet } from "../tool-call/tool.js";
import type { Agent } from "./agent.js";
import { createAgUiAgent } from "./ag-ui.js";
import { createAnthropicAgent } from "./anthropic.js";
import { createOpenAiAgent, type OpenAiAgentOptions } from "./openai.js";

afterEach(closeServers);

/** A provider on loopback that plays one list of events for each request, and keeps what it was asked. */
interface Provider {
  readonly url: string;
  readonly asked: unknown[];
  readonly closed: { count: number };
}

const providers: { close(): void }[] = [];
afterEach(() => {
  for (const provider of providers.splice(0)) provider.close();
});

async function play(answers: readonly (readonly unknown[] | number)[]): Promise<Provider> {
  const asked: unknown[] = [];
  const closed = { count: 0 };
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    response.on("close", () => (closed.count += 1));
    request.on("end", () => {
      asked.push(JSON.parse(body));
      const answer = answers[asked.length - 1] ?? 500;
      if (typeof answer === "number") return response.writeHead(answer).end("{}");
      response.writeHead(200, { "content-type": "text/event-stream" });
      for (const event of answer)
        if (event !== "hang") response.write(`data: ${typeof event === "string" ? event : JSON.stringify(event)}\n\n`);
      if (!answer.includes("hang")) response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  providers.push({ close: () => (server.closeAllConnections(), server.close()) });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, closed };
}

const post =
  (url: string) =>
  (body: unknown, { signal }: { readonly signal: AbortSignal }) =>
    fetch(url, { method: "POST", body: JSON.stringify(body), signal });

const open = async (agent: Agent, tools: ToolSet = {}): Promise<TestServer> => closeLater(await createTestServer({ agent, tools }));
const LOOK: ToolSet = {
  look: defineTool({ description: "Looks.", inputSchema: { type: "object" }, effect: "read", execute: (args) => ({ saw: args }) }),
};

const chunk = (delta: object, finish: string | null = null) => ({ choices: [{ index: 0, delta, finish_reason: finish }] });
const OPENAI_CALL = [
  chunk({ role: "assistant", content: "Looking. " }),
  chunk({ tool_calls: [{ index: 0, id: "theirs", type: "function", function: { name: "look", arguments: '{"at":' } }] }),
  chunk({ tool_calls: [{ index: 0, function: { arguments: '"it"}' } }] }),
  chunk({}, "tool_calls"),
  { choices: [], usage: { completion_tokens: 7, prompt_tokens: 1 } },
  "[DONE]",
];
const OPENAI_TEXT = [
  chunk({ content: "Seen." }),
  chunk({}, "stop"),
  { choices: [], usage: { completion_tokens: 3, prompt_tokens: 1 } },
  "[DONE]",
];

describe("a Chat Completions stream", () => {
  it("speaks, calls tools through the gate, gets their results, and is complete when it says so", async () => {
    const provider = await play([OPENAI_CALL, OPENAI_TEXT]);
    const server = await open(createOpenAiAgent({ model: "m", send: post(provider.url), system: "Be brief." }), LOOK);
    await (await server.start()).all();
    const answer = await answerOf(server);
    expect(answer).toMatchObject({ status: "complete", calls: [{ name: "look", status: "succeeded", args: { at: "it" } }] });
    expect(textOf(answer)).toBe("Looking. Seen.");
    expect(usageOf(answer)).toMatchObject({ generated: 10, billed: 10, status: "final" });
    expect(provider.asked[0]).toMatchObject({
      model: "m",
      stream: true,
      messages: [{ role: "system" }, { role: "user", content: "Hello" }],
      tools: [{ type: "function", function: { name: "look", parameters: { type: "object" } } }],
    });
    expect((provider.asked[1] as { messages: unknown[] }).messages.slice(2)).toEqual([
      {
        role: "assistant",
        content: "Looking. ",
        tool_calls: [{ id: "theirs", type: "function", function: { name: "look", arguments: '{"at":"it"}' } }],
      },
      { role: "tool", tool_call_id: "theirs", content: '{"saw":{"at":"it"}}' },
    ]);
  });

  it.each([
    ["a body that ends early", OPENAI_TEXT.slice(0, 1), "disconnected", "stream-eof"],
    ["its limit", [chunk({ content: "Half" }), chunk({}, "length"), "[DONE]"], "length", "output-limit"],
    ["a filter", [chunk({ content: "Half" }), chunk({}, "content_filter"), "[DONE]"], "filtered", "guard-tripped"],
    ["being busy", 529, "failed", "provider-overloaded"],
    ["a wrong key", 401, "failed", "unauthorized"],
  ] as const)("that ends by %s is not complete", async (_name, played, cause, code) => {
    const provider = await play([played]);
    const server = await open(createOpenAiAgent({ model: "m", send: post(provider.url) }));
    await (await server.start()).all();
    expect(await answerOf(server)).toMatchObject({ status: "truncated", cause, error: { code } });
  });

  it.each<[string, Partial<OpenAiAgentOptions>, Upstream]>([
    ["that is known to stop", { provider: "openai" }, "aborted"],
    ["that is known to go on", { provider: "mistral" }, "unsupported"],
    ["of which nothing is known", {}, "unknown"],
    ["with no more than a name", { provider: "toString" }, "unknown"],
    ["of which the app knows better", { provider: "openai", stops: { openai: "unsupported" } }, "unsupported"],
  ])(
    "r5: of a provider %s is closed by a stop, which says no more than that; nothing is asked after it",
    async (_name, options, upstream) => {
      const provider = await play([[...OPENAI_CALL.slice(0, 1), "hang"], OPENAI_TEXT]);
      const server = await open(createOpenAiAgent({ model: "m", send: post(provider.url), ...options }), LOOK);
      const stream = await server.start();
      await stream.until((event) => event.type === "span.append");
      await server.post(`/runs/${stream.run}/commands`, stopCommand());
      expect(await stream.until((event) => event.type === "stop.ack")).toMatchObject({ upstream });
      await stream.all();
      await expect.poll(() => provider.closed.count).toBe(1);
      expect(provider.asked).toHaveLength(1);
    },
  );

  it("r5: that has said its part while a tool runs is not there to be stopped", async () => {
    const provider = await play([OPENAI_CALL]);
    const look = defineTool({
      effect: "read",
      execute: (_args, { signal }) => new Promise((resolve) => signal.addEventListener("abort", resolve)),
    });
    const server = await open(createOpenAiAgent({ model: "m", send: post(provider.url), provider: "openai" }), { look });
    const stream = await server.start();
    await stream.until((event) => event.type === "tool.start");
    await server.post(`/runs/${stream.run}/commands`, stopCommand());
    expect(await stream.until((event) => event.type === "stop.ack")).toMatchObject({ upstream: "already-finished" });
    await stream.all();
  });

  it("runs no tool beyond its steps, and hears a rejection as one", async () => {
    const endless = await play([OPENAI_CALL, OPENAI_CALL, OPENAI_CALL]);
    const server = await open(createOpenAiAgent({ model: "m", send: post(endless.url), maxSteps: 2 }), LOOK);
    await (await server.start()).all();
    expect(await answerOf(server)).toMatchObject({ cause: "length", calls: [{ status: "succeeded" }, { status: "succeeded" }] });
    expect(endless.asked).toHaveLength(2);
  });
});

const ANTHROPIC_CALL = [
  { type: "message_start", message: { id: "m", role: "assistant", content: [], usage: { input_tokens: 1, output_tokens: 1 } } },
  { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
  { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Looking. " } },
  { type: "content_block_stop", index: 0 },
  { type: "content_block_start", index: 1, content_block: { type: "tool_use", id: "toolu_1", name: "look", input: {} } },
  { type: "content_block_delta", index: 1, delta: { type: "input_json_delta", partial_json: '{"at":"it"}' } },
  { type: "content_block_stop", index: 1 },
  { type: "message_delta", delta: { stop_reason: "tool_use" }, usage: { output_tokens: 9 } },
  { type: "message_stop" },
];
const ANTHROPIC_TEXT = [
  ANTHROPIC_CALL[0],
  { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
  { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Seen." } },
  { type: "content_block_stop", index: 0 },
  { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: 4 } },
  { type: "message_stop" },
];

describe("a Messages stream", () => {
  it("speaks, calls tools through the gate, gets their results, and is complete when it says so", async () => {
    const provider = await play([ANTHROPIC_CALL, ANTHROPIC_TEXT]);
    const server = await open(createAnthropicAgent({ model: "m", maxTokens: 100, send: post(provider.url) }), LOOK);
    await (await server.start()).all();
    const answer = await answerOf(server);
    expect(answer).toMatchObject({ status: "complete", calls: [{ name: "look", status: "succeeded" }] });
    expect(textOf(answer)).toBe("Looking. Seen.");
    expect(usageOf(answer)).toMatchObject({ generated: 13, billed: 13 });
    expect((provider.asked[1] as { messages: unknown[] }).messages.slice(1)).toMatchObject([
      { role: "assistant", content: [{ type: "text" }, { type: "tool_use", id: "toolu_1", input: { at: "it" } }] },
      { role: "user", content: [{ type: "tool_result", tool_use_id: "toolu_1", content: '{"saw":{"at":"it"}}' }] },
    ]);
  });
});

describe("an AG-UI agent behind this server", () => {
  const TEXT = [
    { type: "RUN_STARTED", threadId: "t1", runId: "theirs" },
    { type: "TEXT_MESSAGE_START", messageId: "m1", role: "assistant" },
    { type: "TEXT_MESSAGE_CONTENT", messageId: "m1", delta: "Passed on." },
  ];
  const END = [
    { type: "TEXT_MESSAGE_END", messageId: "m1" },
    { type: "RUN_FINISHED", threadId: "t1", runId: "theirs", outcome: { type: "success" } },
  ];

  it("is passed on with its end, and cut where it is cut", async () => {
    for (const [events, status] of [
      [[...TEXT, ...END], "complete"],
      [TEXT, "truncated"],
    ] as const) {
      const provider = await play([events]);
      const server = await open(createAgUiAgent({ send: post(provider.url) }));
      await (await server.start()).all();
      const answer = await answerOf(server);
      expect([answer.status, textOf(answer)]).toEqual([status, "Passed on."]);
      expect(provider.asked[0]).toMatchObject({ threadId: "t1", messages: [{ role: "user", content: "Hello" }] });
    }
  });
});
