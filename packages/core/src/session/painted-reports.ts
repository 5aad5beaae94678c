import type { PaintedLengths } from "./session.types.js";

/** What views have said to be in the DOM, by message. Kept beside the store: painting is no news for anyone who paints. */
export class PaintedReports {
  readonly #lengths = new Map<string, Map<string, number>>();

  /** Some view reports. */
  get hasView(): boolean {
    return this.#lengths.size > 0;
  }

  add(messageId: string, painted: PaintedLengths): void {
    const known = this.#lengths.get(messageId) ?? new Map<string, number>();
    this.#lengths.set(messageId, known);
    for (const [span, length] of painted) known.set(span, length);
  }

  /** `null` where no view reports, so that nobody knows more than what had been published. */
  find(messageId: string): PaintedLengths | null {
    return this.#lengths.get(messageId) ?? null;
  }
}
