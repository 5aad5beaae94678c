import type { AssistantMessage } from "../../../message/message.js";
import { UnsayError, type Cause, type UnsayEvent } from "../../../protocol/index.js";

/** Why nothing more comes: the body ended or failed, or the reader stopped it. */
export type Silence = "lost" | "stopped";

/** What a client's own stop makes of an end that nobody stated: the stop explains it. */
export function explainEnd(events: readonly UnsayEvent[], silence: Silence): readonly UnsayEvent[] {
  if (silence === "lost") return events;
  return events.map((event) => {
    if (event.type !== "run.end" || event.outcome !== "truncated" || event.local !== true) return event;
    const { error: _error, ...rest } = event;
    return { ...rest, cause: "stopped", by: "user" };
  });
}

/** Ends that a client which has no word for them should show as errors, as Unsay's own thread status does. */
export const ERROR_CAUSES: readonly Cause[] = ["failed", "disconnected", "corrupt"];

/** The error to show for an answer; `null` where it is whole, live, or ended in another way than those. */
export function errorOfAnswer(answer: AssistantMessage, causes: readonly Cause[]): UnsayError | null {
  if (answer.status !== "truncated" || !causes.includes(answer.cause)) return null;
  // Not the end: the app sends the results with its next request.
  if (answer.error?.code === "tool-results-missing") return null;
  const fallback = { code: answer.cause, message: `The answer is not complete: ${answer.cause}.`, retryable: false };
  return new UnsayError(answer.error ?? fallback);
}

/** Where the app runs the tools, a step that waits for their results is no end. */
export function withoutToolWaits(events: readonly UnsayEvent[]): readonly UnsayEvent[] {
  return events.filter((event) => {
    const isEnd = event.type === "run.end" && event.outcome === "truncated";
    return !isEnd || event.error?.code !== "tool-results-missing";
  });
}
