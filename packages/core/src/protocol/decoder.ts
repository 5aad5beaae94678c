import type { OnDiagnostic } from "./diagnostics.js";
import type { ToolEffect, UnsayEvent } from "./events.js";

/** What a decoder must know that does not stand on the wire. Ids are made up where absent. */
export interface DecodeContext {
  readonly thread?: string;
  readonly run?: string;
  readonly message?: string;
  /** Effect class of a tool by name; a tool it does not know is `irreversible`. */
  readonly effectOf?: (name: string) => ToolEffect | undefined;
  readonly onDiagnostic?: OnDiagnostic;
}

/**
 * Reads one response body of one wire. Bytes in, events out; it never throws on input.
 *
 * `push` may be cut anywhere, also inside a character. `end` says what the stream amounts to if the body ended now:
 * nothing when a terminal event was seen, else one local `run.end` with `truncated`. It is pure, so a test may ask
 * after every byte and push on. The owner of the body calls it once, when there are no more bytes.
 */
export interface WireDecoder {
  readonly wire: string;
  push(bytes: Uint8Array): UnsayEvent[];
  end(): UnsayEvent[];
}

/** An adapter: one call for each response body. */
export type Decode = (context?: DecodeContext) => WireDecoder;
