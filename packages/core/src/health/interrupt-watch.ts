import type { StopRecord } from "../message/index.js";

/** How the reader interrupted an answer, and what became of what they wanted to say. */
export interface Interrupt {
  readonly verb: StopRecord["intent"];
  /** From the press to the next message; 0 for a redirect, `null` when none followed before the reader left or interrupted again. */
  readonly msToNextSend: number | null;
  /** What was typed at the press survived it; `null` where nobody said. The kit itself never clears a draft. */
  readonly draftKept: boolean | null;
  /** The reader put the interrupted answer away. */
  readonly discarded: boolean;
  /** Interrupts for every 100 answers of this session, this one included. */
  readonly per100: number;
}

/** What a composer knows of an interrupt. */
export type InterruptFacts = Partial<Pick<Interrupt, "draftKept" | "discarded">>;

/** Remembers the newest interrupt until it is known what followed it. */
export class InterruptWatch {
  #open: { readonly verb: Interrupt["verb"]; readonly at: number } | null = null;
  #facts: InterruptFacts = {};
  #answers = 0;
  #interrupts = 0;

  countAnswer(): void {
    this.#answers += 1;
  }

  /** The interrupt before it, to which nothing followed. */
  press(verb: Interrupt["verb"], now: number): Interrupt | null {
    const earlier = this.settle(null);
    this.#interrupts += 1;
    this.#open = { verb, at: now };
    return earlier;
  }

  note(facts: InterruptFacts): void {
    if (this.#open !== null) this.#facts = { ...this.#facts, ...facts };
  }

  /** A message was sent at `now`, or with `null` none will be. */
  settle(now: number | null): Interrupt | null {
    const open = this.#open;
    if (open === null) return null;
    const { draftKept = null, discarded = false } = this.#facts;
    this.#open = null;
    this.#facts = {};
    const msToNextSend = now === null ? null : now - open.at;
    return { verb: open.verb, msToNextSend, draftKept, discarded, per100: this.#per100() };
  }

  #per100(): number {
    return this.#answers === 0 ? 0 : (100 * this.#interrupts) / this.#answers;
  }
}
