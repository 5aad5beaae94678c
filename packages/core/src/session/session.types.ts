import type { StoreApi } from "zustand/vanilla";
import type { Attachment, DecideItem, Diagnostic, ProtocolViolation, StopIntent, UnsayErrorData } from "../protocol/index.js";
import type { ApprovalHealth, Interrupt, InterruptFacts, Outcome, RunMetrics, StreamTrace } from "../health/index.js";
import type { AssistantMessage, Message } from "../message/message.js";
import type { MessagePages } from "../thread/message-pages.js";
import type { QueuePauseReason, ThreadStatus } from "../thread/thread.js";
import type { Transport } from "../transport/transport.js";

export type ConnectionStatus = "idle" | "connecting" | "open" | "quiet" | "lost" | "resuming" | "gone" | "closed";

export interface ConnectionState {
  readonly status: ConnectionStatus;
  /** Number of the current or next try while `lost` or `resuming`; 0 otherwise. */
  readonly attempt: number;
}

export interface QueuedMessage {
  readonly id: string;
  readonly text: string;
  readonly attachments?: readonly Attachment[];
}

export interface SessionState {
  readonly id: string;
  /** In thread order. A message that did not change keeps its identity. */
  readonly messages: readonly Message[];
  /** The same in pages: what is made of a page can be kept for as long as the page is the same. */
  readonly pages: MessagePages;
  readonly status: ThreadStatus;
  /** Of the newest answer when that ended badly, or of a command that failed. */
  readonly error: UnsayErrorData | null;
  readonly connection: ConnectionState;
  readonly queue: readonly QueuedMessage[];
  readonly queuePaused: QueuePauseReason | null;
  /** The stored part of the thread. `ready` where the transport has no history. */
  readonly history: "loading" | "ready" | "failed";
}

/** Time, given so that tests own it. `now` is monotonic milliseconds; `epoch`, those of the calendar, moves with it and is for display. */
export interface Clock {
  now(): number;
  epoch(): number;
  /** Runs once after `ms`; returns the canceller. */
  after(ms: number, run: () => void): () => void;
}

export interface ReconnectPolicy {
  /** Tries before the answer is given up as disconnected; counted anew after each sign of life. */
  readonly tries: number;
  /** The first back-off; it doubles up to `maxMs`, and the wait is anything from 0 to it. */
  readonly baseMs: number;
  readonly maxMs: number;
  /** How often a question is sent in all to a server that says it is busy. */
  readonly busyTries: number;
}

export interface SessionOptions {
  readonly id?: string;
  readonly transport: Transport;
  /**
   * What the page holds of the thread already, oldest first, as `transport.history` or `parseMessages` gives it: shown from the first
   * moment on, also by a server, until the record is read and replaces it. An answer in it that is not over shows as reconnecting.
   */
  readonly initialMessages?: readonly Message[];
  readonly clock?: Clock;
  /** Runs `publish` soon, once for many calls: a frame in browsers, 16 ms of an injected clock. Returns the canceller. */
  readonly scheduleCommit?: (publish: () => void) => () => void;
  readonly createId?: () => string;
  readonly random?: () => number;
  readonly reconnect?: Partial<ReconnectPolicy>;
  /** The page can't be seen, so its timers are throttled and silence proves nothing. By default asked of `document`. */
  readonly isHidden?: () => boolean;
  /** The device says that it has no network. It may be wrong, so it is tried all the same. By default asked of `navigator`. */
  readonly isOffline?: () => boolean;
  /**
   * Illegal events are uncaught errors, beside `onProtocolError`. On by default in development (`NODE_ENV` is something
   * else than `production`), off in production, where they are counted and change nothing.
   */
  readonly strict?: boolean;
  /** Where the queue and the labels of answers survive a reload, such as `sessionStorage`. Not shared between tabs, or both would send. */
  readonly storage?: StorageLike;
  readonly onProtocolError?: (violation: ProtocolViolation) => void;
  readonly onDiagnostic?: (diagnostic: Diagnostic) => void;
  /** Once for each end of an answer that was read here; again, `amended`, when the server's record changes an end that this client had inferred. */
  readonly onOutcome?: (message: AssistantMessage, outcome: Outcome & { readonly amended: boolean }) => void;
  /** Once for each run that this client started and read to its end; again when that end is amended. */
  readonly onMetrics?: (report: MetricsReport) => void;
  /** With `onMetrics`: the same run as ordered marks, in plain JSON without a word of the answer. */
  readonly onTrace?: (trace: StreamTrace, message: AssistantMessage) => void;
  /** Once for each interrupt, when it is known what followed. */
  readonly onInterrupt?: (interrupt: Interrupt) => void;
}

export interface MetricsReport {
  readonly message: string;
  /** `null` where no run opened. */
  readonly run: string | null;
  readonly metrics: RunMetrics;
  readonly amended: boolean;
}

/** What a session has measured. Reading it costs nothing that was not asked for. */
export interface SessionHealth {
  /** Figures of the newest run of an answer, while it goes on and after it; `null` where this client did not start it. */
  readonly metricsOf: (messageId: string) => RunMetrics | null;
  readonly approvals: () => ApprovalHealth;
  /** Calls after each batch of events, each first paint and each end. Returns the way out. */
  readonly subscribe: (listener: () => void) => () => void;
}

/**
 * Span ids with the UTF-16 units painted of each. A report names the spans whose length has changed since the one
 * before. What was corrected or withdrawn keeps its length: its mark stands where it stood.
 */
export type PaintedLengths = ReadonlyMap<string, number>;

export interface SendOptions {
  readonly labels?: Readonly<Record<string, string>>;
  /** Files of the message, which the app has stored already. */
  readonly attachments?: readonly Attachment[];
  /** The words of an answer that the message is about. */
  readonly quote?: string;
}

/** What a redirect had sent, given back to be typed on. */
export interface UndoneRedirect {
  readonly text: string;
  readonly attachments: readonly Attachment[];
}

/** The part of the Web Storage API that is used. */
export interface StorageLike {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/**
 * One answer to all that an approval asks, or one for each call of it. An item names the `argsHash` that was shown, which
 * only a ready call has; `edited` replaces the whole arguments, where the approval is `editable`.
 */
export type Decision = { readonly decision: "approve" | "reject"; readonly reason?: string } | { readonly items: readonly DecideItem[] };

/** How the stop of one call is meant. */
export interface StopToolOptions {
  /** What it has made so far is its result, marked as partial; without it the call is cancelled. */
  readonly keepPartial?: boolean;
  /** `enough`: the user has seen what they wanted, and the run goes on. */
  readonly intent?: "stop" | "enough";
}

export type StopOptions =
  | {
      readonly scope?: "run";
      readonly intent?: Exclude<StopIntent, "enough">;
      /** With `barge-in`: the end of what had been said aloud; `null` when not a word had been. */
      readonly heardUpTo?: { readonly span: string; readonly offset: number } | null;
    }
  | ({ readonly scope: "tool"; readonly call: string } & StopToolOptions);

/** Everything on the client for one thread. Methods are bound, may be called at any time, and never throw on state. */
export interface Session {
  readonly store: StoreApi<SessionState>;
  /** Starts a run, or queues while one is live. */
  readonly send: (text: string, options?: SendOptions) => void;
  /** Stops the run, or one call of it: then the run goes on, and a refusal stands in the call's `request`. */
  readonly stop: (options?: StopOptions) => void;
  /** Enough: the call's result is what it has made so far, marked as partial, and the run goes on. */
  readonly enough: (callId: string) => Promise<void>;
  readonly cancelTool: (callId: string) => Promise<void>;
  /** A call that failed, once more under its own key, where its error says that it may. */
  readonly retryCall: (callId: string) => Promise<void>;
  /** Resolves when the server has taken it; only receipts say what was undone. Rejects with `undo-unavailable` or `undo-expired`. */
  readonly undo: (receiptId: string) => Promise<void>;
  /**
   * Tells a run that goes on. Resolves when the model was told; rejects with an `UnsayError` where it was not, and queues
   * nothing: the words are still the caller's.
   */
  readonly steer: (text: string) => Promise<void>;
  /** Stop, keep everything shown, send this once the stop has settled. */
  readonly redirect: (text: string, options?: SendOptions) => void;
  /** Takes a redirect back for 10 s: its words return, and the answer goes on where it can be resumed. `null` when it is too late. */
  readonly undoRedirect: () => UndoneRedirect | null;
  readonly queue: (text: string, options?: SendOptions) => void;
  /** Blank text changes nothing. */
  readonly editQueued: (id: string, text: string) => void;
  /** Moves it `by` places towards the end; negative towards the front. */
  readonly moveQueued: (id: string, by: number) => void;
  /** Takes it from the queue and redirects with it. */
  readonly redirectQueued: (id: string) => void;
  readonly removeQueued: (id: string) => void;
  readonly resumeQueue: () => void;
  readonly continue: (messageId: string) => void;
  readonly regenerate: (messageId: string) => void;
  /** Sends an earlier user message in other words: it is answered anew from there, and what had come after it stays to be read. Nothing while an answer is live. */
  readonly edit: (messageId: string, text: string, options?: SendOptions) => void;
  /** The same request again after a failed send or a failed answer without text. */
  readonly retry: (messageId: string) => void;
  readonly reconnect: (messageId: string) => void;
  /** Resolves when the server has accepted the decision; rejects with an `UnsayError`. A second call while one is on its way repeats the same command. */
  readonly decide: (approvalId: string, decision: Decision) => Promise<void>;
  /** The reader has seen the notice of a loop and lets the answer run on. */
  readonly dismissLoop: (messageId: string) => void;
  /** Shows what arrived after Stop was pressed. */
  readonly revealTail: (messageId: string) => void;
  /** What a view has in the DOM of an answer. Where views report, Stop freezes there, and not at what had arrived. */
  readonly markPainted: (messageId: string, painted: PaintedLengths) => void;
  /** The words of an answer that are on screen, by the views' reports; without any, all that is shown of it. */
  readonly paintedText: (messageId: string) => string;
  /** A gate is in view: from here on it is measured how long the question stood. */
  readonly markApprovalShown: (approvalId: string) => void;
  /** What a composer knows of the newest interrupt, for `onInterrupt`. */
  readonly noteInterrupt: (facts: InterruptFacts) => void;
  /** The page was hidden or is going. A fact for the figures: it ends nothing and closes nothing. `wake` is the way back. */
  readonly leave: (by: "hidden" | "navigated") => void;
  readonly health: SessionHealth;
  /** Reads the stored thread; live runs in it are resumed. */
  readonly load: () => Promise<readonly Message[]>;
  /** Mounts are counted: the last `detach` closes the connection, which is a disconnect and never a stop. */
  readonly attach: () => () => void;
  /** The network or the tab is back: a waiting reconnect is tried at once, and a connection that slept is looked at. */
  readonly wake: () => void;
}
