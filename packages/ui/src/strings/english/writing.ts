import { mergeWords } from "../merge-words.js";
import { answerWords, type AnswerWords } from "./answer.js";
import { composerWords, type ComposerWords } from "./composer.js";
import { threadWords, type ThreadWords } from "./thread.js";
import { english } from "./formats.js";

const { percent, bytes, count } = english;

const own = {
  composer: {
    ways: {
      send: "Send",
      redirect: "Redirect now",
      queue: "Queue for after",
      steer: "Add without stopping",
      held: "Send after you decide",
    },
  },

  /** Keys as they stand beside what they do. */
  keys: {
    Enter: "Enter",
    Shift: "Shift",
    Control: "Ctrl",
    Command: "⌘",
    Alt: "Alt",
  },

  attachments: {
    uploading: (share: number): string => `${percent(share)} sent`,
    waiting: "On its way…",
    retry: (name: string): string => `Retry: ${name}`,
    problem: {
      type: "This kind of file is not taken.",
      size: "This file is too large.",
      count: "This is more than the number of files that is taken.",
      upload: "This file did not arrive.",
    },
    sizeLimit: (limit: number): string => `This file is larger than ${bytes(limit)}.`,
    countLimit: (files: number): string => `Not more than ${count(files, "file", "files")} at once.`,
  },

  editMessage: {
    label: "Edit your message",
    effect: (later: number): string =>
      later === 0
        ? "This message is answered anew."
        : `This message is answered anew. ${count(later, "message", "messages")} after it can still be read and no longer count.`,
    submit: "Save and answer again",
    cancel: "Keep as it was",
  },

  queue: {
    paused: {
      stopped: "Paused because you stopped.",
      error: "Paused because of an error.",
      approval: "Paused until you decide.",
      offline: "Paused while offline.",
      reload: "Paused because the page was loaded again.",
    },
    resume: "Send the next one",
    edit: "Edit",
    editItem: (text: string): string => `Edit: ${text}`,
    editLabel: "Waiting message",
    save: "Save",
    cancel: "Keep as it was",
    up: (text: string): string => `Move up: ${text}`,
    down: (text: string): string => `Move down: ${text}`,
    redirect: "Redirect with this",
    redirectItem: (text: string): string => `Redirect with this: ${text}`,
    remove: "Remove",
    removeItem: (text: string): string => `Remove: ${text}`,
    files: (amount: number): string => count(amount, "file", "files"),
  },
};

export type WritingWords = AnswerWords & ComposerWords & ThreadWords & typeof own;

/** Words of what is written besides a message: files, changes, the queue, other ways to send. */
export const writingWords: WritingWords = /* @__PURE__ */ mergeWords(answerWords, composerWords, threadWords, own);
