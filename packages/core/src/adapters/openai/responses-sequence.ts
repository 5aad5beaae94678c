import { BadEvent, kindOf, type JsonObject } from "../shared/fields.js";

export type SequenceVerdict = "next" | "duplicate" | "gap";

/** Follows `sequence_number`, which some imitations of this wire leave out. Counting begins at 0 or 1. */
export class Sequence {
  #last: number | null = null;

  check(value: JsonObject): SequenceVerdict {
    const number = value["sequence_number"];
    if (number === undefined) return "next";
    if (typeof number !== "number" || !Number.isSafeInteger(number)) {
      throw new BadEvent(`\`sequence_number\` must be an integer; found ${kindOf(number)}.`);
    }
    const last = this.#last ?? Math.min(number - 1, 0);
    if (this.#last !== null && number <= last) return "duplicate";
    if (number > last + 1) return "gap";
    this.#last = number;
    return "next";
  }

  /** Another response begins in the same body. */
  restart(): void {
    this.#last = null;
  }
}
