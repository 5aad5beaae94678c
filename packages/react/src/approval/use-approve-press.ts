"use client";

import type { Clock } from "@unsay/core";
import { useRef, type KeyboardEvent, type MouseEvent, type PointerEvent } from "react";
import { GUARD_MS, type Arming } from "./use-arming.js";

export interface ApprovePressProps {
  readonly onPointerDown: (event: PointerEvent<HTMLElement>) => void;
  readonly onKeyDown: (event: KeyboardEvent<HTMLElement>) => void;
  readonly onClick: (event: MouseEvent<HTMLElement>) => void;
}

/**
 * A press that was meant: it began and ended on this button after arming, it is no repeated key, no second half of a
 * double click, and the browser vouches for it. Anything else does nothing, and too fast a hand starts the guard again.
 */
export function useApprovePress(
  arming: Arming,
  options: { readonly clock: Clock; readonly requireTrusted: boolean; readonly canPress: boolean; readonly onPress: () => void },
): ApprovePressProps {
  const beganArmed = useRef(false);
  const lastClickAt = useRef(Number.NEGATIVE_INFINITY);

  const begin = () => {
    beganArmed.current = arming.isArmed;
  };
  return {
    onPointerDown: begin,
    onKeyDown(event) {
      if (event.key !== "Enter" && event.key !== " ") return;
      if (event.repeat) event.preventDefault();
      else begin();
    },
    onClick(event) {
      const { clock, requireTrusted, canPress, onPress } = options;
      const isRapid = clock.now() - lastClickAt.current < GUARD_MS;
      lastClickAt.current = clock.now();
      const isSynthesised = event.detail === 0;
      const began = beganArmed.current || (isSynthesised && arming.isArmed);
      beganArmed.current = false;
      if (isRapid) return arming.restart();
      if (!canPress || !arming.isArmed || !began) return;
      if (requireTrusted && !event.nativeEvent.isTrusted) return;
      onPress();
    },
  };
}
