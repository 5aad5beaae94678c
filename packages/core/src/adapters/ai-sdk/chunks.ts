import type { Cause, UnsayErrorData, UnsayEvent } from "../../protocol/index.js";

/** Chunks of a UI message stream that the Unsay profile writes; each is one of the `UIMessageChunk`s of `ai`. */
export type UnsayUIChunk =
  | { readonly type: "start"; readonly messageId: string }
  | { readonly type: "start-step" }
  | { readonly type: "finish-step" }
  | { readonly type: "reset-step" }
  | { readonly type: "finish"; readonly finishReason: "stop" | "tool-calls" }
  | { readonly type: "error"; readonly errorText: string }
  | { readonly type: "text-start"; readonly id: string }
  | { readonly type: "text-delta"; readonly id: string; readonly delta: string }
  | { readonly type: "text-end"; readonly id: string }
  | { readonly type: "reasoning-start"; readonly id: string }
  | { readonly type: "reasoning-delta"; readonly id: string; readonly delta: string }
  | { readonly type: "reasoning-end"; readonly id: string }
  | UIToolChunk
  | { readonly type: "source-url"; readonly sourceId: string; readonly url: string; readonly title?: string }
  | { readonly type: "file"; readonly url: string; readonly mediaType: string }
  | { readonly type: "data-unsay"; readonly transient: true; readonly data: UnsayEvent }
  | { readonly type: "data-unsay-status"; readonly id: string; readonly data: UnsayStatusRecord }
  | { readonly type: "data-unsay-value"; readonly id: string; readonly data: unknown };

interface ToolFacts {
  readonly toolCallId: string;
  readonly toolName: string;
  readonly dynamic: true;
  /** A call the server runs must not be run by the page as well. */
  readonly providerExecuted?: true;
  readonly title?: string;
}

export type UIToolChunk =
  | ({ readonly type: "tool-input-start" } & ToolFacts)
  | { readonly type: "tool-input-delta"; readonly toolCallId: string; readonly inputTextDelta: string }
  | ({ readonly type: "tool-input-available"; readonly input: unknown } & ToolFacts)
  | { readonly type: "tool-approval-request"; readonly approvalId: string; readonly toolCallId: string }
  | { readonly type: "tool-approval-response"; readonly approvalId: string; readonly approved: boolean; readonly reason?: string }
  | { readonly type: "tool-output-available"; readonly toolCallId: string; readonly output: unknown; readonly dynamic: true }
  | { readonly type: "tool-output-error"; readonly toolCallId: string; readonly errorText: string; readonly dynamic: true }
  | { readonly type: "tool-output-denied"; readonly toolCallId: string };

/**
 * What the server says of the whole answer, stored with the message. Absent members are not known. While it says
 * `streaming` the answer is not over, whatever else is stored.
 */
export interface UnsayStatusRecord {
  readonly run: string;
  readonly status: "streaming" | "awaiting-approval" | "complete" | "revised" | "truncated";
  readonly cause?: Cause;
  readonly resumable?: boolean;
  readonly error?: UnsayErrorData;
}

export const STATUS_PART = "data-unsay-status";
export const EVENT_PART = "data-unsay";
/** Text that stood before this step was taken back, and this carrier cannot take it back. */
export const RETRACTED_WORD = "unsay:retracted";
