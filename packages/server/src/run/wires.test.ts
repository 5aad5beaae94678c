import { readUIMessageStream, uiMessageChunkSchema, parseJsonEventStream, type UIMessage, type UIMessageChunk } from "ai";
import { afterEach, describe, expect, it } from "vitest";
import { createPendingMessage, foldEvents, textOf } from "@unsay/core";
import { decodeAgUi } from "@unsay/core/ag-ui";
import { decodeUIMessageStream } from "@unsay/core/ai-sdk";
import type { Agent } from "../agents/agent.js";
import { createTestServer, startCommand, stopCommand, type TestServer } from "../testing/test-server.js";
import { answerOf, closeLater, closeServers } from "../testing/tool-bench.js";
import { defineTool } from "../tool-call/tool.js";

afterEach(closeServers);

const open = async (agent: Agent): Promise<TestServer> =>
  closeLater(await createTestServer({ agent, tools: { look: defineTool({ effect: "read", execute: () => ({ found: 1 }) }) } }));

const speaking: Agent = async (run) => {
  run.text("Looking. ");
  await run.callTool("look", {});
  run.text("Found one.");
};

const WIRES = [
  ["ai-sdk", decodeUIMessageStream],
  ["ag-ui", decodeAgUi],
] as const;

describe("a run over a carrier", () => {
  it.each(WIRES)("says the same to an Unsay client over %s as the record says", async (wire, decode) => {
    const server = await open(speaking);
    const response = await server.post(`/threads/t1/runs?wire=${wire}`, startCommand());
    const body = new Uint8Array(await response.arrayBuffer());
    const stored = await answerOf(server);
    const decoder = decode({ thread: "t1", message: stored.id });
    const events = [...decoder.push(body), ...decoder.end()];
    const start = createPendingMessage({ id: stored.id, thread: "t1", parent: null }, { epoch: 0 });
    const { message } = foldEvents(start, events);
    expect([message.status, textOf(message), message.calls.map(({ status }) => status)]).toEqual([
      "complete",
      "Looking. Found one.",
      ["succeeded"],
    ]);
  });

  it.each(WIRES)("is never complete over %s when it was stopped", async (wire, decode) => {
    const server = await open(async (run) => {
      run.text("Half an answer");
      await new Promise<void>((resolve) => run.signal.addEventListener("abort", () => resolve()));
    });
    const response = await server.post(`/threads/t1/runs?wire=${wire}`, startCommand());
    await server.post(`/runs/${response.headers.get("x-unsay-run")}/commands`, stopCommand());
    const text = await response.text();
    expect(text).not.toMatch(/"type":"finish"|RUN_FINISHED/u);
    const decoder = decode({ thread: "t1" });
    const ends = [...decoder.push(new TextEncoder().encode(text)), ...decoder.end()].filter(({ type }) => type === "run.end");
    expect(ends).toMatchObject([{ outcome: "truncated", cause: "stopped" }]);
  });

  it("is a stream that the AI SDK itself reads", async () => {
    const server = await open(speaking);
    const response = await server.post("/threads/t1/runs?wire=ai-sdk", startCommand());
    expect(response.headers.get("x-vercel-ai-ui-message-stream")).toBe("v1");
    if (response.body === null) throw new Error("There is no body.");
    const chunks = parseJsonEventStream({ stream: response.body, schema: uiMessageChunkSchema }).pipeThrough(
      new TransformStream<{ success: boolean; value?: UIMessageChunk; error?: unknown }, UIMessageChunk>({
        transform(parsed, controller) {
          if (!parsed.success || parsed.value === undefined) throw new Error(`The SDK refuses a chunk: ${String(parsed.error)}`);
          controller.enqueue(parsed.value);
        },
      }),
    );
    let last: UIMessage | undefined;
    for await (const message of readUIMessageStream({ stream: chunks })) last = message;
    expect(
      last?.parts
        .filter((part) => part.type === "text")
        .map((part) => part.text)
        .join(""),
    ).toBe("Looking. Found one.");
  });

  it("is chosen by the address or the Accept header, and begins at the beginning", async () => {
    const server = await open(speaking);
    const first = await server.post("/threads/t1/runs", startCommand());
    await first.text();
    const run = first.headers.get("x-unsay-run") ?? "";
    const byHeader = await (await server.events(run, 3, { accept: "text/event-stream; wire=ag-ui" })).text();
    expect(byHeader.startsWith('data: {"type":"RUN_STARTED"')).toBe(true);
    const unknown = await server.get(`/runs/${run}/events?after=0&wire=morse`);
    expect(unknown.status).toBe(400);
    expect(await unknown.json()).toMatchObject({ code: "invalid-request", field: "wire" });
  });
});
