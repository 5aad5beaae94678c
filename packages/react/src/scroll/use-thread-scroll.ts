"use client";

import { useCallback, useEffect, useLayoutEffect, useRef, useState, type KeyboardEvent, type RefObject } from "react";
import { matchesKey } from "../keys/key-bindings.js";
import { useKeys } from "../keys/keys-context.js";
import { useClock } from "../session/context.js";
import { createScrollHolds, type ScrollHolds } from "./scroll-holds.js";
import { ThreadScroller, type ScrollState } from "./thread-scroller.js";

export interface UseThreadScrollOptions {
  readonly scroller: RefObject<HTMLElement | null>;
  readonly content: RefObject<HTMLElement | null>;
  readonly spacer: RefObject<HTMLElement | null>;
  /** Text is being written at the end. Stops, ends, requests and receipts are not: they never scroll. */
  readonly isGrowing: boolean;
  /** Id of the newest message that was sent. A new one is put near the top if the reader sent it or stands at the end. */
  readonly anchor?: string | undefined;
  /** How many messages there are, to count those that came while the reader was elsewhere. */
  readonly count?: number | undefined;
}

export interface UseThreadScrollResult extends ScrollState {
  /** Messages that came since the end was last in view. */
  readonly missed: number;
  readonly jumpToEnd: () => void;
  /** The next message to come is the reader's own: it is put near the top wherever they are. */
  readonly expectSent: () => void;
  /** For the scroller: keys that lead to the end. */
  readonly onKeyDown: (event: KeyboardEvent<HTMLElement>) => void;
  /** For `ScrollHoldsContext`. */
  readonly holds: ScrollHolds;
}

/** How long code and pictures of a thread that was opened may take to stand where they belong. */
const OPENING_MS = 3_000;

const AT_END: ScrollState = { isFollowing: true, isAway: false, isScrolled: false, isSelecting: false };

/** How a conversation scrolls: never against the reader. */
export function useThreadScroll(options: UseThreadScrollOptions): UseThreadScrollResult {
  const { isGrowing, anchor, count = 0 } = options;
  const [holds] = useState(createScrollHolds);
  const [state, setState] = useState(AT_END);
  const thread = useScroller(options, holds, setState);
  const isExpected = useRef(false);
  const shown = useRef(anchor);
  const keys = useKeys();
  useLayoutEffect(() => {
    if (thread.current !== null) thread.current.isGrowing = isGrowing;
  }, [thread, isGrowing]);
  useLayoutEffect(() => {
    const before = shown.current;
    shown.current = anchor;
    if (anchor === undefined || anchor === before) return;
    const isWanted = isExpected.current || (before !== undefined && thread.current?.isFollowing === true);
    isExpected.current = false;
    const element = isWanted ? findMessage(options.content.current, anchor) : null;
    if (element !== null) thread.current?.anchorTo(element);
  }, [thread, anchor, options.content]);
  const clock = useClock();
  const isEmpty = options.count === 0;
  useEffect(() => (isEmpty ? undefined : clock.after(OPENING_MS, () => thread.current?.endOpening())), [clock, thread, isEmpty]);
  const seen = useRef(count);
  if (!state.isAway) seen.current = count;
  const jumpToEnd = useCallback(() => thread.current?.jumpToEnd(), [thread]);
  return {
    ...state,
    missed: Math.max(0, count - seen.current),
    holds,
    jumpToEnd,
    expectSent: useCallback(() => {
      isExpected.current = true;
    }, []),
    onKeyDown: (event) => {
      if (event.target !== event.currentTarget || !matchesKey(event, keys.jumpToLatest)) return;
      event.preventDefault();
      jumpToEnd();
    },
  };
}

function useScroller(
  { scroller, content, spacer }: UseThreadScrollOptions,
  holds: ScrollHolds,
  setState: (change: (before: ScrollState) => ScrollState) => void,
): RefObject<ThreadScroller | null> {
  const thread = useRef<ThreadScroller | null>(null);
  useLayoutEffect(() => {
    if (scroller.current === null || content.current === null || spacer.current === null) return;
    const elements = { scroller: scroller.current, content: content.current, spacer: spacer.current };
    thread.current = new ThreadScroller(elements, holds, (next) => setState((before) => (isSame(before, next) ? before : next)));
  }, [scroller, content, spacer, holds, setState]);
  useEffect(() => thread.current?.attach(), []);
  return thread;
}

function isSame(before: ScrollState, next: ScrollState): boolean {
  return (
    before.isFollowing === next.isFollowing &&
    before.isAway === next.isAway &&
    before.isScrolled === next.isScrolled &&
    before.isSelecting === next.isSelecting
  );
}

function findMessage(content: HTMLElement | null, id: string): Element | null {
  return content?.querySelector(`[data-message="${CSS.escape(id)}"]`) ?? null;
}
