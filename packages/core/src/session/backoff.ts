import type { ReconnectPolicy } from "./session.types.js";

export const RECONNECT_POLICY: ReconnectPolicy = { tries: 8, baseMs: 1_000, maxMs: 30_000 };

/** Full jitter: anything from 0 to the doubled and capped base, so that a thousand clients don't return as one. */
export function backoffMs(policy: ReconnectPolicy, attempt: number, random: () => number): number {
  return random() * Math.min(policy.maxMs, policy.baseMs * 2 ** (attempt - 1));
}
