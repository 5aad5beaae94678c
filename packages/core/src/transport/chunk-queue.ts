/** Chunks that wait for a reader longer than this many make a reader that is too slow: it is cut, and may resume. */
const MAX_WAITING = 10_000;

/** What was pushed, in order, to one reader. Ends, fails, or is cut where nobody reads it. */
export class ChunkQueue<T> implements AsyncIterable<T> {
  #waiting: T[] = [];
  #isOver = false;
  #error: unknown = null;
  #wake: () => void = () => {};

  push(chunk: T): void {
    if (this.#isOver) return;
    this.#waiting.push(chunk);
    if (this.#waiting.length > MAX_WAITING) this.end();
    this.#wake();
  }

  end(error: unknown = null): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#error = error;
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    for (;;) {
      const waiting = this.#waiting;
      this.#waiting = [];
      yield* waiting;
      if (this.#waiting.length > 0) continue;
      if (this.#isOver) break;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    if (this.#error !== null) throw this.#error;
  }
}
