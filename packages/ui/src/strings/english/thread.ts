import { english } from "./formats.js";

const { number, bytes } = english;

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

  version: {
    elsewhere: "What other versions of this answer did",
  },

  undo: {
    redirected: "You redirected the answer.",
    discarded: "Answer discarded. What it did is still listed.",
    undo: "Undo",
    discard: "Discard",
  },

  attachments: {
    size: (size: number): string => bytes(size),
  },

  queue: {
    label: "Waiting messages",
    waiting: (amount: number): string => `${number(amount)} waiting.`,
  },
};

export type ThreadWords = typeof threadWords;
