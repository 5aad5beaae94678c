import type { ToolCall } from "@unsay/core";
import type { RiskTier } from "../types.js";

/** How much friction a call deserves. A tool that says nothing about itself counts as irreversible. */
export function riskOf(call: ToolCall): RiskTier {
  switch (call.effect) {
    case "read":
      return 0;
    case "write":
      return 2;
    case "irreversible":
      return 3;
  }
}

/** A batch is as risky as its riskiest call; what is asked at all is at least tier 2. */
export function riskOfCalls(calls: readonly ToolCall[], of: (call: ToolCall) => RiskTier = riskOf): RiskTier {
  return calls.reduce<RiskTier>((highest, call) => (of(call) > highest ? of(call) : highest), 2);
}
