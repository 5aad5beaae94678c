import {
  createPendingMessage,
  type Approval,
  type AssistantMessage,
  type Cause,
  type Liveness,
  type MessageFacts,
  type Receipt,
  type Span,
  type TextPart,
  type ToolCall,
  type ToolCallStatus,
  type UserMessage,
} from "@unsay/core";
import type { UseApprovalResult } from "@unsay/react";
import { createStaticControl } from "../approval/static-control.js";

/** Messages as data, for tests and for stories of one state. */

/** 2026-01-01T12:04:00Z. */
export const ENDED_AT = 1_767_269_040_000;

type Shared = Partial<Omit<AssistantMessage, keyof MessageFacts | "status" | "liveness" | "cause" | "resumable" | "at" | "error">> &
  Partial<MessageFacts>;

function base(id: string, fields: Shared): AssistantMessage {
  return { ...createPendingMessage({ id, thread: "thread" }), ...fields };
}

let made = 0;

function nextId(): string {
  made += 1;
  return `message-${made}`;
}

export function liveMessage(status: "pending" | "streaming", liveness: Liveness, fields: Shared = {}): AssistantMessage {
  return { ...base(nextId(), fields), status, liveness };
}

export function endedMessage(status: "complete" | "revised", fields: Shared = {}): AssistantMessage {
  const { liveness: _liveness, ...rest } = base(nextId(), { endedAt: ENDED_AT, stated: true, ...fields }) as AssistantMessage & {
    liveness?: Liveness;
  };
  return { ...rest, status };
}

export function truncatedMessage(
  cause: Cause,
  fields: Shared & { readonly resumable?: boolean; readonly userMessage?: string } = {},
): AssistantMessage {
  const { resumable = cause === "disconnected", userMessage, ...facts } = fields;
  const error = userMessage === undefined ? {} : { error: { code: "test", message: "Made for a test.", retryable: true, userMessage } };
  const { liveness: _liveness, ...rest } = base(nextId(), { endedAt: ENDED_AT, stated: true, ...facts }) as AssistantMessage & {
    liveness?: Liveness;
  };
  return { ...rest, status: "truncated", cause, resumable, at: { seq: 9, part: null, offset: null }, ...error };
}

export function userMessage(text: string, fields: Partial<UserMessage> = {}): UserMessage {
  return { id: nextId(), thread: "thread", role: "user", status: "complete", text, delivery: "sent", startedAt: null, ...fields };
}

/** Spans of plain text, or of anything. */
export function textPart(content: string | readonly Span[], fields: Partial<TextPart> = {}): TextPart {
  const spans = typeof content === "string" ? [{ id: "span-1", text: content, state: "settled" as const }] : content;
  return { type: "text", id: "answer", kind: "answer", status: "closed", spans, ...fields };
}

export function toolCall(name: string, status: ToolCallStatus, fields: Partial<ToolCall> = {}): ToolCall {
  return {
    id: `call-${name}`,
    name,
    effect: "write",
    cancellable: true,
    undo: false,
    runsOn: "server",
    status,
    argsText: JSON.stringify(fields.args ?? {}),
    args: {},
    argsHash: "hash",
    ...fields,
  };
}

export function receipt(call: string, summary: string, fields: Partial<Receipt> = {}): Receipt {
  return { id: `receipt-${call}`, call, outcome: "succeeded", summary, doneAt: ENDED_AT, ...fields };
}

export function approval(call: ToolCall, fields: Partial<Approval> = {}): Approval {
  return {
    id: `approval-${call.id}`,
    run: "run",
    status: "open",
    items: [{ call: call.id, argsHash: call.argsHash ?? "" }],
    options: ["once"],
    editable: false,
    expiresInMs: null,
    requestedAt: null,
    ...fields,
  };
}

/** A message that waits for a decision about one call, with the control of its gate. */
export function askingMessage(call: ToolCall, fields: Partial<Approval> = {}): AssistantMessage {
  return liveMessage("streaming", "awaiting-approval", {
    parts: [textPart("I can do that. Here is what would happen:"), { type: "call", id: "part-call", call: call.id }],
    calls: [call],
    approvals: [approval(call, fields)],
  });
}

/** A gate that may be answered: armed, unless `fields` say otherwise. */
export function openControl(call: ToolCall, fields: Partial<UseApprovalResult> = {}): UseApprovalResult {
  const message = askingMessage(call);
  const control = createStaticControl(message, `approval-${call.id}`);
  const open = { ...control, isArmed: true, blockedBy: null, ...fields };
  const approveProps = {
    type: "button",
    "aria-disabled": open.blockedBy === null ? undefined : true,
    onClick: () => (open.blockedBy === null ? open.approve() : undefined),
  } as const;
  return {
    ...open,
    getGateProps: () => ({ "data-status": open.view, "data-risk": open.risk, "data-armed": open.isArmed ? "" : undefined }),
    getApproveProps: () => ({ ...approveProps, "aria-disabled": open.step === "second" ? undefined : approveProps["aria-disabled"] }),
    getSecondProps: () => approveProps,
    getRejectProps: () => ({ type: "button", onClick: () => open.reject() }),
  };
}
