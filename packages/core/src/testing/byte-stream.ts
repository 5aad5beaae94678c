/** A fetch as tests pass it on: accepts what `globalThis.fetch` does, and fits every transport's `fetch` option. */
export type TestFetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/** A body that is pulled piece by piece; giving it up ends the source. */
export function bodyOf(chunks: AsyncGenerator<Uint8Array>): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await chunks.next();
      if (done === true) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      await chunks.return(undefined);
    },
  });
}

/** The pieces of a body; leaving the loop cancels it. */
export async function* chunksOf(body: ReadableStream<Uint8Array> | null): AsyncGenerator<Uint8Array> {
  if (body === null) return;
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

/** What a request asks for, however `fetch` was called. */
export function requestOf(input: string | URL | Request, init: RequestInit = {}): { readonly method: string; readonly path: string } {
  const isRequest = typeof input === "object" && "url" in input;
  const url = isRequest ? input.url : String(input);
  return { method: (init.method ?? (isRequest ? input.method : "GET")).toUpperCase(), path: pathOf(url) };
}

/** Relative URLs have no origin to be read with. */
function pathOf(url: string): string {
  return url.replace(/^[a-z][a-z\d+.-]*:\/\/[^/?#]*/iu, "").replace(/[?#].*$/su, "");
}

export function signalOf(input: string | URL | Request, init: RequestInit = {}): AbortSignal {
  const signal = init.signal ?? (typeof input === "object" && "signal" in input ? input.signal : undefined);
  return signal ?? new AbortController().signal;
}

/** Resolves after `ms` of the clock, or when the signal aborts; says whether the time has passed. `Infinity` never passes. */
export function waitFor(ms: number, clock: { after(ms: number, run: () => void): () => void }, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve(false);
    const onAbort = () => {
      cancel();
      resolve(false);
    };
    const onTime = () => {
      signal.removeEventListener("abort", onAbort);
      resolve(true);
    };
    const cancel = ms === Number.POSITIVE_INFINITY ? () => {} : clock.after(ms, onTime);
    signal.addEventListener("abort", onAbort, { once: true });
  });
}
