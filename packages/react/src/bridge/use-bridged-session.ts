"use client";

import { MessagePages, UnsayError, type ApprovalHealth, type Decision, type Message, type Session, type SessionState } from "@unsay/core";
import { useLayoutEffect, useRef, useState } from "react";
import { createStore } from "zustand/vanilla";

export interface UseBridgedSessionOptions {
  /** From `useUnsayMessages`, or any other messages that the app keeps itself. */
  readonly messages: readonly Message[];
  /** Carries an answer to a request to the app's own client. The gate stands until the messages say what came of it. */
  readonly decide: (approvalId: string, decision: Decision) => void | PromiseLike<unknown>;
  readonly stop?: () => void;
}

/**
 * A session for `SessionProvider` over messages that another client keeps, so that gates below can be answered. It reads
 * and sends nothing itself: what is that client's to do (asking, continuing, steering) does nothing here, and rejects
 * with the reason where it returns a promise.
 */
export function useBridgedSession(options: UseBridgedSessionOptions): Session {
  const newest = useRef(options);
  const [bridge] = useState(() => createBridge(newest));
  useLayoutEffect(() => {
    newest.current = options;
    bridge.show(options.messages);
  });
  return bridge.session;
}

function createBridge(options: { readonly current: UseBridgedSessionOptions }): {
  readonly session: Session;
  readonly show: (messages: readonly Message[]) => void;
} {
  const store = createStore(() => stateOf(MessagePages.of(options.current.messages)));
  const sending = new Map<string, Promise<void>>();
  const send: Session["decide"] = async (approvalId, decision) => {
    try {
      await options.current.decide(approvalId, decision);
    } finally {
      sending.delete(approvalId);
    }
  };
  const decide: Session["decide"] = (approvalId, decision) => {
    const answer = sending.get(approvalId) ?? send(approvalId, decision);
    sending.set(approvalId, answer);
    return answer;
  };
  const show = (messages: readonly Message[]): void => {
    const pages = MessagePages.of(messages, store.getState().pages);
    if (pages !== store.getState().pages) store.setState(stateOf(pages), true);
  };
  const health = { metricsOf: () => null, approvals: () => NONE_DECIDED, subscribe: () => () => {} };
  const load = async (): Promise<readonly Message[]> => store.getState().messages;
  const stop = (): void => options.current.stop?.();
  return { session: { ...UNAVAILABLE, store, decide, stop, health, load }, show };
}

function stateOf(pages: MessagePages): SessionState {
  const connection = { status: "idle", attempt: 0 } as const;
  const rest = { id: "", status: "ready", error: null, connection, queue: [], queuePaused: null, history: "ready" } as const;
  return { ...rest, pages, messages: pages.toArray() };
}

const NONE_DECIDED: ApprovalHealth = { decided: 0, approvalRate: null, medianDwellMs: null, reflexShare: null };

function ignore(): void {
  // The other client's to do, or nothing that is measured here.
}

async function refuse(): Promise<void> {
  throw new UnsayError({
    code: "unsupported",
    message: "A bridged session answers requests and stops. Whatever else changes an answer is for the client that keeps it: ask that one.",
    retryable: false,
  });
}

const UNAVAILABLE: Omit<Session, "store" | "decide" | "stop" | "health" | "load"> = {
  send: ignore,
  enough: refuse,
  cancelTool: refuse,
  retryCall: refuse,
  undo: refuse,
  steer: refuse,
  redirect: ignore,
  undoRedirect: () => null,
  queue: ignore,
  editQueued: ignore,
  moveQueued: ignore,
  redirectQueued: ignore,
  removeQueued: ignore,
  resumeQueue: ignore,
  continue: ignore,
  regenerate: ignore,
  edit: ignore,
  retry: ignore,
  reconnect: ignore,
  dismissLoop: ignore,
  revealTail: ignore,
  markPainted: ignore,
  paintedText: () => "",
  markApprovalShown: ignore,
  noteInterrupt: ignore,
  leave: ignore,
  attach: () => ignore,
  wake: ignore,
};
