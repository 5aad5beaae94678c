"use client";

import type { Clock, Session, SessionOptions, SessionState, Transport } from "@unsay/core";
import { useEffect, useMemo, useState } from "react";
import { useStore } from "zustand";
import { openApprovalsIn } from "../approval/open-approvals.js";
import type { UseThreadResult } from "../types.js";
import { sessionOf, type OpenSession } from "./session-registry.js";

export interface UseThreadOptions extends Pick<
  SessionOptions,
  "reconnect" | "scheduleCommit" | "strict" | "onProtocolError" | "onDiagnostic" | "onOutcome" | "onMetrics" | "onTrace" | "onInterrupt"
> {
  /** The thread to show. Without one a new thread begins with the component. */
  readonly id?: string | undefined;
  /** Read once for each thread; make it outside the component or memoise it. */
  readonly transport: Transport;
  readonly clock?: Clock | undefined;
  readonly initialMessages?: SessionOptions["initialMessages"] | undefined;
  readonly storage?: SessionOptions["storage"] | undefined;
}

/** A thread whose session is opened by `open`, if no hook has opened it yet. What the server has stored is read by `useStoredThread`. */
export function useThreadOf(options: UseThreadOptions, open: OpenSession): UseThreadResult {
  const session = useThreadSession(options, open);
  const state = useStore(session.store);
  useAttachment(session);
  return useMemo(() => createResult(session, state), [session, state]);
}

/** A transport made anew in each render must not make a thread anew: the first one given for an id is kept. */
function useThreadSession({ id, transport, ...rest }: UseThreadOptions, create: OpenSession): Session {
  const [ownId] = useState(() => crypto.randomUUID());
  const threadId = id ?? ownId;
  const open = () => sessionOf({ ...definedOnly(rest), id: threadId, transport }, create);
  const [held, setHeld] = useState(() => ({ threadId, session: open() }));
  if (held.threadId === threadId) return held.session;
  const next = { threadId, session: open() };
  setHeld(next);
  return next.session;
}

type Given<T> = { readonly [Name in keyof T]: Exclude<T[Name], undefined> };

function definedOnly<T extends object>(options: T): Given<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Given<T>;
}

function useAttachment(session: Session): void {
  useEffect(() => {
    const detach = session.attach();
    const wakeIfVisible = () => {
      if (document.visibilityState === "visible") session.wake();
      else session.leave("hidden");
    };
    const leave = () => session.leave("navigated");
    window.addEventListener("online", session.wake);
    window.addEventListener("pageshow", wakeIfVisible);
    window.addEventListener("pagehide", leave);
    document.addEventListener("visibilitychange", wakeIfVisible);
    document.addEventListener("resume", wakeIfVisible);
    return () => {
      window.removeEventListener("online", session.wake);
      window.removeEventListener("pageshow", wakeIfVisible);
      window.removeEventListener("pagehide", leave);
      document.removeEventListener("visibilitychange", wakeIfVisible);
      document.removeEventListener("resume", wakeIfVisible);
      detach();
    };
  }, [session]);
}

function createResult(session: Session, state: SessionState): UseThreadResult {
  return {
    id: state.id,
    session,
    get messages() {
      return state.messages;
    },
    pages: state.pages,
    status: state.status,
    error: state.error,
    connection: state.connection,
    history: state.history,
    approvals: openApprovalsIn(state.pages),
    queued: state.queue,
    queuePaused: state.queuePaused,
    sendMessage: (input, options) => session.send(typeof input === "string" ? input : input.text, options),
    stop: () => session.stop(),
    steer: session.steer,
    redirect: session.redirect,
    undoRedirect: session.undoRedirect,
    queue: session.queue,
    editQueued: session.editQueued,
    moveQueued: session.moveQueued,
    redirectQueued: session.redirectQueued,
    removeQueued: session.removeQueued,
    resumeQueue: session.resumeQueue,
    continue: session.continue,
    regenerate: session.regenerate,
    edit: session.edit,
    retry: session.retry,
    reconnect: session.reconnect,
  };
}
