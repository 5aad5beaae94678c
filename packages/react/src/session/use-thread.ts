"use client";

import type { UseThreadResult } from "../types.js";
import { useLiveThread } from "./use-live-thread.js";
import { useStoredThread } from "./use-stored-thread.js";
import type { UseThreadOptions } from "./use-thread-of.js";

/**
 * One thread: its messages, what it is doing, and the verbs. Every hook with the same transport and id shares one
 * session and one connection; unmounting closes the connection and stops nothing.
 */
export function useThread(options: UseThreadOptions): UseThreadResult {
  const thread = useLiveThread(options);
  useStoredThread(thread.session);
  return thread;
}
