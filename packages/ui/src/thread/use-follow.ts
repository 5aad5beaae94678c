"use client";
import { useCallback, useEffect, useRef, useState, type RefObject } from "react";

/** So near to the end counts as being there. */
const EDGE_PX = 8;

export interface Follow {
  /** New text keeps the end in view. Off from the first upward scroll until the reader is back at the end. */
  readonly isFollowing: boolean;
  /** Text stands below what is in view. */
  readonly isAway: boolean;
  readonly jumpToEnd: () => void;
}

/**
 * Keeps the end of a scroller in view while its content grows, for as long as the reader leaves it there. Nothing but
 * growth and `jumpToEnd` scrolls.
 */
export function useFollow(scroller: RefObject<HTMLElement | null>, content: RefObject<HTMLElement | null>): Follow {
  const following = useRef(true);
  const [state, setState] = useState({ isFollowing: true, isAway: false });
  const publish = useCallback(() => {
    const element = scroller.current;
    if (element === null) return;
    const next = { isFollowing: following.current, isAway: distanceToEnd(element) > EDGE_PX };
    setState((before) => (before.isAway === next.isAway && before.isFollowing === next.isFollowing ? before : next));
  }, [scroller]);

  const jumpToEnd = useCallback(() => {
    following.current = true;
    scrollToEnd(scroller.current);
    publish();
  }, [scroller, publish]);

  useEffect(() => {
    const element = scroller.current;
    const inner = content.current;
    if (element === null || inner === null) return;
    const readScroll = createScrollReader(element, following);
    const onScroll = (): void => {
      readScroll();
      publish();
    };
    element.addEventListener("scroll", onScroll, { passive: true });
    const observer = new ResizeObserver(() => {
      // Growth may be measured before the reader's own scroll is reported: what they did comes first.
      readScroll();
      if (following.current && !isBeingRead(element)) scrollToEnd(element);
      readScroll();
      publish();
    });
    observer.observe(inner);
    observer.observe(element);
    return () => {
      element.removeEventListener("scroll", onScroll);
      observer.disconnect();
    };
  }, [scroller, content, publish]);

  return { ...state, jumpToEnd };
}

/** Up releases at once, whatever moved it; only going down to the end takes hold again. */
function createScrollReader(element: HTMLElement, following: { current: boolean }): () => void {
  let last = element.scrollTop;
  let lastHeight = element.scrollHeight;
  return () => {
    const moved = element.scrollTop - last;
    const shrank = element.scrollHeight < lastHeight;
    last = element.scrollTop;
    lastHeight = element.scrollHeight;
    if (moved < 0 && !shrank) following.current = false;
    else if (moved > 0 && distanceToEnd(element) <= EDGE_PX) following.current = true;
  };
}

function distanceToEnd(element: HTMLElement): number {
  return element.scrollHeight - element.clientHeight - element.scrollTop;
}

function scrollToEnd(element: HTMLElement | null): void {
  if (element !== null) element.scrollTop = element.scrollHeight;
}

/** A selection or the focus inside: the reader is at work there, and the text must stand still. */
function isBeingRead(element: HTMLElement): boolean {
  const active = document.activeElement;
  if (active !== null && active !== element && element.contains(active)) return true;
  const selection = document.getSelection();
  return selection !== null && !selection.isCollapsed && element.contains(selection.anchorNode);
}
