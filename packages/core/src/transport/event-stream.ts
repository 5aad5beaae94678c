import type { OnDiagnostic, UnsayEvent, WireDecoder } from "../protocol/index.js";
import type { EventStream } from "./transport.js";

/**
 * Decodes one body. The last batch is the decoder's verdict on how it ended; a connection that breaks ends the body
 * like a close does, since to the reader both are a cut. Leaving the loop early closes the connection.
 */
export function decodeBody(
  body: AsyncIterable<Uint8Array> | ReadableStream<Uint8Array>,
  decoder: WireDecoder,
  options: { readonly run?: string | undefined; readonly onDiagnostic?: OnDiagnostic | undefined } = {},
): EventStream {
  return {
    ...(options.run === undefined ? {} : { run: options.run }),
    [Symbol.asyncIterator]: () => readBatches(body, decoder, options.onDiagnostic),
  };
}

async function* readBatches(
  body: AsyncIterable<Uint8Array> | ReadableStream<Uint8Array>,
  decoder: WireDecoder,
  onDiagnostic: OnDiagnostic | undefined,
): AsyncGenerator<readonly UnsayEvent[]> {
  try {
    for await (const bytes of iterate(body)) {
      const events = decoder.push(bytes);
      if (events.length > 0) yield events;
    }
  } catch {
    // A reset is a cut: what the decoder makes of the bytes so far says all there is to say.
  }
  const last = decoder.end();
  if (last.some((event) => event.local === true)) onDiagnostic?.({ code: "adapter.no-terminal-event", wire: decoder.wire });
  if (last.length > 0) yield last;
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
