import type { StoreApi } from "zustand/vanilla";
import type { Diagnostic, ProtocolViolation, StopIntent, UnsayErrorData } from "../protocol/index.js";
import type { RunMetrics } from "../health/metrics.js";
import type { Message } from "../message/message.js";
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
}

export interface SessionState {
  readonly id: string;
  /** In thread order. A message that did not change keeps its identity. */
  readonly messages: readonly Message[];
  readonly status: ThreadStatus;
  /** Of the newest answer when that ended badly, or of a command that failed. */
  readonly error: UnsayErrorData | null;
  readonly connection: ConnectionState;
  readonly queue: readonly QueuedMessage[];
  readonly queuePaused: QueuePauseReason | null;
  /** The stored part of the thread. `ready` where the transport has no history. */
  readonly history: "loading" | "ready" | "failed";
}

/** Time, given so that tests own it. `now` is monotonic milliseconds; `epoch` is for display only. */
export interface Clock {
  now(): number;
  epoch(): number;
  /** Runs once after `ms`; returns the canceller. */
  after(ms: number, run: () => void): () => void;
}

export interface ReconnectPolicy {
  readonly tries: number;
  readonly baseMs: number;
  readonly maxMs: number;
}

export interface SessionOptions {
  readonly id?: string;
  readonly transport: Transport;
  readonly clock?: Clock;
  /** Runs `publish` soon, once for many calls: a frame in browsers, 16 ms of an injected clock. Returns the canceller. */
  readonly scheduleCommit?: (publish: () => void) => () => void;
  readonly createId?: () => string;
  readonly random?: () => number;
  readonly reconnect?: Partial<ReconnectPolicy>;
  /** Throw on illegal events instead of counting them. */
  readonly strict?: boolean;
  readonly onProtocolError?: (violation: ProtocolViolation) => void;
  readonly onDiagnostic?: (diagnostic: Diagnostic) => void;
  /** Once for each run that this client started and read to its end. */
  readonly onMetrics?: (report: { readonly message: string; readonly metrics: RunMetrics }) => void;
}

export interface SendOptions {
  readonly labels?: Readonly<Record<string, string>>;
}

export interface Decision {
  readonly decision: "approve" | "reject";
  readonly reason?: string;
}

/** Everything on the client for one thread. Methods are bound, may be called at any time, and never throw on state. */
export interface Session {
  readonly store: StoreApi<SessionState>;
  /** Starts a run, or queues while one is live. */
  readonly send: (text: string, options?: SendOptions) => void;
  readonly stop: (options?: { readonly intent?: StopIntent }) => void;
  /** Stop, keep everything shown, send this once the stop has settled. */
  readonly redirect: (text: string, options?: SendOptions) => void;
  readonly queue: (text: string) => void;
  readonly removeQueued: (id: string) => void;
  readonly resumeQueue: () => void;
  readonly continue: (messageId: string) => void;
  readonly regenerate: (messageId: string) => void;
  /** The same request again after a failed send or a failed answer without text. */
  readonly retry: (messageId: string) => void;
  readonly reconnect: (messageId: string) => void;
  /** Resolves when the server has accepted the decision; rejects with an `UnsayError`. A second call while one is on its way repeats the same command. */
  readonly decide: (approvalId: string, decision: Decision) => Promise<void>;
  /** The reader has seen the notice of a loop and lets the answer run on. */
  readonly dismissLoop: (messageId: string) => void;
  /** Shows what arrived after Stop was pressed. */
  readonly revealTail: (messageId: string) => void;
  /** Reads the stored thread; live runs in it are resumed. */
  readonly load: () => Promise<readonly Message[]>;
  /** Mounts are counted: the last `detach` closes the connection, which is a disconnect and never a stop. */
  readonly attach: () => () => void;
  /** The network or the tab is back: a waiting reconnect is tried at once. */
  readonly wake: () => void;
}
