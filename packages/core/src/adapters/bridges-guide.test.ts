import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { HttpAgent } from "@ag-ui/client";
import { describe, expect, it } from "vitest";
import { createUserMessage, textOf, toAiSdkMessages, UnsayError, type Message, type UnsayEvent } from "../index.js";
import { encodeSse } from "../protocol/index.js";
import { eventsOf } from "../testing/script.js";
import { scripts } from "../testing/scripts.js";
import { bridgeAgent, createAgUiEncoder } from "./ag-ui/index.js";
import { createAiSdkEncoder, fromUIMessage, type UIMessageEnding, type UIMessageLike, type UnsayUIChunk } from "./ai-sdk/index.js";

export async function ask(agent: HttpAgent, show: (line: string) => void): Promise<void> {
  const bridge = bridgeAgent(agent);
  const unsubscribe = bridge.subscribe(() => {
    for (const { id } of agent.messages) show(`${id}: ${bridge.statusOf(id)?.status ?? "stored"}`);
  });
  try {
    const { answer } = await bridge.runAgent();
    show(`whole: ${textOf(answer)}`);
  } catch (error) {
    if (!(error instanceof UnsayError)) throw error;
    show(`cut: ${error.code}`);
  } finally {
    unsubscribe();
    bridge.dispose();
  }
}

export function modelMessages(question: string, cut: UIMessageLike, ending: UIMessageEnding) {
  const asked: Message = createUserMessage({ id: "question", thread: "thread", text: question, delivery: "sent" });
  return toAiSdkMessages([asked, fromUIMessage(cut, ending)]);
}

export async function* carry(events: AsyncIterable<UnsayEvent>): AsyncGenerator<UnsayUIChunk> {
  const encoder = createAiSdkEncoder();
  for await (const event of events) yield* encoder.push(event);
  yield* encoder.end();
}

async function* replay(events: readonly UnsayEvent[]): AsyncGenerator<UnsayEvent> {
  yield* events;
}

function agentThatReads(events: readonly UnsayEvent[]): HttpAgent {
  const encoder = createAgUiEncoder({ history: [] });
  const body = events.flatMap((event) => encoder.push(event)).map((event) => encodeSse({ data: JSON.stringify(event) }));
  const fetch = () => Promise.resolve(new Response(body.join(""), { headers: { "content-type": "text/event-stream" } }));
  return new HttpAgent({ url: "http://agent.example/", fetch });
}

describe("the guide to the bridges", () => {
  it("asks an agent, and tells a whole answer from a cut one", async () => {
    const lines: string[] = [];
    await ask(agentThatReads(eventsOf(scripts.complete)), (line) => lines.push(line));
    expect(lines.at(-1)).toMatch(/^whole: Drain the pool/u);
    await ask(agentThatReads(eventsOf(scripts.complete).slice(0, 9)), (line) => lines.push(line));
    expect(lines.at(-1)).toBe("cut: stream-eof");
  });

  it("tells the model that a stored answer was cut", () => {
    const cut = { id: "m", role: "assistant", parts: [{ type: "text", text: "Drain the" }] };
    const told = modelMessages("How?", cut, { status: "truncated", cause: "disconnected" });
    expect(JSON.stringify(told)).toContain("reply cut off by a lost connection");
  });

  it("carries a run", async () => {
    const types: string[] = [];
    for await (const chunk of carry(replay(eventsOf(scripts.length)))) types.push(chunk.type);
    expect(types.at(-1)).toBe("error");
  });

  it("shows this code", () => {
    const own = readFileSync(fileURLToPath(import.meta.url), "utf8");
    const guide = readFileSync(fileURLToPath(new URL("../../../../docs/bridges.md", import.meta.url)), "utf8");
    const blocks = [...guide.matchAll(/```ts\n([\s\S]*?)```/gu)].map(([, block = ""]) => block);
    expect(blocks).toHaveLength(3);
    for (const block of blocks) expect(own).toContain(block.slice(block.indexOf("export ")).trimEnd());
  });
});
