import type { ToolCall } from "@unsay/core";
import type { ApproveMechanism, RiskOf, RiskTier } from "../types.js";

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
export function riskOfCalls(calls: readonly ToolCall[], of: RiskOf = riskOf): RiskTier {
  return calls.reduce<RiskTier>((highest, call) => higher(highest, of(call, call.args)), 2);
}

function higher(one: RiskTier, other: RiskTier): RiskTier {
  return other > one ? other : one;
}

/** What a tool of a Model Context Protocol server says about itself. Absent hints say nothing. */
export interface ToolHints {
  readonly readOnlyHint?: boolean;
  readonly destructiveHint?: boolean;
  readonly openWorldHint?: boolean;
}

/**
 * The tier that such hints ask for; 3 without any. From a server that is not trusted they may raise a tier and never
 * bring it below 2.
 */
export function riskOfHints(hints: ToolHints | undefined, server: { readonly trusted: boolean }): RiskTier {
  const tier = tierOfHints(hints ?? {});
  return server.trusted ? tier : higher(tier, 2);
}

function tierOfHints({ readOnlyHint, destructiveHint, openWorldHint }: ToolHints): RiskTier {
  if (destructiveHint === true && readOnlyHint !== true) return 3;
  if (openWorldHint === true) return 2;
  if (readOnlyHint === true && openWorldHint === false) return 0;
  if (readOnlyHint === true) return 2;
  if (destructiveHint === false) return openWorldHint === false ? 1 : 2;
  return 3;
}

/** What has no way back is held; where nobody can hold, it takes two steps. */
export function mechanismOf(risk: RiskTier, preferred: "hold" | "two-step" = "hold"): ApproveMechanism {
  if (risk === 4) return "type";
  return risk === 3 ? preferred : "press";
}
