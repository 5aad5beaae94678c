"use client";

import { useCallback, useRef, useState, type RefObject } from "react";
import { GUARD_MS } from "../approval/gate-watch.js";
import { useBeforePaint } from "../approval/use-before-paint.js";
import { useClock } from "../session/context.js";

/** How long a receipt keeps the height of the gate whose place it took, in ms. */
const SAME_HEIGHT_MS = 240;

export interface CallHandover<Element extends HTMLElement> {
  /** For the element in which the gate stood and the receipt stands. */
  readonly ref: RefObject<Element | null>;
  /** A gate has just become a receipt under the pointer: nothing in it may be hit yet. */
  readonly isFresh: boolean;
  /** Height in px that it keeps for a moment. */
  readonly keptHeight: number | null;
  /** Called by `useGateLeft` of the gate, while it is still on the page. */
  readonly noteGate: () => void;
}

/**
 * When a gate becomes a receipt: the receipt keeps its height for a moment, offers nothing to a pointer that was over
 * the gate, and takes the focus only if that was inside. `isGate` says which of both stands there now.
 */
export function useCallHandover<Element extends HTMLElement>(
  isGate: boolean,
  focusReceipt: (element: Element) => void,
): CallHandover<Element> {
  const clock = useClock();
  const ref = useRef<Element>(null);
  const gate = useRef({ hadFocus: false, height: 0 });
  const wasGate = useRef(isGate);
  const [state, setState] = useState<Pick<CallHandover<Element>, "isFresh" | "keptHeight">>({ isFresh: false, keptHeight: null });

  const noteGate = useCallback(() => {
    const element = ref.current;
    if (element === null) return;
    gate.current = { hadFocus: element.contains(document.activeElement), height: element.getBoundingClientRect().height };
  }, []);
  useBeforePaint(() => {
    const isHandedOver = wasGate.current && !isGate;
    wasGate.current = isGate;
    if (!isHandedOver || ref.current === null) return;
    if (gate.current.hadFocus) focusReceipt(ref.current);
    setState({ isFresh: true, keptHeight: gate.current.height });
    const timers = [
      clock.after(SAME_HEIGHT_MS, () => setState((now) => ({ ...now, keptHeight: null }))),
      clock.after(GUARD_MS, () => setState({ isFresh: false, keptHeight: null })),
    ];
    return () => {
      for (const cancel of timers) cancel();
    };
    // Only the change from gate to receipt counts; a new function to focus with changes nothing.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [isGate, clock]);
  return { ref, ...state, noteGate };
}
