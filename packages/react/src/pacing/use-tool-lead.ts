"use client";

import { leadLeftMs, type PacingPolicy } from "@unsay/core";
import { useEffect, useState } from "react";
import { useClock } from "../session/context.js";

/**
 * For a tool that this client runs: true once its card has been visible for `minToolLeadMs`, so that there was a chance
 * to stop it. A card that goes out of view begins anew.
 */
export function useToolLead(isVisible: boolean, { minToolLeadMs }: PacingPolicy = {}): boolean {
  const clock = useClock();
  const [isReady, setIsReady] = useState(false);
  useEffect(() => {
    if (!isVisible) return;
    const now = clock.now();
    const cancel = clock.after(leadLeftMs(now, now, minToolLeadMs === undefined ? {} : { minToolLeadMs }), () => setIsReady(true));
    return () => {
      cancel();
      setIsReady(false);
    };
  }, [clock, isVisible, minToolLeadMs]);
  return isReady && isVisible;
}
