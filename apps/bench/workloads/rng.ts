export interface Random {
  /** From 0 up to 1. */
  next(): number;
  /** A whole number from `low` to `high`, both included. */
  int(low: number, high: number): number;
  pick<T>(items: readonly [T, ...T[]]): T;
  chance(probability: number): boolean;
}

/** mulberry32: small, fast, seedable; every workload takes its seed so that each run sees the same bytes. */
export function rng(seed: number): Random {
  let a = seed >>> 0;
  const next = () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return {
    next,
    int: (low, high) => low + Math.floor(next() * (high - low + 1)),
    pick: (items) => items[Math.floor(next() * items.length)] ?? items[0],
    chance: (probability) => next() < probability,
  };
}

/** Cuts a text into deltas of min..max UTF-16 units (the size of 1-3 model tokens). */
export function deltas(text: string, { seed = 7, min = 4, max = 12 } = {}): string[] {
  const r = rng(seed);
  const out: string[] = [];
  for (let i = 0; i < text.length;) {
    let n = r.int(min, max);
    const c = text.charCodeAt(i + n - 1);
    if (c >= 0xd800 && c < 0xdc00) n++; // never cut a surrogate pair
    out.push(text.slice(i, i + n));
    i += n;
  }
  return out;
}
