import type { Decode } from "../../protocol/index.js";
import { createWireDecoder } from "../shared/wire-decoder.js";
import { AnthropicReader } from "./reader.js";

/**
 * Reads a stream of the Anthropic Messages API (https://platform.claude.com/docs/en/build-with-claude/streaming).
 *
 * Terminal: `message_stop` after a `message_delta` with a `stop_reason` (only `end_turn` and `stop_sequence` complete
 * the answer), and `error`. A reason that cuts the answer short (`max_tokens`, `refusal`) counts without `message_stop`.
 * Not terminal: the end of the body, `content_block_stop`, a `stop_reason` of `end_turn` alone, `pause_turn`, and
 * `tool_use` when another message follows in the same body.
 */
export const decodeAnthropic: Decode = (context = {}) =>
  createWireDecoder("anthropic-messages", context, (output) => new AnthropicReader(output));
