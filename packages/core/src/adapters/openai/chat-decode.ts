import type { Decode } from "../../protocol/index.js";
import { createWireDecoder } from "../shared/wire-decoder.js";
import { ChatReader } from "./chat-reader.js";

/**
 * Reads a stream of the OpenAI Chat Completions API and of the servers that imitate it
 * (https://developers.openai.com/api/reference/resources/chat/subresources/completions/streaming-events).
 *
 * Terminal: a `finish_reason` of the first choice (only `stop` completes the answer), and an `error` in a frame. The
 * run ends when `[DONE]` or the end of the body follows, because usage comes in between; content that follows takes a
 * finish reason back. Not terminal: `[DONE]` itself, usage, the end of the body.
 * Choices beyond index 0 are other versions of the answer and are left out.
 */
export const decodeChatCompletions: Decode = (context = {}) =>
  createWireDecoder("openai-chat", context, (output) => new ChatReader(output));
