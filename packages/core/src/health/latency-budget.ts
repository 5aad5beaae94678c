import type { RunMetrics } from "./metrics.js";

/** Highest figures, in ms, that an app wants to see. What is not named is not looked at. */
export type LatencyBudget = Partial<Record<"waitMs" | "streamMs" | "totalMs" | "timeToSettledMs" | "maxGapMs" | "heldBackMs", number>>;

/** A wait of more than three seconds for the first words is felt as slow; silences from 1.5 s on are called stalls. */
export const DEFAULT_LATENCY_BUDGET: LatencyBudget = { waitMs: 3_000, maxGapMs: 1_500 };

export interface ExceededBudget {
  readonly figure: keyof LatencyBudget;
  readonly ms: number;
  readonly budgetMs: number;
}

/** The figures that were measured and lie above the budget. */
export function exceededBudget(metrics: RunMetrics, budget: LatencyBudget = DEFAULT_LATENCY_BUDGET): readonly ExceededBudget[] {
  const figures = Object.entries(budget) as [keyof LatencyBudget, number][];
  return figures.flatMap(([figure, budgetMs]) => {
    const ms = metrics[figure];
    return ms !== null && ms > budgetMs ? [{ figure, ms, budgetMs }] : [];
  });
}
