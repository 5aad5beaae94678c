"use client";

import { doubtAbout, type Doubt, type Message, type Requirement } from "@unsay/core";
import { useCallback, useState } from "react";
import { useMessage } from "../message/use-message.js";

export interface UseSettledOptions {
  /** `settled` by default: the server has ended the answer well. `verified`: it has verified every word. */
  readonly requires?: Requirement;
  /** One part of the answer instead of all of it. */
  readonly part?: string;
}

export interface UseSettledResult {
  readonly isSettled: boolean;
  /** What stands against it; `revised` when it was corrected after it had been settled here. */
  readonly why: Doubt | "revised" | "missing" | null;
  /** The reader has seen the correction. */
  readonly acknowledge: () => void;
}

/** Whether an answer of the nearest session may be relied on. Settles in the frame in which the answer does. */
export function useSettled(messageId: string, options: UseSettledOptions = {}): UseSettledResult {
  const message = useMessage(messageId);
  const doubt = doubtOf(message, options);
  const revisions = message?.role === "assistant" ? message.revisions : 0;
  const [settledAt, setSettledAt] = useState<number | null>(null);
  if (doubt === null && settledAt === null) setSettledAt(revisions);
  const isRevised = doubt === null && settledAt !== null && revisions > settledAt;
  const acknowledge = useCallback(() => setSettledAt(revisions), [revisions]);
  return { isSettled: doubt === null && !isRevised, why: isRevised ? "revised" : doubt, acknowledge };
}

function doubtOf(message: Message | undefined, { requires = "settled", part }: UseSettledOptions): Doubt | "missing" | null {
  return message?.role === "assistant" ? doubtAbout(message, requires, part) : "missing";
}
