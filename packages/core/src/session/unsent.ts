import type { UnsayErrorData } from "../protocol/index.js";
import type { AssistantMessage } from "../message/message.js";
import { cutPointOf } from "../message/selectors.js";

/** Ends an answer that the server was never asked for: as this client would end it, without a run to read. */
export function endUnsent(message: AssistantMessage, error: UnsayErrorData, epoch: number): AssistantMessage {
  if (message.status !== "pending") return message;
  const { liveness: _liveness, stop, ...rest } = message;
  return {
    ...rest,
    status: "truncated",
    cause: stop === null ? "failed" : stop.intent === "redirect" ? "redirected" : "stopped",
    resumable: false,
    error,
    at: cutPointOf(message),
    stop: stop === null ? null : { ...stop, phase: "done" },
    waitingSince: null,
    endedAt: epoch,
  };
}
