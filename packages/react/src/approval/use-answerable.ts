"use client";

import { isPastExpiry, type Approval } from "@unsay/core/base";
import { useEffect, useReducer } from "react";
import { useClock } from "../session/context.js";

/** Timers of a browser can't wait longer than 24 days. */
const LONGEST_WAIT_MS = 3_600_000;

/**
 * Of requests that are open, those that can still be answered. What has expired by this clock is read-only before the
 * server says so, and nobody is to be kept waiting by it. The same array where nothing has expired.
 */
export function useAnswerable<Asked extends { readonly approval: Approval }>(asked: readonly Asked[]): readonly Asked[] {
  const clock = useClock();
  const [looks, look] = useReducer((count: number) => count + 1, 0);
  const answerable = asked.filter(({ approval }) => approval.status !== "open" || !isPastExpiry(approval, clock.epoch()));
  const nextAt = Math.min(...answerable.map(({ approval }) => expiryOf(approval)));
  useEffect(() => {
    if (nextAt === Number.POSITIVE_INFINITY) return;
    return clock.after(Math.min(Math.max(0, nextAt - clock.epoch()), LONGEST_WAIT_MS), look);
  }, [clock, nextAt, looks]);
  return answerable.length === asked.length ? asked : answerable;
}

/** Unix ms. A decision on its way is the server's to close. */
function expiryOf({ status, requestedAt, expiresInMs }: Approval): number {
  return status !== "open" || requestedAt === null || expiresInMs === null ? Number.POSITIVE_INFINITY : requestedAt + expiresInMs;
}
