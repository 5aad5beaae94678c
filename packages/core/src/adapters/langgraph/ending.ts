import { CONTEXT_LIMIT, FILTERED, OUTPUT_LIMIT, refused } from "../shared/endings.js";
import { isObject, stringOf } from "../shared/fields.js";
import { providerError } from "../shared/provider-error.js";
import type { Ending } from "../shared/run-writer.js";

/** How a run ended by its own account: an ending, or a word that the answer has to be asked about; `bare` is no account. */
export type RunVerdict = Ending | "success" | "interrupted" | "bare" | "unknown";

const STOPPED: Ending = { outcome: "truncated", cause: "stopped" };
export const ROLLED_BACK: Ending = { outcome: "truncated", cause: "redirected" };

/** The words of run records, of lifecycle events and of servers that put a status into `end`. */
export function verdictOfStatus(status: string | undefined, error?: unknown): RunVerdict {
  switch (status) {
    case undefined:
      return "bare";
    case "success":
    case "completed":
      return "success";
    case "interrupted":
      return "interrupted";
    case "cancelled":
    case "canceled":
      return STOPPED;
    case "rollback":
    case "rolled_back":
      return ROLLED_BACK;
    case "error":
    case "failed":
    case "timeout":
      return endingOfError(isObject(error) ? error : { error: status, message: error });
    default:
      return "unknown";
  }
}

/** What an `error` amounts to: its name is that of the exception, which is also how a run is cancelled. */
export function endingOfError(data: unknown): Ending {
  const name = isObject(data) ? (stringOf(data["error"]) ?? "") : "";
  const message = isObject(data) ? data["message"] : data;
  if (/^(?:UserInterrupt|CancelledError|AbortError)$/u.test(name)) return STOPPED;
  if (name === "UserRollback") return ROLLED_BACK;
  return { outcome: "truncated", cause: "failed", error: providerError({ type: name, message: stringOf(message) ?? name }) };
}

/** A run succeeds also when its last model call was cut; `undefined` when that call has nothing against it. */
export function endingOfModel(reason: string | undefined, hasAnswer: boolean): Ending | undefined {
  switch (reason?.toLowerCase()) {
    case "length":
    case "max_tokens":
    case "max_output_tokens":
      return OUTPUT_LIMIT;
    case "model_context_window_exceeded":
      return CONTEXT_LIMIT;
    case "content_filter":
    case "content_filtered":
    case "guardrail_intervened":
    case "safety":
    case "recitation":
    case "blocklist":
    case "prohibited_content":
    case "spii":
      return FILTERED;
    case "refusal":
      return refused(hasAnswer);
    default:
      return undefined;
  }
}
