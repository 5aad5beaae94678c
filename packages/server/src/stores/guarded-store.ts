import type { Clock } from "@unsay/core";
import { HttpProblem } from "../http/problem.js";
import { aroundStore } from "./around-store.js";
import type { Store } from "./store.js";

/** A store that has not answered by then counts as down, and the call as failed: it may still be carried out. */
const TIMEOUT_MS = 5_000;

/** Turns each failure of a store, and its silence, into the one answer that a client can act on. */
export function guardStore(store: Store, clock: Clock): Store {
  return aroundStore(store, async (_name, call) => {
    const { expired, cancel } = startTimeout(clock);
    try {
      return await Promise.race([call(), expired]);
    } catch (error) {
      throw storeUnavailable(error);
    } finally {
      cancel();
    }
  });
}

function startTimeout(clock: Clock): { readonly expired: Promise<never>; readonly cancel: () => void } {
  let cancel: () => void = () => {};
  const expired = new Promise<never>((_, reject) => {
    cancel = clock.after(TIMEOUT_MS, () => reject(new Error(`The store has not answered for ${TIMEOUT_MS} ms.`)));
  });
  expired.catch(() => {});
  return { expired, cancel };
}

export function storeUnavailable(cause: unknown): HttpProblem {
  return new HttpProblem(
    503,
    {
      code: "store-unavailable",
      message: "The server can't reach its storage, so nothing was done. Runs that are live go on. Ask again in a moment.",
      retryable: true,
      retryAfterMs: 2_000,
      userMessage: "The server can't save anything right now.",
    },
    { cause },
  );
}
