import type { Decode } from "../../protocol/index.js";
import { createWireDecoder } from "../shared/wire-decoder.js";
import { UIMessageReader } from "./reader.js";

/**
 * Reads a UI message stream of the AI SDK.
 *
 * Terminal: `finish` (only `stop` completes the answer; without a reason, only if every part and call was ended),
 * `abort` and `error`. Not terminal: the end of the body, `[DONE]`, `text-end`, `finish-step`. `reset-step` takes text
 * back: the step's text is retracted where the reader can see it, and its open calls are cancelled.
 */
export const decodeUIMessageStream: Decode = (context = {}) =>
  createWireDecoder("ai-sdk-ui", context, (output) => new UIMessageReader(output));
