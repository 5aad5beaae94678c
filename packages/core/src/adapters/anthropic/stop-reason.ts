import { COMPLETE, CONTEXT_LIMIT, OUTPUT_LIMIT, refused, TOOL_RESULTS_MISSING, unknownReason } from "../shared/endings.js";
import type { Ending } from "../shared/run-writer.js";

export interface StopFacts {
  readonly hasAnswer: boolean;
  readonly explanation: string | undefined;
}

/** What a `stop_reason` amounts to; `null` when the same message goes on in another request. */
export function endingOf(reason: string, facts: StopFacts): Ending | null {
  switch (reason) {
    case "end_turn":
    case "stop_sequence":
      return COMPLETE;
    case "tool_use":
      return TOOL_RESULTS_MISSING;
    case "max_tokens":
      return OUTPUT_LIMIT;
    case "model_context_window_exceeded":
      return CONTEXT_LIMIT;
    case "refusal":
      return refused(facts.hasAnswer, facts.explanation);
    case "pause_turn":
      return null;
    default:
      return unknownReason(reason);
  }
}

const FINAL: ReadonlySet<string> = new Set(["max_tokens", "model_context_window_exceeded", "refusal"]);

/** Reasons that say for good that the answer is not whole: nothing that might follow could change that. */
export function isFinalCut(reason: string): boolean {
  return FINAL.has(reason);
}
