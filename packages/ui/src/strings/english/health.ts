import { english } from "./formats.js";

const { number, percent, count } = english;

/** Words for developers. */
export const healthWords = {
  usage: {
    label: "Tokens",
    pending: "The count is still coming.",
    unreported: "Nobody reported how many tokens this took.",
    billed: (amount: number): string => `${count(amount, "token was", "tokens were")} billed.`,
    billedSoFar: (amount: number): string => `${count(amount, "token was", "tokens were")} billed so far. This may still change.`,
    reasoning: (amount: number): string => `${number(amount)} of them for thinking.`,
    painted: (amount: number): string => `You saw ${number(amount)}.`,
    overrun: (amount: number): string => `${count(amount, "token was", "tokens were")} billed that you never saw.`,
    source: (name: string): string => `Counted by ${name}.`,
  },

  /** For developers. */
  health: {
    label: "Health of this answer",
    connection: "Connection",
    connectionStatus: {
      idle: "idle",
      connecting: "connecting",
      open: "open",
      quiet: "open, nothing coming",
      lost: "lost",
      resuming: "resuming",
      gone: "gone",
      closed: "closed",
    },
    metric: {
      ackMs: "Accepted",
      firstEventMs: "First event",
      firstReasoningMs: "First thinking",
      firstAnswerReceivedMs: "First words received",
      firstAnswerPaintedMs: "First words painted",
      heldBackMs: "Held back",
      waitMs: "Wait",
      streamMs: "Streaming",
      totalMs: "Total",
      timeToSettledMs: "Settled",
      maxGapMs: "Longest silence",
      p95GapMs: "Silences, 95 %",
      stalls: "Stalls",
      churnRatio: "Painted, then removed",
    },
    ms: (amount: number): string => `${number(Math.round(amount))} ms`,
    share: (share: number): string => percent(share),
    unknown: "not measured",
    over: (budget: number): string => `over the budget of ${number(budget)} ms`,
    none: "No run was measured here.",
    diagnostics: "Diagnostics",
    noDiagnostics: "None.",
    times: (amount: number): string => `${number(amount)} ×`,
  },
};

export type HealthWords = typeof healthWords;
