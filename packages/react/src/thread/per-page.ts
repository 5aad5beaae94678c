import type { Message, MessagePages } from "@unsay/core";

const NONE: readonly never[] = [];

/**
 * Something of all messages of a thread, in thread order: what a page gave is kept for as long as the page stays the same,
 * so that a delta asks the last page and no other. `select` is pure.
 */
export function perPage<T>(select: (messages: readonly Message[]) => readonly T[]): (pages: MessagePages) => readonly T[] {
  const ofPage = keepBy((page: readonly Message[]) => select(page));
  const ofSettled = keepBy((settled: MessagePages["settled"]) => settled.flatMap(ofPage));
  return ({ settled, tail }) => {
    const [above, below] = [ofSettled(settled), ofPage(tail)];
    if (below.length === 0) return above;
    return above.length === 0 ? below : [...above, ...below];
  };
}

function keepBy<K extends object, T>(make: (key: K) => readonly T[]): (key: K) => readonly T[] {
  const kept = new WeakMap<K, readonly T[]>();
  return (key) => {
    const known = kept.get(key);
    if (known !== undefined) return known;
    const made = make(key);
    const next = made.length === 0 ? NONE : made;
    kept.set(key, next);
    return next;
  };
}
