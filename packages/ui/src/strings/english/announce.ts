import { mergeWords } from "../merge-words.js";
import { answerWords, type AnswerWords } from "./answer.js";
import { requestWords, type RequestWords } from "./request.js";
import { english } from "./formats.js";

const { number, count } = english;

const own = {
  announce: {
    answering: "Answering.",
    working: (seconds: number): string => `Still working, ${number(seconds)} seconds.`,
    paused: "Paused. The answer is not finished.",
    complete: (words: number): string => `Answer complete, ${count(words, "word", "words")}.`,
    completeText: (text: string): string => `Answer complete. ${text}`,
    completed: "The answer has been completed.",
    cut: (reason: string): string => `Answer cut off: ${reason}. It is not complete.`,
    withdrawn: (reason: string): string => (reason === "" ? "The answer was withdrawn." : `The answer was withdrawn: ${reason}.`),
    stopping: "Stopping.",
    stopped: "Stopped.",
    stoppedWith: (happened: readonly string[], unknown: readonly string[]): string =>
      [
        "Stopped.",
        happened.length > 0 ? `${count(happened.length, "action", "actions")} already happened: ${happened.join("; ")}.` : "",
        unknown.length > 0 ? `${count(unknown.length, "outcome is", "outcomes are")} not known: ${unknown.join("; ")}.` : "",
      ]
        .filter(Boolean)
        .join(" "),
    redirected: "Redirected.",
    happened: (summary: string): string => `Already happened: ${summary}`,
    approval: (title: string): string => `Approval needed: ${title} Press F6 to review.`,
    reconnecting: "Reconnecting.",
    connected: "Connected again.",
    expires: (seconds: number): string => `Expires in ${number(seconds)} seconds.`,
    looping: "The answer may be repeating itself.",
    corrected: "Answer corrected.",
    correction: (text: string): string => `Correction: ${text}`,
    usedRevised: {
      copied: "Text you copied has been corrected.",
      quoted: "Text you quoted has been corrected.",
      inserted: "Text you inserted has been corrected.",
      applied: "Text you applied has been corrected.",
      ran: "Text you ran has been corrected.",
    },
    usedTruncated: {
      copied: "The answer you copied from was cut off.",
      quoted: "The answer you quoted was cut off.",
      inserted: "The answer you inserted from was cut off.",
      applied: "The answer you applied was cut off.",
      ran: "The answer you ran was cut off.",
    },
    partWithdrawn: (reason: string): string =>
      reason === "" ? "Part of the answer was withdrawn." : `Part of the answer was withdrawn: ${reason}.`,
  },
};

export type AnnounceWords = AnswerWords & RequestWords & typeof own;

/** What screen readers are told. */
export const announceWords: AnnounceWords = /* @__PURE__ */ mergeWords(answerWords, requestWords, own);
