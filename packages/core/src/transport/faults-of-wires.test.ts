import { readFileSync } from "node:fs";
import { afterEach, describe, expect, it, vi } from "vitest";
import { filesBelow, FIXTURES, hasFixtures, recordingsOf } from "../../test-kit/recordings.js";
import { serve, type Loopback, type Reply } from "../../test-kit/loopback/loopback-server.js";
import { ask } from "../../test-kit/loopback/reading.js";
import { streamOf, write } from "../../test-kit/loopback/runs.js";
import { WIRES } from "../../test-kit/wires.js";
import { decodeAnthropic } from "../adapters/anthropic/index.js";
import { decodeChatCompletions, decodeResponses } from "../adapters/openai/index.js";
import { textOf, type AssistantMessage } from "../message/index.js";
import type { Decode } from "../protocol/index.js";
import { createFetchTransport } from "./fetch-transport.js";

/** Providers that contradict themselves, and streams of somebody else. Row numbers are those of the list of faults. */

/** On a machine that is busy with other tests. */
vi.setConfig({ testTimeout: 60_000 });

let server: Loopback | undefined;
afterEach(() => server?.close());

async function answerTo(reply: Reply, decode: Decode): Promise<AssistantMessage> {
  await server?.close();
  server = await serve(() => reply);
  const reading = ask(createFetchTransport({ url: server.url, decode }));
  const answer = await reading.ended();
  expect(reading.session.store.getState().messages.filter(({ role }) => role === "assistant")).toHaveLength(1);
  return answer;
}

const framesOf = (events: readonly object[]): Reply => streamOf(write(events.map((event) => `data: ${JSON.stringify(event)}\n\n`)));

const messageStart = (id: string) => ({ type: "message_start", message: { id, model: "x", content: [], usage: { output_tokens: 1 } } });
const block = (index: number, kind: object) => ({ type: "content_block_start", index, content_block: kind });
const delta = (index: number, change: object) => ({ type: "content_block_delta", index, delta: change });
const text = (index: number, words: string) => delta(index, { type: "text_delta", text: words });
const stop = (index: number) => ({ type: "content_block_stop", index });
const messageEnd = (reason: string) => [{ type: "message_delta", delta: { stop_reason: reason } }, { type: "message_stop" }];
const TEXT = { type: "text", text: "" };

describe("row 52: a provider that begins twice", () => {
  it("with the same start: one message, its text once", async () => {
    const frames = [messageStart("m1"), messageStart("m1"), block(0, TEXT), text(0, "Hello."), stop(0), ...messageEnd("end_turn")];
    const answer = await answerTo(framesOf(frames), decodeAnthropic);
    expect([answer.status, textOf(answer)]).toEqual(["complete", "Hello."]);
    expect(answer.runs).toHaveLength(1);
  });

  it("with another start in mid-text: one message, the first words kept as a part of their own", async () => {
    const first = [messageStart("m1"), block(0, TEXT), text(0, "It is fi")];
    const second = [messageStart("m2"), block(0, TEXT), text(0, "It is five."), stop(0), ...messageEnd("end_turn")];
    const answer = await answerTo(framesOf([...first, ...second]), decodeAnthropic);
    const parts = answer.parts.flatMap((part) => (part.type === "text" ? [part.spans.map((span) => span.text).join("")] : []));
    expect(parts).toEqual(["It is fi", "It is five."]);
    expect(answer.parts.map(({ id }) => id)).toHaveLength(2);
  });

  it("with another start in mid-call: the cut call is never ready, and nothing is complete that waits for it", async () => {
    const call = (id: string) => block(1, { type: "tool_use", id, name: "lookup", input: {} });
    const args = (json: string) => delta(1, { type: "input_json_delta", partial_json: json });
    const first = [messageStart("m1"), block(0, TEXT), text(0, "Looking. "), stop(0), call("c1"), args('{"value":"Spark')];
    const second = [messageStart("m2"), block(0, TEXT), text(0, "Looking. "), stop(0), call("c2"), args('{"value":"x"}'), stop(1)];
    const answer = await answerTo(framesOf([...first, ...second, ...messageEnd("tool_use")]), decodeAnthropic);
    expect(textOf(answer)).toBe("Looking. Looking. ");
    expect(answer.calls.map(({ id, argsHash }) => [id, argsHash === undefined])).toEqual([
      ["c1", true],
      ["c2", false],
    ]);
    expect(answer.status).toBe("truncated");
  });

  it("that names the same item otherwise in each event (Copilot): one text, once", async () => {
    const words = ["Three ", "letters."];
    const frames = [
      { type: "response.created", sequence_number: 0, response: { id: "r-a", status: "in_progress", output: [] } },
      { type: "response.output_item.added", sequence_number: 1, output_index: 0, item: { id: "i-a", type: "message", content: [] } },
      {
        type: "response.content_part.added",
        sequence_number: 2,
        item_id: "i-b",
        output_index: 0,
        content_index: 0,
        part: { type: "output_text", text: "" },
      },
      ...words.map((word, at) => ({
        type: "response.output_text.delta",
        sequence_number: 3 + at,
        item_id: `i-c${at}`,
        output_index: 0,
        content_index: 0,
        delta: word,
      })),
      { type: "response.output_text.done", sequence_number: 5, item_id: "i-d", output_index: 0, content_index: 0, text: words.join("") },
      {
        type: "response.output_item.done",
        sequence_number: 6,
        output_index: 0,
        item: { id: "i-e", type: "message", status: "completed", content: [{ type: "output_text", text: words.join("") }] },
      },
      {
        type: "response.completed",
        sequence_number: 7,
        response: {
          id: "r-z",
          status: "completed",
          output: [{ id: "i-f", type: "message", status: "completed", content: [{ type: "output_text", text: words.join("") }] }],
        },
      },
    ];
    const answer = await answerTo(framesOf(frames), decodeResponses);
    expect([answer.status, textOf(answer), answer.revisions]).toEqual(["complete", words.join(""), 0]);
  });

  it.runIf(hasFixtures)("in recordings: one message with the text that its provider counts", async () => {
    const kinds = [
      ["anthropic-messages", decodeAnthropic],
      ["openai-responses", decodeResponses],
    ] as const;
    const found = kinds.flatMap(([kind, decode]) =>
      recordingsOf<{ readonly text: { readonly chars: number } }>(kind)
        .filter(({ name }) => /id-rotation|message-start/u.test(name))
        .map((recording) => ({ ...recording, decode })),
    );
    expect(found.length).toBeGreaterThanOrEqual(2);
    for (const { name, body, decode, expected } of found) {
      const answer = await answerTo(streamOf({ write: body }), decode);
      expect(textOf(answer), name).toHaveLength(expected.text.chars);
    }
  });
});

describe("row 54: a stream of another protocol", () => {
  const sample: Readonly<Record<string, readonly object[]>> = {
    "openai-chat": [
      { id: "c", choices: [{ index: 0, delta: { content: "Hi" } }] },
      { choices: [{ index: 0, delta: {}, finish_reason: "stop" }] },
    ],
    "anthropic-messages": [messageStart("m1"), block(0, TEXT), text(0, "Hi"), stop(0), ...messageEnd("end_turn")],
    "openai-responses": [
      { type: "response.created", sequence_number: 0, response: { id: "r", status: "in_progress", output: [] } },
      { type: "response.completed", sequence_number: 1, response: { id: "r", status: "completed", output: [] } },
    ],
    "ui-message-stream": [{ type: "start" }, { type: "start-step" }, { type: "finish-step" }, { type: "finish", finishReason: "stop" }],
    "agui-streams": [
      { type: "RUN_STARTED", threadId: "t", runId: "r" },
      { type: "RUN_FINISHED", threadId: "t", runId: "r" },
    ],
    Gemini: [{ candidates: [{ content: { parts: [{ text: "Hi" }] }, finishReason: "STOP" }] }],
  };
  const pairs = WIRES.flatMap((wire) => Object.keys(sample).flatMap((other) => (other === wire.kind ? [] : [[wire, other] as const])));

  it.each(pairs.map(([wire, other]) => [wire.kind, other, wire.decode] as const))(
    "read as %s when it is %s: nothing complete, and the error says what was expected and what was found",
    async (_kind, other, decode) => {
      const answer = await answerTo(framesOf(sample[other] ?? []), decode);
      expect(answer).toMatchObject({ status: "truncated", cause: "corrupt", stated: false, calls: [] });
      if (answer.status !== "truncated") return;
      expect(answer.error?.message).toMatch(/Expected a stream of \S+\. .*/u);
      expect(answer.error?.message).toMatch(/[Ff]ound|The (?:unknown )?(?:event|chunk)|The choice/u);
    },
  );

  it("of lines of JSON instead of events: the same", async () => {
    const lines = ['{"model":"x","message":{"content":"Hi"},"done":false}\n', '{"model":"x","done":true}\n'];
    for (const decode of [decodeAnthropic, decodeChatCompletions, decodeResponses]) {
      const answer = await answerTo(streamOf(write(lines)), decode);
      expect(answer).toMatchObject({ status: "truncated", cause: "corrupt", parts: [] });
      if (answer.status === "truncated")
        expect(answer.error?.message).toMatch(/Expected a stream of \S+\. Expected an event stream; found lines/u);
    }
  });

  it.runIf(hasFixtures)("in recordings of other dialects, over HTTP: nothing complete, nothing to run, always a reason", async () => {
    const files = filesBelow("other-dialects").filter((_file, at) => at % 8 === 0);
    for (const file of files) {
      for (const { kind, decode } of WIRES) {
        const answer = await answerTo(streamOf({ write: readFileSync(FIXTURES + file) }), decode);
        expect(answer.status, `${file} as ${kind}`).toBe("truncated");
        expect(answer.calls, `${file} as ${kind}`).toEqual([]);
        expect(answer.status === "truncated" ? answer.error?.message : "", `${file} as ${kind}`).toMatch(/Expected|provider|no chat/u);
      }
    }
  });
});
