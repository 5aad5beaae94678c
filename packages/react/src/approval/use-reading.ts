"use client";

import type { Clock } from "@unsay/core";
import { useCallback, useRef, useState, type RefCallback } from "react";
import { WATCH_EVERY_MS } from "./gate-watch.js";
import { useBeforePaint } from "./use-before-paint.js";
import { visibleShare } from "./visible-share.js";

/** A preview that stood half in view for this long can have been read, in ms. */
const SEEN_MS = 1_000;
const SEEN_SHARE = 0.5;
/** Zoom leaves fractions of a pixel below the end. */
const END_PX = 2;

export interface Reading {
  /** What is still to be looked at; `null` when nothing is. */
  readonly missing: "unseen" | "unread" | null;
  /** For the element that shows what will change. Where none has it, `fallbackRef` counts. */
  readonly previewRef: RefCallback<HTMLElement>;
  readonly fallbackRef: RefCallback<HTMLElement>;
  /** Something is folded away, or has been opened. */
  readonly fold: (id: string, isFolded: boolean) => void;
  /** Part of what is asked can't be seen as it stands. */
  readonly isFolded: boolean;
}

/** Whether what a call would do has been before the reader's eyes, to its end. Begins anew with each `question`. */
export function useReading(clock: Clock, isNeeded: boolean, question: string): Reading {
  const [preview, previewRef] = useState<HTMLElement | null>(null);
  const [fallback, fallbackRef] = useState<HTMLElement | null>(null);
  const [seen, setSeen] = useState({ question: "", isSeen: false, isRead: false });
  const { isFolded, fold } = useFolds();
  const element = preview ?? fallback;

  useBeforePaint(() => {
    if (!isNeeded || element === null) return;
    const progress = { question, isSeen: false, isRead: false };
    let since = clock.now();
    let cancel = (): void => {};
    function look(): void {
      if (visibleShare(element as HTMLElement) < SEEN_SHARE) since = clock.now();
      const isSeen = progress.isSeen || clock.now() - since >= SEEN_MS;
      const isRead = progress.isRead || (visibleShare(element as HTMLElement) > 0 && isAtEnd(element as HTMLElement));
      if (isSeen !== progress.isSeen || isRead !== progress.isRead) setSeen({ ...Object.assign(progress, { isSeen, isRead }) });
      if (!isSeen || !isRead) cancel = clock.after(WATCH_EVERY_MS, look);
    }
    look();
    return () => cancel();
  }, [clock, element, isNeeded, question]);

  const current = seen.question === question ? seen : { isSeen: false, isRead: false };
  const missing = !isNeeded ? null : isFolded || !current.isRead ? "unread" : current.isSeen ? null : "unseen";
  return { missing, previewRef, fallbackRef, fold, isFolded };
}

function isAtEnd({ scrollTop, clientHeight, scrollHeight }: HTMLElement): boolean {
  return scrollTop + clientHeight >= scrollHeight - END_PX;
}

function useFolds(): Pick<Reading, "fold" | "isFolded"> {
  const folded = useRef(new Set<string>());
  const [count, setCount] = useState(0);
  const fold = useCallback((id: string, isFolded: boolean) => {
    if (isFolded) folded.current.add(id);
    else folded.current.delete(id);
    setCount(folded.current.size);
  }, []);
  return { fold, isFolded: count > 0 };
}
