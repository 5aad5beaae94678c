"use client";

import { usageOf, type AssistantMessage, type UsageView } from "@unsay/core";
import { useMemo } from "react";

/** Tokens of a message: generated, painted, billed. `null` is "nobody said", never 0; late figures arrive by themselves. */
export function useUsage(message: AssistantMessage): UsageView {
  return useMemo(() => usageOf(message), [message]);
}
