import { COMPLETE, FILTERED, FINISH_REASON_MISSING, OUTPUT_LIMIT, TOOL_RESULTS_MISSING, unknownReason } from "../shared/endings.js";
import { providerError } from "../shared/provider-error.js";
import type { Ending } from "../shared/run-writer.js";

export interface FinishFacts {
  /** A part that was not ended, or a call without a result. */
  readonly hasLooseEnds: boolean;
  readonly openApprovals: readonly string[];
  /** The provider's own word, where the app passes it on. */
  readonly rawReason: string | undefined;
}

/** What a `finish` chunk amounts to. */
export function endingOfFinish(reason: string | undefined, facts: FinishFacts): Ending {
  const isOver = reason === "stop" || reason === "tool-calls" || reason === undefined;
  if (isOver && facts.openApprovals.length > 0) return { outcome: "awaiting-approval", approvals: facts.openApprovals };
  switch (reason) {
    case "stop":
      return COMPLETE;
    case undefined:
      return facts.hasLooseEnds ? FINISH_REASON_MISSING : COMPLETE;
    case "tool-calls":
      return TOOL_RESULTS_MISSING;
    case "length":
      return OUTPUT_LIMIT;
    case "content-filter":
      return FILTERED;
    case "interrupted":
      return INTERRUPTED;
    case "error":
      return { outcome: "truncated", cause: "failed", error: providerError("finishReason: error") };
    default:
      return facts.rawReason === "steered" ? { outcome: "truncated", cause: "redirected" } : unknownReason(facts.rawReason ?? reason);
  }
}

const INTERRUPTED: Ending = {
  outcome: "truncated",
  cause: "disconnected",
  error: {
    code: "stream-eof",
    message: "The server's own connection to the model ended before the answer did.",
    retryable: true,
    userMessage: "The connection to the model ended before the answer did.",
  },
};
