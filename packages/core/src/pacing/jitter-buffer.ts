import type { Batch, Unit } from "./part-pacer.js";

/** Painting happens with frames, so the last unit is due one frame before the lag is used up. */
const FRAME_MS = 17;

export interface JitterRate {
  /** Longest time in ms between release and painting. */
  readonly maxLagMs: number;
  /** UTF-16 units a second; it outranks the lag. */
  readonly maxCps: number | null;
}

/** Released text in reading order. */
export interface UnitQueue {
  readonly batches: () => Iterable<Batch>;
  readonly next: () => Unit | undefined;
  /** Paints what `next` has named. */
  readonly paint: () => void;
}

interface Deadline {
  readonly at: number;
  /** Units of text up to the last one that is due then, from the start of the queue. */
  readonly length: number;
}

/**
 * Spreads what arrived at once over the time that it may take. The rate is as slow as the nearest deadline allows, so
 * a short burst bridges the gap behind it, and no text waits longer than the lag.
 */
export class JitterBuffer {
  #lastAt = Number.NEGATIVE_INFINITY;
  #lastLength = 0;

  /** Paints what is due at `now` and says when the next unit is due; `null` when nothing is left. */
  drain(queue: UnitQueue, now: number, rate: JitterRate): number | null {
    const deadlines = rate.maxCps === null ? deadlinesOf(queue.batches(), rate) : [];
    let painted = 0;
    for (let unit = queue.next(); unit !== undefined; unit = queue.next()) {
      const at = Math.max(unit.releasedAt, this.#nextAt(deadlines, painted, rate));
      if (at > now) return at;
      queue.paint();
      painted += unit.length;
      this.#lastAt = at;
      this.#lastLength = unit.length;
    }
    return null;
  }

  #nextAt(deadlines: readonly Deadline[], painted: number, { maxCps }: JitterRate): number {
    if (this.#lastLength === 0) return this.#lastAt;
    if (maxCps !== null) return this.#lastAt + (this.#lastLength * 1_000) / maxCps;
    let waitMs = Number.POSITIVE_INFINITY;
    for (const { at, length } of deadlines) {
      if (length <= painted) continue;
      waitMs = Math.min(waitMs, (Math.max(0, at - this.#lastAt) * this.#lastLength) / (this.#lastLength + length - painted));
    }
    return this.#lastAt + waitMs;
  }

  /** Everything was painted at once. */
  reset(now: number): void {
    this.#lastAt = now;
    this.#lastLength = 0;
  }
}

function deadlinesOf(batches: Iterable<Batch>, { maxLagMs }: JitterRate): readonly Deadline[] {
  let length = 0;
  return Array.from(batches, (batch) => {
    length += batch.length;
    return { at: batch.releasedAt + maxLagMs - FRAME_MS, length };
  });
}
