"use client";

import type { RunMetrics, Session } from "@unsay/core";
import { useSyncExternalStore } from "react";
import { useSessionOr } from "../session/context.js";

/**
 * The figures of an answer's newest run, while it goes on and after it; `null` where this client did not start it.
 * Wakes with each batch of events, so it belongs in a panel for developers and not around an answer.
 */
export function useStreamMetrics(messageId: string, options: { readonly session?: Session | undefined } = {}): RunMetrics | null {
  const { health } = useSessionOr(options.session);
  return useSyncExternalStore(
    health.subscribe,
    () => health.metricsOf(messageId),
    () => null,
  );
}
