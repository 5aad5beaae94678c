"use client";

import { whyNotRetryable, whyNotStoppable, type AssistantMessage, type Session, type ToolCall } from "@unsay/core";
import { useStore } from "zustand";
import { useSessionOr } from "../session/context.js";

export interface UseToolCallResult {
  readonly call: ToolCall | null;
  readonly message: AssistantMessage | null;
  /** Enough and Cancel may be offered: the call runs, and its server and its tool can stop it by itself. */
  readonly canStop: boolean;
  /** It failed, and its tool says that it may be tried again. */
  readonly canRetry: boolean;
  /** Takes what there is as the result. What came of it, or why it was refused, stands in `call.request`. */
  readonly enough: () => void;
  readonly cancel: () => void;
  readonly retry: () => void;
}

/** One call and what may be asked about it now. Ids are those of the newest answer that has one. */
export function useToolCall(callId: string, options: { readonly session?: Session | undefined } = {}): UseToolCallResult {
  const session = useSessionOr(options.session);
  const message = useStore(session.store, ({ messages }) => {
    const owner = messages.findLast((candidate) => candidate.role === "assistant" && candidate.calls.some(({ id }) => id === callId));
    return owner?.role === "assistant" ? owner : null;
  });
  const call = message?.calls.findLast(({ id }) => id === callId) ?? null;
  const isKnown = message !== null && call !== null;
  return {
    call,
    message,
    canStop: isKnown && whyNotStoppable(message, call) === null,
    canRetry: isKnown && whyNotRetryable(message, call) === null,
    enough: () => settle(session.enough(callId)),
    cancel: () => settle(session.cancelTool(callId)),
    retry: () => settle(session.retryCall(callId)),
  };
}

/** A refusal stands in the call, where readers see it. */
function settle(asked: Promise<void>): void {
  asked.catch(() => {});
}
