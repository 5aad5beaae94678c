import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it, vi } from "vitest";
import { textOf, type AssistantMessage, type Message } from "@unsay/core";
import { parseEvent, SseFramer, type UnsayEvent } from "@unsay/core/protocol";
import { createApp, type App } from "../app.ts";

/** On a machine that is busy with other tests. */
vi.setConfig({ testTimeout: 60_000 });

const servers: Server[] = [];
const apps: App[] = [];

afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.close()));
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

type Answer = (
  request: { readonly path: string; readonly body: Record<string, unknown>; readonly headers: IncomingMessage["headers"] },
  response: ServerResponse,
) => void;

/** A provider on loopback: each request is answered by the next of `answers`. */
async function createProvider(...answers: Answer[]): Promise<{ url: string; requests: Parameters<Answer>[0][] }> {
  const requests: Parameters<Answer>[0][] = [];
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      const request = {
        path: incoming.url ?? "",
        headers: incoming.headers,
        body: JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>,
      };
      requests.push(request);
      answers[requests.length - 1]?.(request, response);
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

const sse =
  (events: readonly unknown[], end: "close" | "destroy" | "hold" = "close"): Answer =>
  (_request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    for (const event of events)
      response.write(
        typeof event === "string"
          ? `data: ${event}\n\n`
          : `event: ${String((event as { type?: string }).type ?? "message")}\ndata: ${JSON.stringify(event)}\n\n`,
      );
    if (end === "close") response.end();
    if (end === "destroy") setImmediate(() => response.destroy());
  };

const anthropic = {
  start: {
    type: "message_start",
    message: {
      id: "m",
      type: "message",
      role: "assistant",
      model: "x",
      content: [],
      stop_reason: null,
      usage: { input_tokens: 3, output_tokens: 1 },
    },
  },
  text: (index: number, text: string) => [
    { type: "content_block_start", index, content_block: { type: "text", text: "" } },
    { type: "content_block_delta", index, delta: { type: "text_delta", text } },
    { type: "content_block_stop", index },
  ],
  tool: (index: number, name: string, json: string) => [
    { type: "content_block_start", index, content_block: { type: "tool_use", id: "toolu_1", name, input: {} } },
    { type: "content_block_delta", index, delta: { type: "input_json_delta", partial_json: json } },
    { type: "content_block_stop", index },
  ],
  end: (reason: string) => [
    { type: "message_delta", delta: { stop_reason: reason, stop_sequence: null }, usage: { output_tokens: 9 } },
    { type: "message_stop" },
  ],
};

const chat = (delta: Record<string, unknown>, finish_reason: string | null = null) => ({
  id: "c",
  object: "chat.completion.chunk",
  created: 1,
  model: "m",
  choices: [{ index: 0, delta, finish_reason }],
});
const chatStream = (...chunks: unknown[]): unknown[] => [...chunks.map((chunk) => JSON.stringify(chunk)), "[DONE]"];

async function openApp(environment: Record<string, string>): Promise<App> {
  const app = await createApp({ dataFolder: null, replay: null, environment: { ...environment } });
  apps.push(app);
  return app;
}

const request = (app: App, path: string, body?: unknown) =>
  app.fetch(
    new Request(
      `http://localhost/api${path}`,
      body === undefined ? {} : { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) },
    ),
  );

/** Sends a message, calls `onEvent` with what comes, and returns the stored answer when the stream ends. */
async function ask(app: App, onEvent: (event: UnsayEvent) => void = () => {}, text = "Hello"): Promise<AssistantMessage> {
  const response = await request(app, "/threads/t/runs", {
    command: "start",
    client: "c",
    thread: "t",
    startKey: "k",
    answer: "a",
    mode: "new",
    message: { id: "u", text },
  });
  const framer = new SseFramer();
  for await (const bytes of response.body ?? []) {
    for (const frame of framer.push(bytes)) {
      const parsed = parseEvent(JSON.parse(frame.data));
      if (parsed.ok) onEvent(parsed.event);
    }
  }
  const { messages } = (await (await request(app, "/threads/t/messages")).json()) as { messages: Message[] };
  const answer = messages.at(-1);
  if (answer?.role !== "assistant") throw new Error("There is no answer.");
  return answer;
}

const toolRuns = async (app: App) => (await (await request(app, "/tools/log")).json()) as readonly { name: string }[];

function decideAll(app: App, decision: "approve" | "reject"): (event: UnsayEvent) => void {
  return (event) => {
    if (event.type !== "approval.request") return;
    const items = event.items.map((item) => ({ ...item, decision }));
    void request(app, `/runs/${event.run}/commands`, {
      command: "decide",
      id: "d",
      client: "c",
      thread: "t",
      run: event.run,
      approval: event.approval,
      items,
    });
  };
}

describe("a real provider package against a provider on loopback", () => {
  it("speaks Anthropic Messages, and stops at the gate before a ticket is created", async () => {
    const provider = await createProvider(
      sse([
        anthropic.start,
        ...anthropic.text(0, "I will open a ticket."),
        ...anthropic.tool(1, "create_ticket", '{"project":"OPS","title":"Pool"}'),
        ...anthropic.end("tool_use"),
      ]),
      sse([anthropic.start, ...anthropic.text(0, "It is open."), ...anthropic.end("end_turn")]),
    );
    const app = await openApp({ ANTHROPIC_API_KEY: "key", ANTHROPIC_BASE_URL: provider.url, UNSAY_MODEL: "claude-test" });
    let runsAtGate = -1;
    const decide = decideAll(app, "approve");
    const answer = await ask(app, (event) => {
      if (event.type !== "approval.request") return;
      void toolRuns(app).then((runs) => {
        runsAtGate = runs.length;
        decide(event);
      });
    });
    expect(runsAtGate).toBe(0);
    expect(await toolRuns(app)).toMatchObject([{ name: "create_ticket" }]);
    expect(answer).toMatchObject({ status: "complete", receipts: [{ outcome: "succeeded", ref: "OPS-12" }] });
    expect(textOf(answer)).toBe("I will open a ticket.It is open.");
    expect(provider.requests[0]).toMatchObject({
      path: "/v1/messages",
      body: { model: "claude-test", stream: true },
      headers: { "x-api-key": "key" },
    });
    expect(JSON.stringify(provider.requests[1]?.body)).toContain("OPS-12");
  });

  it.each([
    ["cut before its end", sse([anthropic.start, ...anthropic.text(0, "Half an")]), "disconnected"],
    ["broken off", sse([anthropic.start, ...anthropic.text(0, "Half an")], "destroy"), "failed"],
    ["at its length limit", sse([anthropic.start, ...anthropic.text(0, "Half an"), ...anthropic.end("max_tokens")]), "length"],
    ["refused midway", sse([anthropic.start, ...anthropic.text(0, "Half an"), ...anthropic.end("refusal")]), "filtered"],
    ["paused", sse([anthropic.start, ...anthropic.text(0, "Half an"), ...anthropic.end("pause_turn")]), "failed"],
    [
      "overloaded midway",
      sse([
        anthropic.start,
        ...anthropic.text(0, "Half an"),
        { type: "error", error: { type: "overloaded_error", message: "Overloaded" } },
      ]),
      "failed",
    ],
  ])("shows an Anthropic answer that is %s as what it is", async (_name, provider, cause) => {
    const { url } = await createProvider(provider);
    const answer = await ask(await openApp({ ANTHROPIC_API_KEY: "key", ANTHROPIC_BASE_URL: url }));
    expect(answer).toMatchObject({ status: "truncated", cause });
    expect(textOf(answer)).toBe("Half an");
  });

  it("speaks Chat Completions to a compatible server, and runs nothing that was rejected", async () => {
    const call = {
      tool_calls: [
        {
          index: 0,
          id: "call_1",
          type: "function",
          function: { name: "send_email", arguments: '{"to":["ana@north.example"],"subject":"Hi","body":"."}' },
        },
      ],
    };
    const provider = await createProvider(
      sse(chatStream(chat({ role: "assistant", content: "Here it is." }), chat(call), chat({}, "tool_calls"))),
      sse(chatStream(chat({ role: "assistant", content: "Not sent." }), chat({}, "stop"))),
    );
    const app = await openApp({ OPENAI_API_KEY: "key", OPENAI_BASE_URL: `${provider.url}/v1`, UNSAY_MODEL: "local" });
    const answer = await ask(app, decideAll(app, "reject"));
    expect(await toolRuns(app)).toEqual([]);
    expect(answer).toMatchObject({ status: "complete", calls: [{ name: "send_email", effect: "irreversible", status: "rejected" }] });
    expect(provider.requests[0]).toMatchObject({ path: "/v1/chat/completions", body: { model: "local" } });
    expect(JSON.stringify(provider.requests[1]?.body)).toContain("The user said no");
  });

  it.each([
    ["cut before its end", sse([JSON.stringify(chat({ role: "assistant", content: "Half an" }))]), "disconnected"],
    ["only [DONE]", sse(chatStream(chat({ role: "assistant", content: "Half an" }))), "disconnected"],
    ["at its length limit", sse(chatStream(chat({ role: "assistant", content: "Half an" }), chat({}, "length"))), "length"],
    ["filtered", sse(chatStream(chat({ role: "assistant", content: "Half an" }), chat({}, "content_filter"))), "filtered"],
    ["ended for a reason nobody knows", sse(chatStream(chat({ role: "assistant", content: "Half an" }), chat({}, "bored"))), "failed"],
  ])("shows a Chat Completions answer that is %s as what it is", async (_name, provider, cause) => {
    const { url } = await createProvider(provider);
    const answer = await ask(await openApp({ OPENAI_API_KEY: "key", OPENAI_BASE_URL: url }));
    expect(answer).toMatchObject({ status: "truncated", cause });
    expect(textOf(answer)).toBe("Half an");
  });

  it("says that the key is wrong, without repeating what the provider wrote", async () => {
    const { url } = await createProvider((_request, response) => {
      response
        .writeHead(401, { "content-type": "application/json" })
        .end('{"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key sk-very-secret"}}');
    });
    const answer = await ask(await openApp({ ANTHROPIC_API_KEY: "sk-very-secret", ANTHROPIC_BASE_URL: url }));
    expect(answer).toMatchObject({ status: "truncated", cause: "failed", error: { code: "unauthorized" } });
    expect(JSON.stringify(answer)).not.toContain("sk-very-secret");
  });

  it("still plays a scenario that is picked from the list", async () => {
    const app = await openApp({ OPENAI_API_KEY: "key", OPENAI_BASE_URL: "http://127.0.0.1:1/v1" });
    const response = await request(app, "/threads/t/runs", {
      command: "start",
      client: "c",
      thread: "t",
      startKey: "k",
      answer: "a",
      mode: "new",
      message: { id: "u", text: "x" },
      labels: { scenario: "error" },
    });
    expect(await response.text()).toContain("provider-overloaded");
  });
});
