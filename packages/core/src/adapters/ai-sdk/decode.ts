import type { Decode } from "../../protocol/index.js";
import { createWireDecoder } from "../shared/wire-decoder.js";
import { UIMessageReader } from "./reader.js";

/**
 * Reads a UI message stream of the AI SDK (https://ai-sdk.dev/docs/ai-sdk-ui/stream-protocol).
 *
 * Terminal: `finish` (only `stop` completes the answer; without a reason, only if every part and call was ended),
 * `abort` and `error`. Not terminal: the end of the body, `[DONE]`, `text-end`, `finish-step`. `reset-step` takes text
 * back: the step's text is retracted where the reader can see it, and its open calls are cancelled.
 *
 * Unsay's own events (`data-unsay`) are applied alone when the first of them comes before any content; then only their
 * `run.end` completes the answer. Without them an `error` of the text `unsay:truncated.<cause>` ends it so.
 */
export const decodeUIMessageStream: Decode = (context = {}) =>
  createWireDecoder("ai-sdk-ui", context, (output) => new UIMessageReader(output));
