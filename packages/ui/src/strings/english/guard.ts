import { mergeWords } from "../merge-words.js";
import { answerWords, type AnswerWords } from "./answer.js";

const own = {
  guard: {
    blocked: {
      unfinished: "Waits until the answer is finished.",
      truncated: "The answer is not complete.",
      unsupported: "Nothing supports part of this.",
      changed: "This has changed since. Read it again.",
    },
    copiedUnfinished: (time: string): string => `Copied before the answer was finished, ${time}`,
  },
};

export type GuardWords = AnswerWords & typeof own;

/** Words of what is copied or acted on. */
export const guardWords: GuardWords = /* @__PURE__ */ mergeWords(answerWords, own);
