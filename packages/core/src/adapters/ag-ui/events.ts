import type { UnsayEvent } from "../../protocol/index.js";

/** A message of an AG-UI thread, as far as it has to be understood here. */
export interface AgUiMessage {
  readonly id: string;
  readonly role: string;
}

/** Events of AG-UI that the Unsay profile writes. */
export type UnsayAgUiEvent =
  | {
      readonly type: "RUN_STARTED";
      readonly threadId: string;
      readonly runId: string;
      readonly metadata: { readonly unsay: { readonly v: 1 } };
    }
  | { readonly type: "CUSTOM"; readonly name: "unsay"; readonly value: UnsayEvent }
  | { readonly type: "TEXT_MESSAGE_START"; readonly messageId: string; readonly role: "assistant" }
  | { readonly type: "TEXT_MESSAGE_CONTENT"; readonly messageId: string; readonly delta: string }
  | { readonly type: "TEXT_MESSAGE_END"; readonly messageId: string }
  | { readonly type: "REASONING_START"; readonly messageId: string }
  | { readonly type: "REASONING_MESSAGE_START"; readonly messageId: string; readonly role: "reasoning" }
  | { readonly type: "REASONING_MESSAGE_CONTENT"; readonly messageId: string; readonly delta: string }
  | { readonly type: "REASONING_MESSAGE_END"; readonly messageId: string }
  | { readonly type: "REASONING_END"; readonly messageId: string }
  | { readonly type: "TOOL_CALL_START"; readonly toolCallId: string; readonly toolCallName: string; readonly parentMessageId: string }
  | { readonly type: "TOOL_CALL_ARGS"; readonly toolCallId: string; readonly delta: string }
  | { readonly type: "TOOL_CALL_END"; readonly toolCallId: string }
  | {
      readonly type: "TOOL_CALL_RESULT";
      readonly messageId: string;
      readonly toolCallId: string;
      readonly content: string;
      readonly role: "tool";
    }
  | { readonly type: "MESSAGES_SNAPSHOT"; readonly messages: readonly AgUiMessage[] }
  | { readonly type: "RUN_FINISHED"; readonly threadId: string; readonly runId: string; readonly outcome: AgUiOutcome }
  | { readonly type: "RUN_ERROR"; readonly message: string; readonly code: string };

export type AgUiOutcome =
  | { readonly type: "success"; readonly pendingToolCallIds: readonly string[] }
  | { readonly type: "interrupt"; readonly interrupts: readonly AgUiInterrupt[] };

export interface AgUiInterrupt {
  readonly id: string;
  readonly reason: "tool_call";
  readonly toolCallId: string;
}
