/** Cuts the wires of one run on purpose, as a proxy or a tunnel would: without a word, in the middle of the body. */
export interface ConnectionBreaker {
  /** Passes a response on so that it can be cut later. Responses that name no run are left alone. */
  guard(response: Response, run: string | null): Response;
  /** Breaks every open connection of a run; says how many there were. */
  cut(run: string): number;
}

export function createConnectionBreaker(): ConnectionBreaker {
  const cutters = new Map<string, Set<() => void>>();

  function register(run: string, cut: () => void): () => void {
    const known = cutters.get(run) ?? new Set();
    cutters.set(run, known.add(cut));
    return () => {
      known.delete(cut);
      if (known.size === 0) cutters.delete(run);
    };
  }

  return {
    guard(response, run) {
      if (run === null || response.body === null) return response;
      const source = response.body.getReader();
      let forget: () => void = () => {};
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          forget = register(run, () => {
            controller.error(new Error("The connection was cut on purpose."));
            void source.cancel().catch(() => {});
          });
        },
        async pull(controller) {
          const { done, value } = await source.read();
          if (!done) return controller.enqueue(value);
          forget();
          controller.close();
        },
        cancel(reason) {
          forget();
          return source.cancel(reason);
        },
      });
      return new Response(body, { status: response.status, headers: response.headers });
    },
    cut(run) {
      const open = [...(cutters.get(run) ?? [])];
      cutters.delete(run);
      for (const cut of open) cut();
      return open.length;
    },
  };
}
