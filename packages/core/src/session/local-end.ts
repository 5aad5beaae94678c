import type { UnsayErrorData } from "../protocol/index.js";
import { foldEvents, isLive, type AssistantMessage } from "../message/index.js";

export interface LocalEnd {
  readonly cause: "disconnected" | "corrupt" | "failed" | "orphaned";
  readonly error: UnsayErrorData;
}

/**
 * Ends a live answer as far as this client can know. A stop that was asked for and never answered outranks a lost or
 * unreadable connection, but not a failure that the server stated. Reconnect is offered where the run could be resumed and the server may still have it.
 */
export function endLocally(
  message: AssistantMessage,
  end: LocalEnd,
  times: { readonly now: number; readonly epoch: number },
): AssistantMessage {
  if (!isLive(message)) return message;
  const stopped = message.stop === null ? null : message.stop.intent === "redirect" ? ("redirected" as const) : ("stopped" as const);
  const canResume =
    message.run?.caps.resume === true && (end.cause === "disconnected" || end.cause === "corrupt") && end.error.code !== "cursor-expired";
  const { message: ended } = foldEvents(
    message,
    [
      {
        v: 1,
        thread: message.thread,
        run: message.run?.id ?? "",
        message: message.id,
        seq: null,
        t: null,
        local: true,
        type: "run.end",
        outcome: "truncated",
        cause: end.cause === "failed" ? "failed" : (stopped ?? end.cause),
        resumable: canResume,
        error: end.error,
        effects: message.effects,
      },
    ],
    times,
  );
  return ended;
}
