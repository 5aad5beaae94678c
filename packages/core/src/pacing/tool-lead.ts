import { DEFAULT_MIN_TOOL_LEAD_MS } from "./rules.js";
import type { PacingPolicy } from "./pacing.types.js";

/** How many ms more a call that this client runs has to wait. A call that nobody could see has not begun to wait. */
export function leadLeftMs(visibleSince: number | null, now: number, policy: PacingPolicy = {}): number {
  const lead = policy.minToolLeadMs ?? DEFAULT_MIN_TOOL_LEAD_MS;
  return visibleSince === null ? lead : Math.max(0, visibleSince + lead - now);
}
