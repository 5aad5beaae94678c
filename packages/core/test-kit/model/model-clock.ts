import type { Clock } from "../../src/session/session.types.js";

interface Timer {
  readonly at: number;
  readonly run: () => void;
}

/** Time that only a model moves, cheap enough for a million runs. */
export class ModelClock implements Clock {
  #now = 0;
  #skew = 0;
  readonly #timers = new Set<Timer>();

  now(): number {
    return this.#now;
  }

  epoch(): number {
    return 1_767_268_800_000 + this.#now + this.#skew;
  }

  after(ms: number, run: () => void): () => void {
    const timer = { at: this.#now + Math.max(0, ms), run };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** The calendar is set; the monotonic clock is not. */
  jump(ms: number): void {
    this.#skew += ms;
  }

  /** Runs what falls due, in order, and lets promises settle before, between and after. */
  async advance(ms: number): Promise<void> {
    const until = this.#now + ms;
    await settle();
    for (let timer = this.#next(until); timer !== undefined; timer = this.#next(until)) {
      this.#timers.delete(timer);
      this.#now = Math.max(this.#now, timer.at);
      timer.run();
      await settle();
    }
    this.#now = until;
  }

  #next(until: number): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) if (timer.at <= until && (first === undefined || timer.at < first.at)) first = timer;
    return first;
  }
}

/** All promises that can settle without time, a chunk or a reply have settled after this. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
