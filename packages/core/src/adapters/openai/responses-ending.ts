import {
  COMPLETE,
  FILTERED,
  FINISH_REASON_MISSING,
  OUTPUT_LIMIT,
  refused,
  TOOL_RESULTS_MISSING,
  unknownReason,
} from "../shared/endings.js";
import { objectOf, stringOf, type JsonObject } from "../shared/fields.js";
import { providerError } from "../shared/provider-error.js";
import type { Ending } from "../shared/run-writer.js";

export interface ResponseFacts {
  readonly hasAnswer: boolean;
  readonly hasRefusal: boolean;
  readonly hasUnanswered: boolean;
  readonly openApprovals: readonly string[];
}

/** What a terminal response amounts to. Its own `status` counts, and the event's name where it has none. */
export function endingOfResponse(response: JsonObject, eventStatus: string, facts: ResponseFacts): Ending {
  const status = stringOf(response["status"]) ?? eventStatus;
  switch (status) {
    case "completed":
      return eventStatus === "completed" ? endingOfCompleted(facts) : unknownReason(`${eventStatus}, status completed`);
    case "incomplete":
      return endingOfIncomplete(stringOf(objectOf(response["incomplete_details"])["reason"]), facts);
    case "failed":
      return { outcome: "truncated", cause: "failed", error: providerError(response["error"]) };
    case "cancelled":
      return { outcome: "truncated", cause: "stopped" };
    default:
      return unknownReason(`status ${status}`);
  }
}

function endingOfCompleted(facts: ResponseFacts): Ending {
  if (facts.hasRefusal) return refused(facts.hasAnswer);
  if (facts.openApprovals.length > 0) return { outcome: "awaiting-approval", approvals: facts.openApprovals };
  return facts.hasUnanswered ? TOOL_RESULTS_MISSING : COMPLETE;
}

function endingOfIncomplete(reason: string | undefined, facts: ResponseFacts): Ending {
  switch (reason) {
    case "max_output_tokens":
    case "max_messages":
      return OUTPUT_LIMIT;
    case "content_filter":
      return facts.hasRefusal ? refused(facts.hasAnswer) : FILTERED;
    case "steered":
      return { outcome: "truncated", cause: "redirected" };
    case undefined:
      return FINISH_REASON_MISSING;
    default:
      return unknownReason(reason);
  }
}
