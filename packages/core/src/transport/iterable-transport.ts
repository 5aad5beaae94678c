import { decodeUnsay } from "../adapters/unsay/index.js";
import { encodeSse, guardCallbacks, type Decode, type DecodeContext, type StartCommand } from "../protocol/index.js";
import { decodeBody } from "./event-stream.js";
import type { EventStream, Transport } from "./transport.js";
import { untilAborted } from "./until-aborted.js";

/** One piece of an answer: bytes or text of a body as they came, or one event of the wire as an object. */
export type Chunk = Uint8Array | string | object;
export type Chunks = AsyncIterable<Chunk> | Iterable<Chunk>;

interface CallOptions {
  readonly signal: AbortSignal;
}

export interface IterableTransportOptions extends Pick<Transport, "active" | "history" | "command"> {
  /**
   * Starts a run and gives what it says. When the iterable ends, so does the connection: the answer is whole only if a
   * terminal event was among the chunks. An `UnsayError` that it throws is shown as it is; any other is a cut.
   */
  readonly open: (command: StartCommand, options: CallOptions) => Chunks | Promise<Chunks>;
  /** The adapter of the chunks; by default they are Unsay events. */
  readonly decode?: Decode;
  /** Goes on with a run after its event `after`; `null` where no such run is active. Needs numbered events. */
  readonly resume?: (
    request: Parameters<NonNullable<Transport["resume"]>>[0],
    options: CallOptions,
  ) => Chunks | null | Promise<Chunks | null>;
  /** `open` never starts twice for one `startKey`, so it may be called again with the same. */
  readonly idempotentStart?: boolean;
  readonly effectOf?: DecodeContext["effectOf"];
  readonly onDiagnostic?: DecodeContext["onDiagnostic"];
}

/**
 * Reads an answer from whatever the host can iterate over: a generator, a stream of an SDK, a worker's messages, a test.
 * It says no more than the chunks do: no retry, no resume and no stop command but what the host gives it.
 */
export function createIterableTransport(given: IterableTransportOptions): Transport {
  const options = guardCallbacks(given, ["onDiagnostic"]);
  const { decode = decodeUnsay, open, resume, active, history, command, idempotentStart = false } = options;
  const read = (chunks: Chunks, context: DecodeContext, signal: AbortSignal): EventStream =>
    decodeChunks(chunks, decode, { ...context, ...hooksOf(options) }, signal);
  return {
    wire: decode().wire,
    idempotentStart,
    ...(active === undefined ? {} : { active }),
    ...(history === undefined ? {} : { history }),
    ...(command === undefined ? {} : { command }),
    async start(start, { signal }) {
      return read(await open(start, { signal }), { thread: start.thread, message: start.answer, run: start.startKey }, signal);
    },
    ...(resume === undefined
      ? {}
      : {
          async resume(request, { signal }) {
            const chunks = await resume(request, { signal });
            const { thread, run, message } = request;
            return chunks === null ? { type: "none" } : { type: "stream", stream: read(chunks, { thread, run, message }, signal) };
          },
        }),
  };
}

function hooksOf({ effectOf, onDiagnostic }: IterableTransportOptions): Pick<DecodeContext, "effectOf" | "onDiagnostic"> {
  return { ...(effectOf === undefined ? {} : { effectOf }), ...(onDiagnostic === undefined ? {} : { onDiagnostic }) };
}

/** Decodes chunks as if they were a body; an aborted signal ends it. */
export function decodeChunks(chunks: Chunks, decode: Decode, context: DecodeContext, signal: AbortSignal): EventStream {
  return decodeBody(bytesOf(untilAborted(chunks, signal)), decode(context), { onDiagnostic: context.onDiagnostic });
}

/** Objects are framed as the wire would have framed them, so that one decoder reads a wire however it comes. */
async function* bytesOf(chunks: AsyncIterable<Chunk>): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  for await (const chunk of chunks) {
    if (chunk instanceof Uint8Array) yield chunk;
    else yield encoder.encode(typeof chunk === "string" ? chunk : encodeSse({ data: JSON.stringify(chunk) }));
  }
}
