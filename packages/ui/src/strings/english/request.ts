import { english } from "./formats.js";

const { count } = english;

/** Words of a request for approval, and of a tool, as long as their own files have not come. */
export const requestWords = {
  approval: {
    loading: "The agent asks before it goes on. Loading the request…",
    notLoaded: "The request could not be loaded. It can be refused here, and not approved.",
    question: (action: string): string => `${action}?`,
    questionOf: (amount: number): string => `Allow ${count(amount, "action", "actions")}?`,
    reject: "Don’t run",
    tray: (amount: number): string => `${count(amount, "decision", "decisions")} needed`,
    trayGo: "Go to request",
  },

  tool: {
    verdict: {
      proposed: "Preparing:",
      ready: "Ready to run:",
      "awaiting-approval": "Waiting for you:",
      approved: "Waiting to run:",
      held: "Waiting to run:",
      executing: "Running:",
      undoing: "Undoing:",
      succeeded: "Already happened:",
      unknown: "Not known:",
      cancelled: "Did not run:",
      rejected: "Did not run:",
      expired: "Did not run:",
      failed: "Failed:",
      "undo-failed": "Undo failed:",
      undone: "Undone:",
    },
  },
};

export type RequestWords = typeof requestWords;
