import { COMPLETE, FILTERED, OUTPUT_LIMIT, refused, TOOL_RESULTS_MISSING, unknownReason } from "../shared/endings.js";
import { providerError } from "../shared/provider-error.js";
import type { Ending } from "../shared/run-writer.js";

export interface FinishFacts {
  readonly hasAnswer: boolean;
  readonly hasRefusal: boolean;
  readonly hasUnanswered: boolean;
}

/** What a `finish_reason` amounts to. Servers also say `stop` after calls and refusals. */
export function endingOfFinish(reason: string, facts: FinishFacts): Ending {
  switch (reason) {
    case "stop":
      if (facts.hasRefusal) return refused(facts.hasAnswer);
      return facts.hasUnanswered ? TOOL_RESULTS_MISSING : COMPLETE;
    case "tool_calls":
    case "function_call":
      return TOOL_RESULTS_MISSING;
    case "length":
      return OUTPUT_LIMIT;
    case "content_filter":
      return FILTERED;
    case "error":
      return { outcome: "truncated", cause: "failed", error: providerError("finish_reason: error") };
    default:
      return unknownReason(reason);
  }
}

/** Reasons that close the arguments of the calls before them. Where the output was cut, the last call was too. */
export function closesCalls(reason: string): boolean {
  return reason === "tool_calls" || reason === "function_call" || reason === "stop";
}
