"use client";

import { useEffect, useState } from "react";
import { useClock } from "./context.js";

/** Monotonic ms of the injected clock, read anew every `intervalMs` while `enabled`. */
export function useNow(intervalMs: number, enabled = true): number {
  const clock = useClock();
  const [now, setNow] = useState(() => clock.now());
  useEffect(() => {
    if (!enabled) return;
    let cancel = clock.after(0, tick);
    function tick(): void {
      setNow(clock.now());
      cancel = clock.after(intervalMs, tick);
    }
    return () => cancel();
  }, [clock, intervalMs, enabled]);
  return now;
}
