"use client";

import { useEffect, useRef, type RefObject } from "react";
import { useClock } from "../session/context.js";

/** So long in view, all in all, and a change is no news any more. */
export const SEEN_MS = 10_000;

/** Calls once the element has been in view for ten seconds. */
export function useSeen(element: RefObject<HTMLElement | null>, enabled: boolean, onSeen: () => void): void {
  const clock = useClock();
  const seen = useRef(onSeen);
  useEffect(() => {
    seen.current = onSeen;
  });
  useEffect(() => {
    if (!enabled || element.current === null || typeof IntersectionObserver !== "function") return;
    let left = SEEN_MS;
    let since: number | null = null;
    let cancel = (): void => {};
    const observer = new IntersectionObserver((entries) => {
      const isVisible = entries.at(-1)?.isIntersecting === true;
      if (isVisible === (since !== null)) return;
      cancel();
      if (since !== null) left -= clock.now() - since;
      since = isVisible ? clock.now() : null;
      if (isVisible) cancel = clock.after(left, () => seen.current());
    });
    observer.observe(element.current);
    return () => {
      cancel();
      observer.disconnect();
    };
  }, [clock, element, enabled]);
}
