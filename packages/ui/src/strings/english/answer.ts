import { english } from "./formats.js";

const { number, time, count } = english;

/** Words of an answer: its state, how it ended, and what can be asked of it. */
export const answerWords = {
  time: (epoch: number): string => time(epoch),

  status: {
    waiting: "Waiting for the first words",
    thinking: "Thinking…",
    thinkingFor: (seconds: number): string => `Thinking… ${number(seconds)} s`,
    working: "Still working.",
    workingFor: (seconds: number): string => `Still working, ${number(seconds)} s.`,
    /** What a server says it does while no words come, where it has no words of its own for it. */
    phase: {
      queued: "Waiting for its turn",
      thinking: "Thinking…",
      tool: "Using a tool",
      checking: "Checking",
      writing: "Writing",
      waiting: "Waiting",
    },
    phaseFor: (phase: string, seconds: number): string => `${phase} ${number(seconds)} s`,
    answering: "Still answering",
    running: (tool: string): string => `Running: ${tool}`,
    stalled: "No new text. The answer is not finished.",
    stalledFor: (seconds: number): string => `No new text for ${number(seconds)} s. The answer is not finished.`,
    looping: "It may be repeating itself.",
    repeatedFailure: (tool: string, times: number): string => `${tool} failed ${count(times, "time", "times")} in the same way.`,
    draft: "Dotted words may still be dropped",
    reconnecting: "Reconnecting",
    reconnectingTry: (attempt: number): string => `Reconnecting, try ${number(attempt)}`,
    busy: "The server is busy. Trying again.",
    busyFor: (seconds: number): string => `The server is busy. Trying again in ${number(seconds)} s.`,
    decision: (title: string): string => `Needs your decision: ${title}`,
    decisions: (amount: number): string => `Needs your decision: ${count(amount, "request", "requests")}`,
    decisionExpired: "The request has expired. The answer waits for the server.",
    stopping: "Stopping…",
    stopUnconfirmed: "Stop was sent. No reply yet.",
    complete: "Complete",
    unsupported: "Complete, with parts that nothing supports",
    stopTooLate: "Finished before the stop arrived.",
    corrections: (amount: number): string => count(amount, "correction", "corrections"),
    withdrawals: (amount: number): string => count(amount, "withdrawal", "withdrawals"),
    notComplete: (reason: string): string => `Not complete: ${reason}`,
    notConfirmed: "the server did not confirm",
    chips: {
      provisional: "provisional",
      paused: "paused",
      waiting: "waiting for you",
      stopping: "stopping",
      revised: "revised",
      draft: "draft",
    },
  },

  /** The state in a heading: as the status line, without times. */
  heading: {
    answering: "still answering",
    paused: "paused",
    waitingForYou: "waiting for you",
    stopping: "stopping",
    complete: "complete",
    running: (tool: string): string => `running: ${tool}`,
  },

  cause: {
    stopped: "you stopped it",
    redirected: "you redirected it",
    disconnected: "connection lost",
    length: "length limit reached",
    filtered: "stopped by a content rule",
    withheld: "withdrawn",
    failed: "something failed",
    orphaned: "the run is gone",
    corrupt: "the rest could not be read",
    unverified: "parts were never verified",
  },

  contextWindow: "the conversation is too long",

  stoppedBy: {
    user: "you stopped it",
    "other-device": "stopped from another device",
    admin: "stopped by an administrator",
    server: "stopped by the server",
  },

  end: {
    complete: "End of answer",
    empty: "No answer was written",
    stopped: "You stopped this",
    stoppedFromElsewhere: "Stopped from another device",
    stoppedByAdmin: "Stopped by an administrator",
    stoppedByServer: "Stopped by the server",
    redirected: "You redirected here",
    redirectedTo: (text: string): string => `You redirected here: “${text}”`,
    disconnected: "Connection lost",
    length: "Cut off",
    filtered: "Stopped by a content rule",
    failed: "Failed",
    orphaned: "Left unfinished",
    corrupt: "Unreadable from here",
    unverified: "Not verified",
  },

  action: {
    continue: "Continue",
    redirect: "Redirect",
    regenerate: "Regenerate",
    retry: "Retry",
    reconnect: "Reconnect",
    stop: "Stop",
    sendAgain: "Send again",
    details: "Details",
    showAll: "Show all",
    showLess: "Show less",
    letRun: "Let it run",
    keepWaiting: "Keep waiting",
    copy: "Copy",
    copied: "Copied",
    reveal: (words: number): string => `Show ${count(words, "more word", "more words")} that arrived`,
    undo: "Undo",
  },

  hold: {
    /** Describes text that may still change, until it is settled. */
    writing: "Being written. It may still change.",
    waiting: {
      sentence: "The next sentence is being written.",
      paragraph: "The next paragraph is being written.",
      whole: "Shown when it is whole.",
      decision: "The answer is held until it is whole.",
      dependency: "Waiting for a result.",
      unsettled: "Waiting until it has been checked.",
      draft: "Waiting for words that are still a draft.",
    },
    waitingFor: (tool: string): string => `waiting for ${tool}`,
    keptBack: "Held back, and never finished.",
    showKept: (words: number): string => `Show ${count(words, "word", "words")} anyway`,
    mayContradict: "may contradict the above",
  },

  retraction: {
    answer: "This answer was withdrawn.",
    block: "This part was withdrawn.",
    refusal: "The assistant declined to answer.",
    chip: (reason: string): string => (reason === "" ? "withdrawn" : `withdrawn: ${reason}`),
  },

  correction: {
    revisedPrefix: "Revised text: ",
    unverified: "[unverified]",
  },

  seam: {
    resumed: "Resumed",
    resumedAfter: (seconds: number): string => `Resumed after ${number(seconds)} s`,
    continued: "Continued",
  },

  reasoning: {
    open: "Thinking",
    done: "Thought",
    doneIn: (seconds: number): string => `Thought for ${number(seconds)} s`,
  },

  refusal: "The assistant declined",

  declined: "the assistant declined to answer",
};

export type AnswerWords = typeof answerWords;
