"use client";

import type { ToolCall } from "@unsay/core";
import { useState } from "react";
import { useClock } from "../session/context.js";
import { useNow } from "../session/use-now.js";

/**
 * Whole seconds until a held call runs, counted from when it was first seen held here; the server's clock decides.
 * `null` where nobody said how long, or it is not held.
 */
export function useHeldCountdown({ id, status, heldMs }: ToolCall): number | null {
  const clock = useClock();
  const isHeld = status === "held" && heldMs !== undefined;
  const [since, setSince] = useState<{ readonly key: string; readonly at: number } | null>(null);
  const key = `${id}:${heldMs ?? ""}`;
  if (isHeld && since?.key !== key) setSince({ key, at: clock.now() });
  useNow(1_000, isHeld);
  if (!isHeld) return null;
  return Math.max(0, Math.ceil((heldMs - (clock.now() - (since?.at ?? clock.now()))) / 1_000));
}
