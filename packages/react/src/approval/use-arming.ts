"use client";

import type { Clock } from "@unsay/core";
import { useCallback, useEffect, useRef, useState, type RefCallback } from "react";

/** After anything changed under the pointer, Approve ignores input for this long. */
export const GUARD_MS = 500;
/** Tier 4 deserves a longer look. */
export const GUARD_LARGE_MS = 3_000;
/** A gate that moved less than this has not moved under the hand. */
const MOVED_PX = 10;
const VISIBLE_RATIO = 0.9;
const WATCH_EVERY_MS = 100;

export interface Arming {
  readonly isArmed: boolean;
  readonly ref: RefCallback<HTMLElement>;
  /** Starts the guard again: a click came too soon, or what is asked has changed. */
  readonly restart: () => void;
}

/**
 * Says whether a gate has stood still, in view and in a focused window, for `guardMs`. Movement, a new question, a
 * window that just came to the front: each starts the wait again, since the hand was on its way to something else.
 */
export function useArming(clock: Clock, isWatching: boolean, question: string, guardMs: number = GUARD_MS): Arming {
  const [element, setElement] = useState<HTMLElement | null>(null);
  const [armedFor, setArmedFor] = useState<string | null>(null);
  const cancel = useRef<() => void>(() => {});

  const begin = useCallback(() => {
    cancel.current();
    cancel.current = clock.after(guardMs, () => setArmedFor(question));
  }, [clock, guardMs, question]);

  const restart = useCallback(() => {
    setArmedFor(null);
    begin();
  }, [begin]);

  useEffect(() => {
    if (!isWatching || element === null) return;
    begin();
    const stopWatching = [watchPosition(element, clock, restart), watchVisibility(element, restart), watchWindow(restart)];
    return () => {
      cancel.current();
      setArmedFor(null);
      for (const stop of stopWatching) stop();
    };
  }, [begin, clock, element, isWatching, restart]);

  return { isArmed: isWatching && armedFor === question, ref: setElement, restart };
}

function watchPosition(element: HTMLElement, clock: Clock, onMove: () => void): () => void {
  let last = element.getBoundingClientRect();
  let cancel = clock.after(WATCH_EVERY_MS, look);
  function look(): void {
    const next = element.getBoundingClientRect();
    const moved = Math.max(Math.abs(next.left - last.left), Math.abs(next.top - last.top)) >= MOVED_PX;
    last = next;
    if (moved) onMove();
    cancel = clock.after(WATCH_EVERY_MS, look);
  }
  return () => cancel();
}

function watchVisibility(element: HTMLElement, onAppear: () => void): () => void {
  if (typeof IntersectionObserver === "undefined") return () => {};
  const observer = new IntersectionObserver(
    (entries) => {
      if (entries.some((entry) => entry.intersectionRatio >= VISIBLE_RATIO)) onAppear();
    },
    { threshold: VISIBLE_RATIO },
  );
  observer.observe(element);
  return () => observer.disconnect();
}

function watchWindow(onReturn: () => void): () => void {
  const onVisible = () => {
    if (document.visibilityState === "visible") onReturn();
  };
  window.addEventListener("focus", onReturn);
  document.addEventListener("visibilitychange", onVisible);
  return () => {
    window.removeEventListener("focus", onReturn);
    document.removeEventListener("visibilitychange", onVisible);
  };
}
