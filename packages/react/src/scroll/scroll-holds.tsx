"use client";

import { createContext, useContext, useEffect, type Context } from "react";

/** What keeps a transcript from following, by the count of those who ask for it. */
export interface ScrollHolds {
  readonly take: () => () => void;
  readonly isHeld: () => boolean;
}

export function createScrollHolds(): ScrollHolds {
  let count = 0;
  return {
    take() {
      count += 1;
      return () => {
        count -= 1;
      };
    },
    isHeld: () => count > 0,
  };
}

export const ScrollHoldsContext: Context<ScrollHolds | null> = createContext<ScrollHolds | null>(null);

/** Keeps the transcript around from following for as long as `active`: something is open or pressed that must stand still. */
export function useScrollHold(active: boolean): void {
  const holds = useContext(ScrollHoldsContext);
  useEffect(() => (active ? holds?.take() : undefined), [active, holds]);
}
