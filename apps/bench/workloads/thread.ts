import { prose } from "./markdown.ts";
import { deltas, rng } from "./rng.ts";

export interface ThreadMessage {
  readonly id: string;
  readonly role: "user" | "assistant";
  readonly text: string;
}

/** A finished thread: user and assistant turns alternate, mostly short, some long (up to 3 kB). */
export function thread(count: number, seed = 11): ThreadMessage[] {
  const r = rng(seed);
  return Array.from({ length: count }, (_, i) => {
    const role = i % 2 ? "assistant" : "user";
    const size = r.chance(0.15) ? r.int(800, 3000) : r.int(30, role === "user" ? 160 : 420);
    return { id: `m${i}`, role, text: prose({ seed: seed * 100_003 + i, size }) };
  });
}

/** Text deltas of one streamed message. */
export function messageDeltas(count: number, seed = 13): string[] {
  const text = prose({ seed, size: count * 9 });
  return deltas(text, { seed, min: 4, max: 12 }).slice(0, count);
}
