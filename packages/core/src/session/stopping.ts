import type { StopCommand, StopIntent } from "../protocol/index.js";
import { requestStop } from "../message/local.js";
import type { AssistantMessage, StopRecord } from "../message/message.js";
import { heardOf, paintedOf } from "../message/selectors.js";
import type { SharedContext } from "./session-context.js";

/** The end of what a voice had said; `null` when not a word of it. */
export type HeardUpTo = StopCommand["painted"];

/**
 * Freezes the live answer where the reader saw it and asks the server to stop. Returns the message that now stops, or
 * `null` when the press was no news: nothing is live, or a stop is on its way.
 */
export function requestStopOfLive(
  { store, createId, painted }: SharedContext,
  intent: StopIntent,
  heardUpTo?: HeardUpTo,
): AssistantMessage | null {
  const message = store.live;
  if (message === undefined || intent === "enough") return null;
  const shown = store.findPublished(message.id) ?? message;
  const next = requestStop(
    message,
    {
      command: createId(),
      intent,
      atSeq: shown.run?.lastSeq ?? 0,
      painted: paintedOf(shown, painted.find(message.id)),
      ...(heardUpTo === undefined ? {} : { heard: heardOf(shown, heardUpTo) }),
    },
    store.clock.now(),
  );
  if (next === message) return null;
  store.setMessage(next);
  return isUnderway(message.stop) ? null : next;
}

/** The earlier press is still waiting for its answer; only its intent may have changed. */
function isUnderway(stop: StopRecord | null): boolean {
  return stop !== null && stop.phase !== "unconfirmed" && stop.phase !== "done";
}
