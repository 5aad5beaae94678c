"use client";

import { createSession } from "@unsay/core";
import type { UseThreadResult } from "../types.js";
import { useThreadOf, type UseThreadOptions } from "./use-thread-of.js";

/** `useThread` without reading what the server has stored, which is for `useStoredThread`. */
export function useLiveThread(options: UseThreadOptions): UseThreadResult {
  return useThreadOf(options, createSession);
}
