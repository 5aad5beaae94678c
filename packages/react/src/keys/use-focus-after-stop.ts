"use client";

import { useEffect, useLayoutEffect, useRef, type RefObject } from "react";

/** In the newest answer, what to do next; else where to write. */
const NEXT_MOVES = ['[data-unsay="answer.end-actions"] button', '[data-unsay="composer.input"]'];

/**
 * The stop button goes when the run ends. If the focus was on it, it moves to the first offer at the end of the answer,
 * without scrolling; anywhere else it stays.
 */
export function useFocusAfterStop(thread: RefObject<HTMLElement | null>, isRunning: boolean): void {
  const stop = useRef<Element | null>(null);
  useEffect(() => {
    const element = thread.current;
    const note = (event: FocusEvent): void => {
      const target = event.target instanceof Element ? event.target : null;
      stop.current = target?.closest('[data-unsay="stop-button"]') ?? null;
    };
    element?.addEventListener("focusin", note);
    return () => element?.removeEventListener("focusin", note);
  }, [thread]);
  useLayoutEffect(() => {
    const button = stop.current;
    if (isRunning || button === null || button.isConnected || hasFocus()) return;
    stop.current = null;
    nextMove(thread.current)?.focus({ preventScroll: true });
  }, [thread, isRunning]);
}

function hasFocus(): boolean {
  return document.activeElement !== null && document.activeElement !== document.body;
}

function nextMove(thread: HTMLElement | null): HTMLElement | undefined {
  const answers = Array.from(thread?.querySelectorAll<HTMLElement>('[data-unsay="answer"]') ?? []);
  const [action, composer] = NEXT_MOVES;
  return answers.at(-1)?.querySelector<HTMLElement>(action ?? "") ?? thread?.querySelector<HTMLElement>(composer ?? "") ?? undefined;
}
