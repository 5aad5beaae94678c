/** Words of the composer. */
export const composerWords = {
  composer: {
    label: "Message",
    placeholder: "Write a message",
    send: "Send",
    redirect: "Redirect",
    queue: "Queue",
    steer: "Add now",
    held: "Send after you decide",
    effect: {
      send: "Enter sends the message.",
      redirect: "Enter stops this answer, keeps it, and sends your message instead.",
      queue: "Enter queues the message until this answer ends.",
      steer: "Enter adds the message to this answer without stopping it.",
      held: "Enter queues the message until you have decided. It does not answer the request.",
    },
    expired: "The request has expired.",
    sending: "Sending…",
    stop: "Stop answering",
    stopping: "Stopping…",
    stopAgain: "Send stop again",
    refused: "The message was not accepted. It is still here.",
    refusedBecause: (reason: string): string => `${reason} Your message is still here.`,
    more: "Other ways to send",
    quoteLabel: "About these words",
    removeQuote: "Leave these words out",
    /** Why words were not added to a running answer, by error code. */
    steerRefused: {
      "steer-unsupported": "This answer can’t be added to while it is written.",
      "steer-not-delivered": "The answer did not take it.",
      "approval-open": "The answer waits for your decision.",
      "run-not-live": "The answer has ended.",
    },
    uploading: "Files are still on their way. Send when they are there.",
    uploadFailed: "A file could not be added. Remove it or try it again, then send.",
  },

  attachments: {
    label: "Files",
    choose: "Add files",
    drop: "Drop files here",
    remove: (name: string): string => `Remove ${name}`,
  },
};

export type ComposerWords = typeof composerWords;
