"use client";

import type { Clock } from "@unsay/core";
import { useCallback, useEffect, useRef, useState, type KeyboardEvent, type MouseEvent, type PointerEvent } from "react";
import { isPressKey, isVouched, type PressOptions } from "./use-approve-press.js";

/** How long a button is held to approve, in ms. */
export const HOLD_MS = 1_200;

/** `full`: letting go now decides. */
export type HoldPhase = "idle" | "filling" | "full";

export interface HoldOptions extends PressOptions {
  readonly holdMs: number;
  /** A click that nobody's finger made: those who can't hold go two steps instead. */
  readonly onSynthesised: () => void;
}

export interface HoldProps {
  readonly onPointerDown: (event: PointerEvent<HTMLElement>) => void;
  readonly onPointerMove: (event: PointerEvent<HTMLElement>) => void;
  readonly onPointerUp: (event: PointerEvent<HTMLElement>) => void;
  readonly onPointerCancel: () => void;
  readonly onKeyDown: (event: KeyboardEvent<HTMLElement>) => void;
  readonly onKeyUp: (event: KeyboardEvent<HTMLElement>) => void;
  readonly onBlur: () => void;
  readonly onClick: (event: MouseEvent<HTMLElement>) => void;
  readonly onContextMenu: (event: MouseEvent<HTMLElement>) => void;
}

/**
 * Held until full, decided on release. Letting go early, leaving the button, Escape, a scroll or losing the focus
 * changes nothing and costs nothing.
 */
export function useHold(options: HoldOptions): { readonly phase: HoldPhase; readonly props: HoldProps } {
  const { arming, clock, requireTrusted, canPress, holdMs, onPress, onSynthesised } = options;
  const { phase, begin, end } = useFill(clock, holdMs);
  const heldBy = useRef<string | null>(null);

  const cancel = useCallback(() => {
    heldBy.current = null;
    end();
  }, [end]);
  useCancelFromOutside(phase !== "idle", cancel);
  useEffect(() => {
    if (!canPress) cancel();
  }, [canPress, cancel]);

  const start = (by: string): void => {
    if (!canPress || !arming.verify()) return;
    heldBy.current = by;
    begin();
  };
  const release = (by: string): void => {
    if (heldBy.current !== by) return;
    heldBy.current = null;
    const isFull = end();
    if (isFull && canPress && arming.verify()) onPress();
  };
  const props: HoldProps = {
    onPointerDown(event) {
      if (event.button > 0 || !isVouched(event, requireTrusted)) return;
      capture(event);
      start("pointer");
    },
    onPointerMove(event) {
      if (heldBy.current === "pointer" && !isInside(event)) cancel();
    },
    onPointerUp(event) {
      if (isVouched(event, requireTrusted)) release("pointer");
      else cancel();
    },
    onPointerCancel: cancel,
    onKeyDown(event) {
      if (event.key === "Escape" && heldBy.current !== null) return cancelByKey(event, cancel);
      if (!isPressKey(event)) return;
      event.preventDefault();
      if (!event.repeat && isVouched(event, requireTrusted)) start(event.key);
    },
    onKeyUp(event) {
      if (!isPressKey(event)) return;
      event.preventDefault();
      release(event.key);
    },
    onBlur: cancel,
    onClick(event) {
      if (event.detail === 0 && canPress && isVouched(event, requireTrusted) && arming.verify()) onSynthesised();
    },
    // A long touch would open a menu over the button that is being held.
    onContextMenu: (event) => event.preventDefault(),
  };
  return { phase, props };
}

interface Fill {
  readonly phase: HoldPhase;
  readonly begin: () => void;
  /** Empties it, and says whether it had been full. */
  readonly end: () => boolean;
}

function useFill(clock: Clock, holdMs: number): Fill {
  const [phase, setPhase] = useState<HoldPhase>("idle");
  const isFull = useRef(false);
  const cancelTimer = useRef<() => void>(() => {});

  const end = useCallback(() => {
    cancelTimer.current();
    const wasFull = isFull.current;
    isFull.current = false;
    setPhase("idle");
    return wasFull;
  }, []);
  const begin = useCallback(() => {
    end();
    setPhase("filling");
    cancelTimer.current = clock.after(holdMs, () => {
      isFull.current = true;
      setPhase("full");
    });
  }, [clock, end, holdMs]);
  useEffect(() => () => cancelTimer.current(), []);
  return { phase, begin, end };
}

function useCancelFromOutside(isHolding: boolean, cancel: () => void): void {
  useEffect(() => {
    if (!isHolding) return;
    window.addEventListener("blur", cancel);
    window.addEventListener("scroll", cancel, { capture: true, passive: true });
    return () => {
      window.removeEventListener("blur", cancel);
      window.removeEventListener("scroll", cancel, { capture: true });
    };
  }, [isHolding, cancel]);
}

/** Escape lets go of this button and does no more: above it, it would stop the answer. */
function cancelByKey(event: KeyboardEvent, cancel: () => void): void {
  event.preventDefault();
  event.stopPropagation();
  cancel();
}

/** Without it a finger that slides off would take its release to another element. */
function capture(event: PointerEvent<HTMLElement>): void {
  try {
    event.currentTarget.setPointerCapture(event.pointerId);
  } catch {
    // A pointer that is gone already, or one that a test made up.
  }
}

function isInside({ currentTarget, clientX, clientY }: PointerEvent<HTMLElement>): boolean {
  const { left, right, top, bottom, width } = currentTarget.getBoundingClientRect();
  return width === 0 || (clientX >= left && clientX <= right && clientY >= top && clientY <= bottom);
}
