import { createPendingMessage } from "../message/create.js";
import type { AssistantMessage, ThreadSnapshot } from "../message/message.js";
import { foldEvents } from "../message/reducer.js";
import type { Decode } from "../protocol/index.js";

const IDS = { thread: "thread-1", run: "run-1", message: "message-1" };

/**
 * Folds a recorded body as a session would, and says that the body ended after the last chunk. Resolves to a thread
 * with the one answer. Input never makes it reject; it rejects only when `chunks` does.
 */
export async function foldStream(decode: Decode, chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<ThreadSnapshot> {
  const decoder = decode(IDS);
  let message: AssistantMessage = createPendingMessage({ id: IDS.message, thread: IDS.thread });
  for await (const chunk of chunks) message = foldEvents(message, decoder.push(chunk)).message;
  message = foldEvents(message, decoder.end()).message;
  return { messages: [message] };
}
