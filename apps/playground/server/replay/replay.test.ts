import { existsSync, readdirSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it, vi } from "vitest";
import { textOf, type AssistantMessage, type Message } from "@unsay/core";
import { foldStream } from "@unsay/core/testing";
import { createApp, type App } from "../app.ts";
import { parseArguments } from "../arguments.ts";
import { findRecordings } from "./find-recordings.ts";
import { cutAfterEvents } from "./provider.ts";
import { bodyOf, DECODERS, detectWire, type Wire } from "./recording.ts";

/** On a machine that is busy with other tests. */
vi.setConfig({ testTimeout: 60_000 });

const FIXTURES = fileURLToPath(new URL("../../../../../shared/fixtures", import.meta.url));
const folder = await mkdtemp(join(tmpdir(), "unsay-replay-"));

afterAll(() => rm(folder, { recursive: true, force: true }));

async function openReplay(path: string): Promise<App> {
  return createApp({ dataFolder: null, environment: {}, replay: { path, pace: "fast" } });
}

let count = 0;

async function ask(app: App, text: string, labels: Record<string, string> = {}): Promise<AssistantMessage> {
  count += 1;
  const thread = `t${count}`;
  const command = { command: "start", client: "c", thread, startKey: "k", answer: "a", mode: "new", message: { id: "u", text }, labels };
  const response = await app.fetch(
    new Request(`http://localhost/api/threads/${thread}/runs`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(command),
    }),
  );
  // An answer that waits for a decision does not end: it is read as it stands when the asking has come.
  const reader = response.body?.getReader();
  const decoder = new TextDecoder();
  for (let log = ""; !log.includes('"type":"approval.request"') || log.includes('"type":"run.end"');) {
    const chunk = await reader?.read();
    if (chunk === undefined || chunk.done) break;
    log += decoder.decode(chunk.value, { stream: true });
  }
  await new Promise((resolve) => setTimeout(resolve, 0));
  void reader?.cancel();
  const stored = (await (await app.fetch(new Request(`http://localhost/api/threads/${thread}/messages`))).json()) as {
    messages: Message[];
  };
  const answer = stored.messages.at(-1);
  if (answer?.role !== "assistant") throw new Error("There is no answer.");
  return answer;
}

const ANTHROPIC = `event: message_start
data: {"type":"message_start","message":{"id":"m","type":"message","role":"assistant","model":"x","content":[],"stop_reason":null,"usage":{"input_tokens":1,"output_tokens":1}}}

event: content_block_start
data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}

event: content_block_delta
data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Grüße 🌍"}}

event: content_block_stop
data: {"type":"content_block_stop","index":0}

event: message_delta
data: {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":3}}

event: message_stop
data: {"type":"message_stop"}

`;

describe("replay", () => {
  it("plays a single file whatever is typed, and ends as its bytes state", async () => {
    const file = join(folder, "whole.sse");
    await writeFile(file, ANTHROPIC);
    const app = await openReplay(file);
    const answer = await ask(app, "anything");
    expect(answer).toMatchObject({ status: "complete" });
    expect(textOf(answer)).toBe("Grüße 🌍");
    await app.close();
  });

  it("ends a recording that was cut as disconnected", async () => {
    const file = join(folder, "cut.sse");
    await writeFile(file, ANTHROPIC.slice(0, ANTHROPIC.indexOf("event: content_block_stop")));
    const app = await openReplay(file);
    expect(await ask(app, "anything")).toMatchObject({ status: "truncated", cause: "disconnected" });
    await app.close();
  });

  it("lists each file of a folder as a scenario, chosen by label or by name", async () => {
    const app = await openReplay(folder);
    const listed = (await (await app.fetch(new Request("http://localhost/api/scenarios"))).json()) as { id: string }[];
    expect(listed.slice(0, 3).map(({ id }) => id)).toEqual(["replay:cut.sse", "replay:whole.sse", "plain"]);
    expect(await ask(app, "x", { scenario: "replay:cut.sse" })).toMatchObject({ status: "truncated" });
    expect(await ask(app, "Please replay whole.sse")).toMatchObject({ status: "complete" });
    expect(textOf(await ask(app, "hello"))).toContain("`whole.sse`");
    await app.close();
  });

  it("refuses what it can't play, and says what it takes", async () => {
    const page = join(folder, "page.html");
    await writeFile(page, "<!doctype html><p>Sign in");
    await expect(findRecordings(page)).rejects.toThrow(/neither Anthropic Messages, .* byte for byte/u);
    const empty = await mkdtemp(join(tmpdir(), "unsay-empty-"));
    await expect(findRecordings(empty)).rejects.toThrow(/holds no recordings/u);
    await rm(empty, { recursive: true });
  });

  it.each(["\n\n", "\r\n\r\n", "\r\r"])("cuts after events that end in %j, and loses no byte", (end) => {
    const bytes = new TextEncoder().encode(`data: ä${end}data: b${end}: rest`);
    const pieces = [...cutAfterEvents(bytes)];
    expect(pieces).toHaveLength(3);
    expect(Buffer.concat(pieces)).toEqual(Buffer.from(bytes));
  });

  it("makes the framing of a file with one payload a line again", () => {
    expect(bodyOf("a.chunks.txt", '{"type":"ping"}\n', "anthropic-messages")).toBe('event: ping\ndata: {"type":"ping"}\n\n');
    expect(bodyOf("a.chunks.txt", '{"choices":[]}\n', "openai-chat")).toBe('data: {"choices":[]}\n\ndata: [DONE]\n\n');
    expect(bodyOf("a.chunks.txt", '{"type":"start"}\n', "ui-message-stream")).toBe('data: {"type":"start"}\n\n');
    expect(bodyOf("a.sse", "as it is", "openai-chat")).toBe("as it is");
  });

  it("asks the folder's name where the bytes do not tell", () => {
    expect(detectWire('data: {"error":{"message":"busy"}}\n\n', "openai-chat/x.sse")).toBe("openai-chat");
    expect(detectWire('data: {"error":{"message":"busy"}}\n\n', "elsewhere/x.sse")).toBeNull();
  });
});

describe("recorded streams of providers", () => {
  const wires = Object.keys(DECODERS) as Wire[];
  const isThere = existsSync(FIXTURES) && wires.every((wire) => readdirSync(FIXTURES).includes(wire));

  it.skipIf(!isThere).each(wires)("of %s end through the server as their bytes state", { timeout: 60_000 }, async (wire) => {
    const path = join(FIXTURES, wire);
    const recordings = await findRecordings(path);
    const app = await openReplay(path);
    const differences: unknown[] = [];
    for (const recording of recordings) {
      expect(recording.wire).toBe(wire);
      const direct = (await foldStream(DECODERS[wire], [recording.bytes])).messages.at(-1);
      const served = await ask(app, "replay", { scenario: `replay:${recording.name}` });
      const seen = (message: Message | undefined) => [
        message?.status,
        message?.status === "truncated" && message.cause,
        message === undefined ? "" : textOf(message),
      ];
      if (JSON.stringify(seen(served)) !== JSON.stringify(seen(direct))) differences.push([recording.name, seen(served), seen(direct)]);
    }
    expect(differences).toEqual([]);
    await app.close();
    console.log(`${recordings.length} recordings of ${wire} played through the server.`);
  });

  it.skipIf(isThere)("are not here: the folder of recordings is absent, so none was played", () => {});
});

describe("the arguments", () => {
  it("are read in both ways of writing", () => {
    expect(parseArguments(["--replay", folder, "--pace=5"], { PORT: "80" })).toEqual({ replay: folder, pace: 5, port: 80 });
    expect(parseArguments([], {})).toEqual({ replay: null, pace: "recorded", port: null });
  });

  it.each([
    [["--repaly", "x"], {}, /Unknown argument "--repaly"/u],
    [["--replay"], {}, /needs a value/u],
    [["--replay", "/no/such/file"], {}, /does not exist/u],
    [["--pace", "slow"], {}, /--pace is "slow"/u],
    [["--pace", "-1"], {}, /--pace is "-1"/u],
    [[], { PORT: "http" }, /PORT is "http"/u],
    [[], { PORT: "70000" }, /PORT is "70000"/u],
  ])("%j with %j are refused in a sentence", (words, environment, message) => {
    expect(() => parseArguments(words, environment)).toThrow(message);
  });
});
