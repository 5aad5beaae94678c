import { UnsayError } from "../protocol/errors.js";
import type { DecodeContext, OnDiagnostic, UnsayEvent, WireDecoder } from "../protocol/index.js";
import type { EventStream } from "./transport.js";

type Body = AsyncIterable<Uint8Array> | ReadableStream<Uint8Array>;

interface StreamOptions {
  readonly run?: string | undefined;
  readonly onDiagnostic?: DecodeContext["onDiagnostic"] | undefined;
}

/**
 * Decodes one body. The last batch is the decoder's verdict on how it ended; a connection that breaks ends the body
 * like a close does, since to the reader both are a cut. Leaving the loop early closes the connection.
 */
export function decodeBody(body: Body, decoder: WireDecoder, options: StreamOptions = {}): EventStream {
  return streamOfBatches(() => readBatches(body, decoder, options.onDiagnostic), options.run);
}

/** An answer that came whole, as one document that the decoder has read. */
export function wholeAnswer(events: readonly UnsayEvent[], decoder: WireDecoder, options: StreamOptions = {}): EventStream {
  return streamOfBatches(async function* () {
    yield [...events, ...endOf(decoder, options.onDiagnostic)];
  }, options.run);
}

function streamOfBatches(read: () => AsyncGenerator<readonly UnsayEvent[]>, run: string | undefined): EventStream {
  return { ...(run === undefined ? {} : { run }), [Symbol.asyncIterator]: read };
}

async function* readBatches(
  body: Body,
  decoder: WireDecoder,
  onDiagnostic: OnDiagnostic | undefined,
): AsyncGenerator<readonly UnsayEvent[]> {
  let refusal: UnsayError | null = null;
  try {
    for await (const bytes of iterate(body)) yield decoder.push(bytes);
  } catch (error) {
    // A reset is a cut: what the decoder makes of the bytes so far says all there is to say. A host's own error says more.
    refusal = error instanceof UnsayError ? error : null;
  }
  const last = endOf(decoder, onDiagnostic);
  if (refusal !== null && last.some(isLocalEnd)) throw refusal;
  if (last.length > 0) yield last;
}

function endOf(decoder: WireDecoder, onDiagnostic: OnDiagnostic | undefined): readonly UnsayEvent[] {
  const last = decoder.end();
  if (last.some(isLocalEnd)) onDiagnostic?.({ code: "adapter.no-terminal-event", wire: decoder.wire });
  return last;
}

function isLocalEnd(event: UnsayEvent): boolean {
  return event.local === true;
}

/** `ReadableStream` is not async iterable everywhere. */
async function* iterate(body: AsyncIterable<Uint8Array> | ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (!("getReader" in body)) {
    yield* body;
    return;
  }
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    void reader.cancel().catch(() => {});
  }
}
