import type { DecodeContext, UnsayEvent } from "../../protocol/index.js";
import type { Ending } from "./run-writer.js";
import { createWireOutput, readValue, type WireOutput, type WireReader } from "./wire-decoder.js";

/** Reads the events of one answer where somebody else has taken them off the wire already. */
export interface ValueDecoder {
  push(value: unknown): UnsayEvent[];
  /** As of a `WireDecoder`: what the events amount to if no more came. Pure. */
  end(): UnsayEvent[];
  /** Somebody who knows says how it ended. A damaged answer does not become whole by it. */
  finish(ending: Ending): UnsayEvent[];
}

export function createValueDecoder(wire: string, context: DecodeContext, createReader: (output: WireOutput) => WireReader): ValueDecoder {
  const output = createWireOutput(wire, context);
  const { run } = output;
  const reader = createReader(output);
  return {
    push(value) {
      if (!run.isEnded) readValue(value, undefined, run, reader);
      return run.take();
    },
    end: () => run.endOfBody(),
    finish(ending) {
      if (!run.isEnded) run.end(ending);
      return run.take();
    },
  };
}
