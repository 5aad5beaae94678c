import { english } from "./formats.js";

const { number } = english;

/** Words of a conversation: its messages and its connection. */
export const threadWords = {
  thread: {
    label: "Conversation with the assistant",
    transcript: "Conversation",
    stillAnswering: "Still answering",
    finished: "Finished",
    needsDecision: "Needs your decision",
    newMessages: (amount: number): string => `${number(amount)} new`,
    historyLoading: "Loading the conversation…",
    historyFailed: "The earlier conversation could not be loaded.",
    suggestions: "Suggestions",
  },

  message: {
    userHeading: (position: number): string => `You, message ${number(position)}`,
    answerHeading: (position: number, state: string): string => `Assistant, answer ${number(position)}, ${state}`,
    notSent: "Not sent",
  },

  connection: {
    reconnecting: (attempt: number): string => `Reconnecting, try ${number(attempt)}`,
    gone: "Connection lost.",
  },

  editMessage: {
    open: "Edit",
    superseded: "No longer part of the conversation",
    edited: "Edited",
  },

  undo: {
    discarded: "Answer discarded. What it did is still listed.",
    discard: "Discard",
  },
};

export type ThreadWords = typeof threadWords;
