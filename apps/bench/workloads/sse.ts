import { rng, type Random } from "./rng.ts";
import { messageDeltas } from "./thread.ts";

const enc = new TextEncoder();

export interface SseBody {
  readonly chunks: readonly Uint8Array[];
  /** Events in it. */
  readonly count: number;
}

/** `count` small text-delta events as one SSE byte stream, cut at random byte positions. */
export function sseEvents(count: number, { seed = 31, min = 1, max = 4096, perEvent = false } = {}): SseBody {
  const r = rng(seed);
  const ds = messageDeltas(1000, seed);
  const frames = Array.from({ length: count }, (_, i) => {
    const data = JSON.stringify({ type: "text-delta", id: "0", delta: ds[i % ds.length] });
    return i % 50 === 0 ? `event: message\nid: ${i}\ndata: ${data}\n\n` : `data: ${data}\n\n`;
  });
  if (perEvent) return { chunks: frames.map((f) => enc.encode(f)), count };
  return { chunks: cut(enc.encode(frames.join("")), r, min, max), count };
}

/** One event whose data line is `size` bytes (a big tool result), in network-sized chunks. */
export function sseBigEvent(size: number, { seed = 33, min = 1024, max = 1460 } = {}): SseBody {
  const r = rng(seed);
  const data = JSON.stringify({ type: "text-delta", id: "0", delta: "x".repeat(size - 50) });
  return { chunks: cut(enc.encode(`data: ${data}\n\n`), r, min, max), count: 1 };
}

function cut(bytes: Uint8Array, r: Random, min: number, max: number): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let i = 0; i < bytes.length;) {
    const n = r.int(min, max);
    chunks.push(bytes.subarray(i, i + n));
    i += n;
  }
  return chunks;
}
