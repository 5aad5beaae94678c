/**
 * Every word the components show or say, in English. Functions take counts, seconds and times (epoch ms), so that a
 * translation decides about plurals and order. Replace any of them with `StringsProvider`.
 */

const LOCALE = "en";
const numbers = new Intl.NumberFormat(LOCALE);
const plurals = new Intl.PluralRules(LOCALE);
const times = new Intl.DateTimeFormat(LOCALE, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

function count(amount: number, one: string, other: string): string {
  return `${numbers.format(amount)} ${plurals.select(amount) === "one" ? one : other}`;
}

export const en = {
  number: (amount: number): string => numbers.format(amount),
  time: (epoch: number): string => times.format(epoch),

  thread: {
    label: "Conversation with the assistant",
    transcript: "Conversation",
    stillAnswering: "Still answering",
    finished: "Finished",
    needsDecision: "Needs your decision",
    newMessages: (amount: number): string => `${numbers.format(amount)} new`,
    historyLoading: "Loading the conversation…",
    historyFailed: "The earlier conversation could not be loaded.",
    suggestions: "Suggestions",
  },

  message: {
    userHeading: (position: number): string => `You, message ${numbers.format(position)}`,
    answerHeading: (position: number, state: string): string => `Assistant, answer ${numbers.format(position)}, ${state}`,
    notSent: "Not sent",
  },

  status: {
    waiting: "Waiting for the first words",
    thinking: "Thinking…",
    thinkingFor: (seconds: number): string => `Thinking… ${numbers.format(seconds)} s`,
    working: "Still working.",
    workingFor: (seconds: number): string => `Still working, ${numbers.format(seconds)} s.`,
    answering: "Still answering",
    running: (tool: string): string => `Running: ${tool}`,
    stalled: "No new text. The answer is not finished.",
    stalledFor: (seconds: number): string => `No new text for ${numbers.format(seconds)} s. The answer is not finished.`,
    looping: "It may be repeating itself.",
    reconnecting: "Reconnecting",
    reconnectingTry: (attempt: number): string => `Reconnecting, try ${numbers.format(attempt)}`,
    busy: "The server is busy. Trying again.",
    busyFor: (seconds: number): string => `The server is busy. Trying again in ${numbers.format(seconds)} s.`,
    decision: (title: string): string => `Needs your decision: ${title}`,
    decisions: (amount: number): string => `Needs your decision: ${count(amount, "request", "requests")}`,
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
    label: "Corrected.",
    changed: (earlier: string, now: string): string => `It said “${earlier}”. It now says “${now}”.`,
    because: (reason: string): string => `Reason: ${reason}.`,
    more: (amount: number): string => `And ${count(amount, "more correction", "more corrections")} below.`,
    revisedPrefix: "Revised text: ",
    earlierPrefix: "Earlier wording: ",
    earlierSuffix: " End of earlier wording. ",
    reference: (revision: number): string => `r${numbers.format(revision)}`,
    // The words that can be seen, r1, are part of the name, so that a reader can say them.
    show: (revision: number): string => `Revision r${numbers.format(revision)}, show earlier wording`,
    hide: (revision: number): string => `Revision r${numbers.format(revision)}, hide earlier wording`,
    showWithdrawn: "Withdrawn, show earlier wording",
    hideWithdrawn: "Withdrawn, hide earlier wording",
    unverified: "[unverified]",
    unverifiedBecause: (reason: string): string => `Unverified: ${reason}`,
    unverifiedPlain: "Unverified: nothing confirmed this.",
    unverifiedWhy: {
      failed: "Unverified: its source failed.",
      empty: "Unverified: its source found nothing.",
      unknown: "Unverified: nobody knows what its source said.",
      contradicted: "Another part of this answer says otherwise.",
    },
  },

  seam: {
    resumed: "Resumed",
    resumedAfter: (seconds: number): string => `Resumed after ${numbers.format(seconds)} s`,
    continued: "Continued",
  },

  reasoning: {
    open: "Thinking",
    done: "Thought",
    doneIn: (seconds: number): string => `Thought for ${numbers.format(seconds)} s`,
  },

  refusal: "The assistant declined",
  declined: "the assistant declined to answer",

  markdown: {
    code: "Code",
    codeIn: (language: string): string => `Code, ${language}`,
    table: "Table",
    image: (alt: string, host: string): string => `[image: ${[alt, host].filter(Boolean).join(" · ") || "no description"}]`,
    linkTo: (target: string): string => ` (${target})`,
  },

  part: {
    source: "Source",
    file: "File",
    data: "Data",
  },

  tool: {
    preparing: (tool: string): string => `Preparing: ${tool}…`,
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
    heldFor: (seconds: number): string => `Runs in ${numbers.format(seconds)} s:`,
    read: "Looked up:",
    started: "was started, no reply yet",
    youRejected: "you said no",
    expired: "nobody answered in time",
    cannotUndo: "can’t be undone",
    late: "reported late",
    progress: (done: number): string => numbers.format(done),
    progressOf: (done: number, total: number): string => `${numbers.format(done)} of ${numbers.format(total)}`,
    receipts: "What the tools did",
  },

  ledger: {
    label: "What happened before the stop",
    happened: (amount: number): string => `${count(amount, "action", "actions")} already happened.`,
    unknown: (amount: number): string => `${count(amount, "outcome is", "outcomes are")} not known.`,
    nothing: "Nothing else happened.",
    notRun: (amount: number): string => `${count(amount, "action", "actions")} did not run.`,
    running: (amount: number): string => `${count(amount, "action is", "actions are")} still running.`,
  },

  approval: {
    question: (action: string): string => `${action}?`,
    questionOf: (amount: number): string => `Allow ${count(amount, "action", "actions")}?`,
    target: "Where",
    after: "After",
    irreversible: "Can’t be undone",
    undoable: "Can be undone",
    write: "Changes something; undoing it is up to you",
    reads: "Changes nothing",
    approve: (action: string): string => `${action} once`,
    approvePlain: "Allow once",
    review: (action: string): string => `Review: ${action}…`,
    reject: "Don’t run",
    arming: "Available in a moment",
    moreCharacters: (amount: number): string => `… ${count(amount, "more character", "more characters")}`,
    moreFields: (amount: number): string => `${count(amount, "more field", "more fields")}`,
    secondStep: "This can’t be taken back. Press again to go on.",
    back: "Not yet",
    reconnecting: "Reconnecting. You can decide when the connection is back.",
    submitting: "Sending your decision…",
    unconfirmed: "Decision sent. No reply yet.",
    forming: "The request is still being written.",
    expiresIn: (seconds: number): string =>
      seconds >= 90 ? `Expires in ${numbers.format(Math.round(seconds / 60))} min` : `Expires in ${numbers.format(seconds)} s`,
    expired: "Expired. Nothing ran.",
    superseded: "The request changed. Nothing ran from this one.",
    cancelled: "Cancelled. Nothing ran.",
    approved: "You approved this.",
    rejected: "You said no. Nothing ran.",
    failed: "The decision was not taken.",
    tray: (amount: number): string => `${count(amount, "decision", "decisions")} needed`,
    trayGo: "Go to request",
  },

  connection: {
    reconnecting: (attempt: number): string => `Reconnecting, try ${numbers.format(attempt)}`,
    gone: "Connection lost.",
  },

  composer: {
    label: "Message",
    placeholder: "Write a message",
    send: "Send",
    redirect: "Redirect",
    queue: "Queue",
    held: "Send after you decide",
    effect: {
      send: "Enter sends the message.",
      redirect: "Enter stops this answer, keeps it, and sends your message instead.",
      queue: "Enter queues the message until this answer ends.",
      held: "Enter queues the message until you have decided. It does not answer the request.",
    },
    stop: "Stop answering",
    stopping: "Stopping…",
    stopAgain: "Send stop again",
    refused: "The message was not accepted. It is still here.",
  },

  queue: {
    label: "Waiting messages",
    waiting: (amount: number): string => `${numbers.format(amount)} waiting.`,
    paused: {
      stopped: "Paused because you stopped.",
      error: "Paused because of an error.",
      approval: "Paused until you decide.",
      offline: "Paused while offline.",
      reload: "Paused because the page was loaded again.",
    },
    resume: "Send the next one",
    remove: "Remove",
    removeItem: (text: string): string => `Remove: ${text}`,
  },

  announce: {
    answering: "Answering.",
    working: (seconds: number): string => `Still working, ${numbers.format(seconds)} seconds.`,
    paused: "Paused. The answer is not finished.",
    complete: (words: number): string => `Answer complete, ${count(words, "word", "words")}.`,
    completeText: (text: string): string => `Answer complete. ${text}`,
    completed: "The answer has been completed.",
    cut: (reason: string): string => `Answer cut off: ${reason}. It is not complete.`,
    withdrawn: (reason: string): string => (reason === "" ? "The answer was withdrawn." : `The answer was withdrawn: ${reason}.`),
    stopping: "Stopping.",
    stopped: "Stopped.",
    stoppedWith: (happened: number, unknown: number): string =>
      [
        "Stopped.",
        happened > 0 ? `${count(happened, "action", "actions")} already happened.` : "",
        unknown > 0 ? `${count(unknown, "outcome is", "outcomes are")} not known.` : "",
      ]
        .filter(Boolean)
        .join(" "),
    redirected: "Redirected.",
    happened: (summary: string): string => `Already happened: ${summary}`,
    approval: (title: string): string => `Approval needed: ${title} Press F6 to review.`,
    reconnecting: "Reconnecting.",
    connected: "Connected again.",
    corrected: "Answer corrected.",
    partWithdrawn: (reason: string): string =>
      reason === "" ? "Part of the answer was withdrawn." : `Part of the answer was withdrawn: ${reason}.`,
  },
};

export type Strings = typeof en;

/** Groups may be given in part; what is left out stays English. */
export type StringOverrides = {
  readonly [Group in keyof Strings]?: Strings[Group] extends string | ((...values: never[]) => string)
    ? Strings[Group]
    : Partial<Strings[Group]>;
};
