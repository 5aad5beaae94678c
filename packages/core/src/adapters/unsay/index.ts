import { eventTooLarge, limitsOf } from "../../protocol/limits.js";
import { SseFramer } from "../../protocol/sse.js";
import type { DecodeContext, Limits, UnsayErrorData, WireDecoder } from "../../protocol/index.js";
import { createEnvelopeDecoder } from "../shared/envelope-decoder.js";

/**
 * Unsay's own wire: server-sent events whose data is one event each.
 *
 * Terminal: `run.end`, whatever its outcome. Not terminal: the end of the body, silence, a closed part. Events of types
 * this version does not know are skipped and counted; one that can't be read ends the reading, since text may be in it.
 */
export function decodeUnsay(context: DecodeContext = {}): WireDecoder {
  const limits = limitsOf(context.limits);
  const framer = new SseFramer(limits.eventLength);
  return createEnvelopeDecoder("unsay", context, {
    push: (bytes) => framer.push(bytes).map(({ data }) => data),
    problem: () => problemOf(framer, limits),
  });
}

function problemOf(framer: SseFramer, limits: Limits): UnsayErrorData | null {
  if (framer.overflowed) return eventTooLarge(limits);
  if (!framer.foreign) return null;
  return {
    code: "stream-corrupt",
    message: "The body holds lines that no event stream has, such as a proxy's error page. They are not shown.",
    retryable: true,
  };
}
