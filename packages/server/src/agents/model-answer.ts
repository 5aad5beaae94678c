import type { ToolOutcome } from "../tool-call/tool.js";

/** The whole truth about a call, in a shape that keeps a model from guessing or trying again. */
export function answerForModel(outcome: ToolOutcome): unknown {
  switch (outcome.result) {
    case "ok":
      return outcome.partial === true
        ? { result: "ok", partial: true, output: outcome.output, note: noteOfCut(outcome.cut?.by) }
        : outcome.output;
    case "empty":
      return { result: "empty", note: "The tool ran and found nothing." };
    case "error":
      return { result: "error", error: outcome.error, note: "Nothing was done." };
    case "unknown":
      return {
        result: "unknown",
        error: outcome.error,
        note: `It may have happened. Do not retry without the idempotency key ${outcome.callKey}.`,
      };
    case "rejected":
      return {
        result: "rejected",
        ...(outcome.reason === undefined ? {} : { reason: outcome.reason }),
        note: "The user said no. Nothing was done.",
      };
    case "expired":
      return { result: "expired", note: "Nobody answered the request for approval in time. Nothing was done." };
    case "cancelled":
      return { result: "cancelled", note: "The call was cancelled before it ran." };
  }
}

function noteOfCut(by: "user" | "limit" | undefined): string {
  return by === "limit" ? "The result was cut at a limit of its size." : "The user had seen enough and had it stopped there.";
}
