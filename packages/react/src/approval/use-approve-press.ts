"use client";

import type { Clock } from "@unsay/core";
import { useRef, type FocusEvent, type KeyboardEvent, type MouseEvent, type PointerEvent, type SyntheticEvent } from "react";
import { GUARD_MS } from "./gate-watch.js";
import type { Arming } from "./use-arming.js";

export interface ApprovePressProps {
  readonly onPointerDown: (event: PointerEvent<HTMLElement>) => void;
  readonly onKeyDown: (event: KeyboardEvent<HTMLElement>) => void;
  readonly onKeyUp: (event: KeyboardEvent<HTMLElement>) => void;
  readonly onBlur: (event: FocusEvent<HTMLElement>) => void;
  readonly onClick: (event: MouseEvent<HTMLElement>) => void;
}

export interface PressOptions {
  readonly arming: Arming;
  readonly clock: Clock;
  readonly requireTrusted: boolean;
  readonly canPress: boolean;
  readonly onPress: () => void;
}

export function isPressKey({ key }: { readonly key: string }): boolean {
  return key === "Enter" || key === " ";
}

/** The browser vouches that a person did it, unless a test opted out. */
export function isVouched(event: SyntheticEvent, requireTrusted: boolean): boolean {
  return !requireTrusted || event.nativeEvent.isTrusted;
}

/**
 * A press that was meant: it began and ended on this button after arming, it is no repeated key, no second half of a
 * double click, and the browser vouches for it. Anything else does nothing, and too fast a hand starts the guard again.
 */
export function useApprovePress(options: PressOptions): ApprovePressProps {
  const { arming, clock, requireTrusted, canPress, onPress } = options;
  const begunBy = useRef<string | null>(null);
  const lastClickAt = useRef(Number.NEGATIVE_INFINITY);
  const isMeant = (event: SyntheticEvent): boolean => canPress && isVouched(event, requireTrusted) && arming.verify();
  const isRapid = (): boolean => {
    const last = lastClickAt.current;
    lastClickAt.current = clock.now();
    return clock.now() - last < GUARD_MS;
  };
  const finish = (by: string, event: SyntheticEvent): void => {
    const isBegun = begunBy.current === by;
    begunBy.current = null;
    if (isRapid()) arming.restart();
    else if (isBegun && isMeant(event)) onPress();
  };
  return {
    onPointerDown(event) {
      begunBy.current = !(event.button > 0) && isMeant(event) ? "pointer" : null;
    },
    // Keys are taken up and down, so that neither half of a press can come from before, and none repeats.
    onKeyDown(event) {
      if (!isPressKey(event)) return;
      event.preventDefault();
      if (!event.repeat) begunBy.current = isMeant(event) ? event.key : null;
    },
    onKeyUp(event) {
      if (!isPressKey(event)) return;
      event.preventDefault();
      if (begunBy.current === event.key) finish(event.key, event);
    },
    onBlur() {
      begunBy.current = null;
    },
    onClick(event) {
      // A voice, a switch or a screen reader presses without pointer and key.
      if (event.detail === 0) begunBy.current = isMeant(event) ? "pointer" : null;
      if (event.detail > 1) return arming.restart();
      finish("pointer", event);
    },
  };
}
