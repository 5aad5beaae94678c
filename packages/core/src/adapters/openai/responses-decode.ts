import type { Decode } from "../../protocol/index.js";
import { createWireDecoder } from "../shared/wire-decoder.js";
import { ResponsesReader } from "./responses-reader.js";

/**
 * Reads a stream of the OpenAI Responses API (https://platform.openai.com/docs/api-reference/responses-streaming).
 *
 * Terminal: `response.completed` (completes the answer, unless it refuses or waits for tool results or an approval),
 * `response.incomplete`, `response.failed`, `response.cancelled` and `error`. Not terminal: the end of the body, the
 * `*.done` events, `[DONE]`. Sequence numbers are checked: a repeated event is left out, a missing one ends the run as
 * corrupt. Text in the `*.done` and terminal events is compared with what was streamed, and completes it.
 */
export const decodeResponses: Decode = (context = {}) =>
  createWireDecoder("openai-responses", context, (output) => new ResponsesReader(output));
