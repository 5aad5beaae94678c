import type { Cause, DecodeContext } from "../../../protocol/index.js";
import type { Answers } from "../../shared/bridge/answers.js";
import type { UIMessageLike } from "../ui-message.js";

/** What a `ChatTransport` of the AI SDK is given with a request, as far as it matters here. */
export interface SendOptionsLike {
  readonly chatId: string;
  readonly trigger: string;
  readonly messageId: string | undefined;
  readonly messages: readonly UIMessageLike[];
  readonly abortSignal: AbortSignal | undefined;
}

export interface ReconnectOptionsLike {
  readonly chatId: string;
  readonly abortSignal?: AbortSignal;
}

export interface ChunkLike {
  readonly type: string;
}

/** The shape of a `ChatTransport` of the AI SDK. */
export interface ChatTransportLike<Send, Reconnect, Chunk> {
  readonly resumeStreamIsReplay?: boolean;
  close?: () => void;
  sendMessages(options: Send): Promise<ReadableStream<Chunk>>;
  reconnectToStream(options: Reconnect): Promise<ReadableStream<Chunk> | null>;
}

export interface HonestChatTransportOptions extends Pick<DecodeContext, "effectOf" | "onDiagnostic"> {
  /**
   * Ends that reach `useChat` as errors. By default `failed`, `disconnected` and `corrupt`; without them a cut answer
   * looks `ready` there. `[]` leaves `useChat` as it is.
   */
  readonly errorOn?: readonly Cause[];
  /**
   * The app runs tools itself and sends their results with its next request (`onToolCall`, `addToolOutput`): an answer
   * that waits for them stays live. Without it such an answer has failed.
   */
  readonly runsTools?: boolean;
  /** Milliseconds since the epoch, for display. By default `Date.now`. */
  readonly epoch?: () => number;
}

export type HonestChatTransport<Send, Reconnect, Chunk> = ChatTransportLike<Send, Reconnect, Chunk> & Answers;
