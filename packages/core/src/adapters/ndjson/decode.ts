import {
  eventTooLarge,
  limitsOf,
  NdjsonFramer,
  type DecodeContext,
  type Limits,
  type UnsayErrorData,
  type WireDecoder,
} from "../../protocol/index.js";
import { createEnvelopeDecoder } from "../shared/envelope-decoder.js";
import { createDialectDecoder } from "./dialect.js";
import type { MapLine } from "./statements.js";

export interface NdjsonOptions extends DecodeContext {
  /**
   * Reads the lines of an application's own dialect. It can say what a line adds and how the answer was cut short, but
   * not that it is complete: that is what `completeWhen` is for.
   */
  readonly mapLine?: MapLine;
  /**
   * The members, all of them, by which a line of the dialect states that the answer is whole, such as
   * `{ done: true, done_reason: "stop" }`. Without it no answer of the dialect is ever complete.
   */
  readonly completeWhen?: Readonly<Record<string, string | number | boolean>>;
}

/**
 * Reads newline-delimited JSON (https://github.com/ndjson/ndjson-spec): one event of Unsay a line, or, with `mapLine`, an
 * application's own lines.
 *
 * Terminal: the event `run.end`, whatever its outcome; in a dialect the line that has all members of `completeWhen`, and
 * the ends that `mapLine` says. Not terminal: the end of the body, silence, a last line without its line feed, which is
 * dropped since nothing says that it is whole.
 * A dialect can't complete an answer by accident: its end is data that has to stand on a line, a line that `mapLine` does
 * not know (`undefined`), or that makes it throw, leaves the answer corrupt, and tools without a result keep it open.
 */
export function decodeNdjson(options: NdjsonOptions = {}): WireDecoder {
  const { mapLine, completeWhen, ...context } = options;
  if (mapLine !== undefined) return createDialectDecoder(context, mapLine, completeWhen);
  const limits = limitsOf(context.limits);
  const framer = new NdjsonFramer(limits.eventLength);
  return createEnvelopeDecoder("unsay-ndjson", context, {
    push: (bytes) => framer.push(bytes),
    problem: () => problemOf(framer, limits),
  });
}

/** A line that never ended is a cut, unless it can't be one of JSON at all. */
function problemOf(framer: NdjsonFramer, limits: Limits): UnsayErrorData | null {
  if (framer.overflowed) return eventTooLarge(limits);
  const begun = framer.unfinished.trim();
  if (begun === "" || begun.startsWith("{")) return null;
  return {
    code: "stream-corrupt",
    message: `Expected an event of Unsay in JSON on each line; found ${JSON.stringify(begun.slice(0, 60))}.`,
    retryable: true,
  };
}
