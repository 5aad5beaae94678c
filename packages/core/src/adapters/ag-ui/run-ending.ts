import { COMPLETE, FILTERED, OUTPUT_LIMIT, refused, TOOL_RESULTS_MISSING, unknownReason } from "../shared/endings.js";
import { stringOf, type JsonObject } from "../shared/fields.js";
import { endingOfWord } from "../shared/profile-words.js";
import { providerError } from "../shared/provider-error.js";
import type { Ending } from "../shared/run-writer.js";
import { vendorWord } from "./vendor.js";

export interface SuccessFacts {
  readonly hasAnswer: boolean;
  readonly hasUnanswered: boolean;
}

/** What a `RUN_FINISHED` with the outcome `success`, or none, amounts to. */
export function endingOfSuccess(event: JsonObject, facts: SuccessFacts): Ending {
  const reason = vendorWord(event, "finishReason");
  if (reason === "length" || reason === "max_tokens") return OUTPUT_LIMIT;
  if (reason === "content_filter" || reason === "content-filter") return FILTERED;
  if (reason === "refusal") return refused(facts.hasAnswer);
  if (facts.hasUnanswered || TOOL_REASONS.has(reason ?? "")) return TOOL_RESULTS_MISSING;
  return reason === undefined || WHOLE.has(reason) ? COMPLETE : unknownReason(reason);
}

const WHOLE: ReadonlySet<string> = new Set(["stop", "end_turn", "stop_sequence"]);
const TOOL_REASONS: ReadonlySet<string> = new Set(["tool_calls", "tool-calls", "tool_use"]);

/** What a `RUN_ERROR` amounts to. */
export function endingOfError(event: JsonObject): Ending {
  const code = stringOf(event["code"]);
  if (code === "abort") return { outcome: "truncated", cause: "stopped" };
  if (code === "max_tokens") return OUTPUT_LIMIT;
  const profiled = endingOfWord(code ?? "");
  if (profiled !== undefined) return profiled;
  return { outcome: "truncated", cause: "failed", error: providerError({ code, message: event["message"] }) };
}
