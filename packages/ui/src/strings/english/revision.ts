import { mergeWords } from "../merge-words.js";
import { answerWords, type AnswerWords } from "./answer.js";
import { english } from "./formats.js";

const { number, count } = english;

const own = {
  correction: {
    label: "Corrected.",
    changed: (earlier: string, now: string): string => `It said “${earlier}”. It now says “${now}”.`,
    because: (reason: string): string => `Reason: ${reason}.`,
    more: (amount: number): string => `And ${count(amount, "more correction", "more corrections")} below.`,
    jump: "Go to it",
    compare: "Compare",
    earlierPrefix: "Earlier wording: ",
    earlierSuffix: " End of earlier wording. ",
    reference: (revision: number): string => `r${number(revision)}`,
    // The words that can be seen, r1, are part of the name, so that a reader can say them.
    show: (revision: number): string => `Revision r${number(revision)}, show earlier wording`,
    hide: (revision: number): string => `Revision r${number(revision)}, hide earlier wording`,
    showWithdrawn: "Withdrawn, show earlier wording",
    hideWithdrawn: "Withdrawn, hide earlier wording",
    unverifiedBecause: (reason: string): string => `Unverified: ${reason}`,
    unverifiedPlain: "Unverified: nothing confirmed this.",
    unverifiedWhy: {
      failed: "The source for this failed",
      empty: "The source for this found nothing",
      unknown: "Nobody knows what the source for this said",
      contradicted: "Another part of this answer says otherwise",
    },
    unverifiedBecauseOf: (why: string, reason: string): string => (reason === "" ? `${why}.` : `${why}: ${reason}`),
  },

  version: {
    label: "Versions of this answer",
    of: (place: number, all: number): string => `${number(place)} of ${number(all)}`,
    previous: "Previous version",
    next: "Next version",
  },

  used: {
    revised: {
      copied: "You copied this before it was corrected.",
      quoted: "You quoted this before it was corrected.",
      inserted: "You inserted this before it was corrected.",
      applied: "You applied this before it was corrected.",
      ran: "You ran this before it was corrected.",
    },
    retracted: {
      copied: "You copied this before it was withdrawn.",
      quoted: "You quoted this before it was withdrawn.",
      inserted: "You inserted this before it was withdrawn.",
      applied: "You applied this before it was withdrawn.",
      ran: "You ran this before it was withdrawn.",
    },
    truncated: {
      copied: "You copied this before the answer was cut off.",
      quoted: "You quoted this before the answer was cut off.",
      inserted: "You inserted this before the answer was cut off.",
      applied: "You applied this before the answer was cut off.",
      ran: "You ran this before the answer was cut off.",
    },
    copyNew: "Copy the new text",
    dismiss: "Dismiss",
  },

  legend: {
    label: "Key to the marks",
    pending: "Nothing yet, or words that may be dropped",
    provisional: "In progress",
    cut: "Ended early",
    changed: "Changed after it was shown",
    withdrawn: "Taken back",
    doubted: "Doubted",
    complete: "No line: finished",
  },
};

export type RevisionWords = AnswerWords & typeof own;

/** Words of what has changed in an answer that was shown. */
export const revisionWords: RevisionWords = /* @__PURE__ */ mergeWords(answerWords, own);
