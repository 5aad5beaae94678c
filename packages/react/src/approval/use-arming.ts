"use client";

import type { Clock } from "@unsay/core";
import { useCallback, useRef, useState, type RefCallback } from "react";
import { GateWatch } from "./gate-watch.js";
import { useBeforePaint } from "./use-before-paint.js";

export interface Arming {
  /** As it was when this was rendered, for the eye. */
  readonly isArmed: boolean;
  /** As it is now, for a press. Starts the guard again where the gate has moved meanwhile. */
  readonly verify: () => boolean;
  readonly ref: RefCallback<HTMLElement>;
  /** Starts the guard again: a click came too soon, or what is asked has changed. */
  readonly restart: () => void;
}

/**
 * Says whether a gate has stood still, in view and in a focused window, for `guardMs`. Movement, a new question, a
 * window that just came to the front: each starts the wait again, since the hand was on its way to something else.
 */
export function useArming(clock: Clock, isWatching: boolean, question: string, guardMs: number): Arming {
  const [element, setElement] = useState<HTMLElement | null>(null);
  const [armedFor, setArmedFor] = useState<string | null>(null);
  const watch = useRef<GateWatch | null>(null);

  // Before the new question can be seen, the old one must have stopped taking presses.
  useBeforePaint(() => {
    if (!isWatching || element === null) return;
    const started = new GateWatch(element, { clock, guardMs, onChange: (isArmed) => setArmedFor(isArmed ? question : null) });
    watch.current = started;
    return () => {
      started.stop();
      watch.current = null;
      setArmedFor(null);
    };
  }, [clock, element, guardMs, isWatching, question]);

  const verify = useCallback(() => watch.current?.verify() === true, []);
  const restart = useCallback(() => watch.current?.restart(), []);
  return { isArmed: isWatching && armedFor === question, verify, ref: setElement, restart };
}
