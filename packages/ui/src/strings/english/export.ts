import { mergeWords } from "../merge-words.js";
import { guardWords, type GuardWords } from "./guard.js";

const own = {
  /** Marks in words, outside of the screen. */
  exported: {
    earlier: (words: string): string => `earlier: ${words}`,
    revised: "Revised.",
    revisedAt: (time: string): string => `Revised ${time}.`,
  },
};

export type ExportWords = GuardWords & typeof own;

/** Words of marks outside of the screen. */
export const exportWords: ExportWords = /* @__PURE__ */ mergeWords(guardWords, own);
