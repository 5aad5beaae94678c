import type { RunCommand, StartCommand, UnsayEvent } from "../protocol/index.js";
import type { Message } from "../message/message.js";

/**
 * One response body, decoded. Each batch is what one network chunk held, and may be empty: bytes came. It ends when the body does, whether or not
 * the answer had; the decoder has then said so with a local `run.end`. It rejects only for what stands in `errors`.
 */
export interface EventStream extends AsyncIterable<readonly UnsayEvent[]> {
  /** The run when the response headers name it. */
  readonly run?: string;
}

export interface ActiveRun {
  readonly run: string;
  readonly message: string;
  readonly last: number;
}

/** What a reconnect finds: a stream to go on with, no such active run, or a cursor too old to serve. */
export type ResumeResult =
  | { readonly type: "stream"; readonly stream: EventStream }
  | { readonly type: "none" }
  | { readonly type: "gone" };

export interface ResumeRequest {
  readonly thread: string;
  readonly run: string;
  readonly message: string;
  readonly after: number;
}

/**
 * The way to a backend. `start` opens the one stream of a run; every optional member is a thing the backend may lack,
 * and the session then says so instead of pretending. An aborted signal closes the connection: that ends the stream like
 * a cut, and stops nothing.
 *
 * Errors: reject with `UnsayError`. Code `network` means nobody knows whether the request arrived; a retryable one is
 * asked again with the same `startKey` only if `idempotentStart` is set.
 */
export interface Transport {
  readonly wire: string;
  /** The same `startKey` never starts twice, so an unanswered start may be sent again. */
  readonly idempotentStart?: boolean;
  start(command: StartCommand, options: { readonly signal: AbortSignal }): Promise<EventStream>;
  resume?(request: ResumeRequest, options: { readonly signal: AbortSignal }): Promise<ResumeResult>;
  active?(thread: string, options: { readonly signal: AbortSignal }): Promise<ActiveRun | null>;
  history?(thread: string, options: { readonly signal: AbortSignal }): Promise<readonly Message[]>;
  /** Without it, Stop closes the connection, and the answer says that nobody confirmed it. */
  command?(command: RunCommand): Promise<void>;
}
