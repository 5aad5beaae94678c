/** Buckets to one doubling: a figure read from the histogram is at most a ninth too high. */
const PER_DOUBLING = 8;
/** The last bucket ends at about 17 minutes and takes everything above. */
const BUCKETS = 20 * PER_DOUBLING + 1;

/** So many durations took at most `upToMs` and more than the bucket before. */
export interface DurationBucket {
  readonly upToMs: number;
  readonly count: number;
}

/** Durations by size, in constant memory however many there are. */
export class DurationHistogram {
  readonly #counts = new Uint32Array(BUCKETS);
  #total = 0;
  #max = 0;

  get total(): number {
    return this.#total;
  }

  get max(): number {
    return this.#max;
  }

  add(ms: number, times = 1): void {
    const bucket = bucketOf(ms);
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + times;
    this.#total += times;
    this.#max = Math.max(this.#max, ms);
  }

  /** The duration that the share `q` (0 to 1) of all durations does not exceed, rounded up to its bucket; `null` without any. */
  quantile(q: number): number | null {
    if (this.#total === 0) return null;
    let left = Math.ceil(q * this.#total);
    const bucket = this.#counts.findIndex((count) => (left -= count) <= 0);
    return Math.min(this.#max, upToOf(bucket));
  }

  /** Only the buckets that hold something, from short to long. */
  buckets(): readonly DurationBucket[] {
    return [...this.#counts].flatMap((count, bucket) => (count === 0 ? [] : [{ upToMs: upToOf(bucket), count }]));
  }
}

function bucketOf(ms: number): number {
  if (!(ms > 1)) return 0;
  return Math.min(BUCKETS - 1, Math.ceil(Math.log2(ms) * PER_DOUBLING));
}

function upToOf(bucket: number): number {
  return Math.round(2 ** (bucket / PER_DOUBLING));
}
