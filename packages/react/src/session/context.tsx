"use client";

import { systemClock, type Clock, type Session } from "@unsay/core/base";
import { createContext, useContext, useMemo, type ReactNode } from "react";
import { useStableSettings, type PaintSettings } from "../pacing/paint-settings.js";

export interface SessionContextValue {
  readonly session: Session;
  readonly clock: Clock;
  /** Approve takes only input that the browser made for a person. Off in tests that dispatch their own events. */
  readonly requireTrustedInput: boolean;
  /** How answers are painted below; `null` paints what is there. */
  readonly paint: PaintSettings | null;
}

const SessionContext = createContext<SessionContextValue | null>(null);

export interface SessionProviderProps {
  readonly session: Session;
  readonly clock?: Clock | undefined;
  readonly requireTrustedInput?: boolean | undefined;
  /** How much of an answer is shown, and how fast. Without it answers are painted as they arrive. */
  readonly paint?: PaintSettings | undefined;
  readonly children?: ReactNode;
}

/** Gives one session to everything below, so that parts need an id and nothing more. Renders no element. */
export function SessionProvider(props: SessionProviderProps): ReactNode {
  const { session, clock = systemClock, requireTrustedInput = true, children } = props;
  const paint = useStableSettings(props.paint ?? null);
  const value = useMemo(() => ({ session, clock, requireTrustedInput, paint }), [session, clock, requireTrustedInput, paint]);
  return <SessionContext.Provider value={value}>{children}</SessionContext.Provider>;
}

/** What the nearest `SessionProvider` gives; `null` where there is none, such as for a message that is plain data. */
export function useOptionalSessionContext(): SessionContextValue | null {
  return useContext(SessionContext);
}

/** The given session, or else that of the nearest provider. Throws where there is neither. */
export function useSession(given?: Session): Session {
  return useSessionOr(given);
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
