"use client";

import type { Clock } from "@unsay/core";
import { useEffect } from "react";
import { useClock } from "../session/context.js";

const lastKeys = new WeakMap<Clock, { at: number }>();

/** By the clock of the page; it begins to listen with the first component that may ask. */
export function lastKeyAt(clock: Clock): number {
  return lastKeys.get(clock)?.at ?? Number.NEGATIVE_INFINITY;
}

/** Notes when a key was pressed last. A thread calls it, so that it is known before a request comes. */
export function useTypingWatch(): void {
  const clock = useClock();
  useEffect(() => {
    const note = (): void => {
      lastKeys.set(clock, { at: clock.now() });
    };
    document.addEventListener("keydown", note, { capture: true });
    return () => document.removeEventListener("keydown", note, { capture: true });
  }, [clock]);
}
