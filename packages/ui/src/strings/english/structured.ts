import { english } from "./formats.js";

const { number } = english;

/** Words of an object that is still written. */
export const structuredWords = {
  number: (amount: number): string => number(amount),

  /** Fields of an object that is still written. */
  structured: {
    notYet: "not yet",
    missing: "not given",
    cut: "(cut off here)",
  },

  edit: {
    yes: "Yes",
    no: "No",
    empty: "nothing",
  },

  effect: {
    sampleOf: (shown: number, amount: number): string => `${number(shown)} of ${number(amount)} shown`,
  },
};

export type StructuredWords = typeof structuredWords;
