export { REFLEX_MS, type ApprovalHealth } from "./approval-watch.js";
export type { DurationBucket } from "./duration-histogram.js";
export type { Interrupt, InterruptFacts } from "./interrupt-watch.js";
export { DEFAULT_LATENCY_BUDGET, exceededBudget, type ExceededBudget, type LatencyBudget } from "./latency-budget.js";
export type { Abandoned, RunMetrics, StopLatency } from "./metrics.js";
export { outcomeOf, type Outcome, type OutcomeGrade } from "./outcome.js";
export { REPEATED_FAILURES } from "./repeated-failures.js";
export type { StreamTrace, TraceMark } from "./trace.js";
export { UNREPORTED, usageOf, type UsageView } from "./usage.js";
