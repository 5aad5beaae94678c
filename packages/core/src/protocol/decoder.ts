import type { Limits } from "./limits.js";
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
  /** Raises or lowers what one body may hold; `DEFAULT_LIMITS` where absent. */
  readonly limits?: Partial<Limits>;
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
  /**
   * Reads an answer that came whole, as one JSON document, where a stream was asked for: the same events, and `end` as
   * after a body. `undefined` when the document is no answer of this wire. Absent where the wire has no such form.
   */
  readDocument?(document: unknown): UnsayEvent[] | undefined;
}

/** An adapter: one call for each response body. */
export type Decode = (context?: DecodeContext) => WireDecoder;
