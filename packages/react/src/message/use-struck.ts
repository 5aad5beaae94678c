"use client";

import { useEffect, useLayoutEffect, useRef, type RefObject } from "react";
import { useClock } from "../session/context.js";

/** How long words stay struck where they stood, so that a reader sees what changed. */
export const REVISION_HOLD_MS = 1_200;

/** Folds struck words after a moment: at once where nobody sees them, and not while they hold a selection or the focus. */
export function useStruck(element: RefObject<HTMLElement | null>, onFold: () => void): void {
  const clock = useClock();
  const fold = useRef(onFold);
  useEffect(() => {
    fold.current = onFold;
  });
  useLayoutEffect(() => {
    if (element.current === null || !isInView(element.current)) fold.current();
  }, [element]);
  useEffect(() => {
    let stopWaiting: (() => void) | undefined;
    const cancel = clock.after(REVISION_HOLD_MS, () => {
      stopWaiting = whenUnused(element, () => fold.current());
    });
    return () => {
      cancel();
      stopWaiting?.();
    };
  }, [clock, element]);
}

function isInView(element: HTMLElement): boolean {
  const box = element.getBoundingClientRect();
  const frame = element.closest('[data-unsay="transcript"]')?.getBoundingClientRect();
  return box.bottom > (frame?.top ?? 0) && box.top < (frame?.bottom ?? window.innerHeight);
}

function whenUnused(element: RefObject<HTMLElement | null>, run: () => void): () => void {
  const abort = new AbortController();
  const look = (): void => {
    if (element.current !== null && isUsed(element.current)) return;
    abort.abort();
    run();
  };
  // The focus has not arrived at its next place yet when it leaves the last one.
  for (const type of ["selectionchange", "focusin", "focusout"])
    document.addEventListener(type, () => queueMicrotask(look), { signal: abort.signal });
  look();
  return () => abort.abort();
}

function isUsed(element: HTMLElement): boolean {
  const selection = document.getSelection();
  const isSelected = selection !== null && !selection.isCollapsed && selection.containsNode(element, true);
  return isSelected || element.contains(document.activeElement);
}
