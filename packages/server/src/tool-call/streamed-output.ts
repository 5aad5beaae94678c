import type { ProgressWriter } from "./progress-writer.js";

/** Rows of a tool that streams are kept up to this much, in UTF-16 units of their JSON; then its source is closed. */
export const MAX_STREAMED_LENGTH: number = 1024 * 1024;

export interface Streamed {
  readonly output: unknown;
  readonly cut: "user" | "limit" | null;
}

/**
 * Reads a tool that yields rows, until it ends, a limit is reached or somebody has enough. Whoever ends it early closes
 * the source itself: nothing goes on yielding unheard.
 */
export class OutputStream {
  readonly #source: AsyncIterator<unknown>;
  readonly #progress: ProgressWriter;
  readonly #rows: unknown[] = [];
  #length = 0;
  #cut: Streamed["cut"] = null;
  #end: () => void = () => {};
  readonly #ended: Promise<{ readonly done: true; readonly value: undefined }>;

  constructor(source: AsyncIterable<unknown>, progress: ProgressWriter) {
    this.#source = source[Symbol.asyncIterator]();
    this.#progress = progress;
    this.#ended = new Promise((resolve) => (this.#end = () => resolve({ done: true, value: undefined })));
  }

  /** Rejects with what the source throws. */
  async read(): Promise<Streamed> {
    for (;;) {
      const next = await Promise.race([this.#ended, this.#source.next()]);
      if (this.#cut !== null) return { output: this.#rows, cut: this.#cut };
      if (next.done === true) return { output: next.value ?? this.#rows, cut: null };
      this.#add(next.value);
      if (this.#length > MAX_STREAMED_LENGTH) this.close("limit");
    }
  }

  /** Resolves when the source has been closed. The rows until here are the result. */
  close(by: "user" | "limit"): void {
    if (this.#cut !== null) return;
    this.#cut = by;
    this.#end();
    // It may be in the middle of a step, and returns when that is over.
    this.#source.return?.().catch(() => {});
  }

  #add(row: unknown): void {
    const line = typeof row === "string" ? row : (JSON.stringify(row) ?? "null");
    this.#rows.push(row);
    this.#length += line.length;
    this.#progress.note({ count: this.#rows.length, bytes: this.#length, delta: `${line}\n` });
  }
}

export function isStream(output: unknown): output is AsyncIterable<unknown> {
  return typeof output === "object" && output !== null && Symbol.asyncIterator in output;
}
