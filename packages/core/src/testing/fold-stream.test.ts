import { expect, it } from "vitest";
import { decodeChatCompletions } from "../adapters/openai/index.js";
import { textOf } from "../message/selectors.js";
import { foldStream } from "./fold-stream.js";

const body =
  'data: {"choices":[{"index":0,"delta":{"content":"Häu"},"finish_reason":null}]}\n\ndata: {"choices":[{"index":0,"delta":{"content":"ser"},"finish_reason":"stop"}]}\n\n';

async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

it("folds a body to a thread with one answer, however it is cut", async () => {
  const bytes = new TextEncoder().encode(body);
  for (const chunks of [[bytes], inPieces(bytes, 1), inPieces(bytes, 7)]) {
    const { messages } = await foldStream(decodeChatCompletions, chunks);
    expect(messages.map((message) => [message.status, textOf(message)])).toEqual([["complete", "Häuser"]]);
  }
});

it("says that a body which ends early was cut", async () => {
  const { messages } = await foldStream(decodeChatCompletions, [new TextEncoder().encode(body.slice(0, 90))]);
  expect(messages[0]).toMatchObject({ status: "truncated", cause: "disconnected" });
});
