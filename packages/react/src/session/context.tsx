"use client";

import { systemClock, type Clock, type Session } from "@unsay/core";
import { createContext, useContext, useMemo, type ReactNode } from "react";

export interface SessionContextValue {
  readonly session: Session;
  readonly clock: Clock;
  /** Approve takes only input that the browser made for a person. Off in tests that dispatch their own events. */
  readonly requireTrustedInput: boolean;
}

const SessionContext = createContext<SessionContextValue | null>(null);

export interface SessionProviderProps {
  readonly session: Session;
  readonly clock?: Clock | undefined;
  readonly requireTrustedInput?: boolean | undefined;
  readonly children?: ReactNode;
}

/** Gives one session to everything below, so that parts need an id and nothing more. Renders no element. */
export function SessionProvider({ session, clock = systemClock, requireTrustedInput = true, children }: SessionProviderProps): ReactNode {
  const value = useMemo(() => ({ session, clock, requireTrustedInput }), [session, clock, requireTrustedInput]);
  return <SessionContext.Provider value={value}>{children}</SessionContext.Provider>;
}

export function useOptionalSessionContext(): SessionContextValue | null {
  return useContext(SessionContext);
}

/** The session of the nearest provider. Throws where there is none. */
export function useSession(): Session {
  return useSessionOr(undefined);
}

/** The given session, or else that of the nearest provider. */
export function useSessionOr(given: Session | undefined): Session {
  const context = useContext(SessionContext);
  if (given !== undefined) return given;
  if (context === null) {
    throw new Error(
      "No session here: this hook reads the thread of the nearest <SessionProvider>, and there is none above it. Wrap the tree in <SessionProvider session={useThread(…).session}>, or in <Thread> of @unsay/ui.",
    );
  }
  return context.session;
}

/** The clock of the nearest provider, or the machine's. */
export function useClock(): Clock {
  return useContext(SessionContext)?.clock ?? systemClock;
}
