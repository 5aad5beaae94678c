import type { StopCommand, StopIntent } from "../protocol/index.js";
import {
  endOfPainted,
  heardOf,
  markStopUnconfirmed,
  paintedOf,
  requestStop,
  type AssistantMessage,
  type StopRecord,
} from "../message/index.js";
import { diagnose, sendCommand, UNCONFIRMED_MS, type SessionContext } from "./session-context.js";

/** The end of what a voice had said; `null` when not a word of it. */
export type HeardUpTo = StopCommand["painted"];

/**
 * Freezes the live answer where the reader saw it and asks the server to stop. Returns the message that now stops, or
 * `null` when the press was no news: nothing is live, or a stop is on its way.
 */
export function requestStopOfLive(
  { store, createId, painted }: SessionContext,
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

/** Sends the stop; without an answer within `UNCONFIRMED_MS` it is said to be unconfirmed and the button re-arms. */
export function sendStop(context: SessionContext, message: AssistantMessage, startKey: string | undefined): void {
  if (message.stop === null) return;
  const command = createStopCommand(context, message, message.stop, startKey);
  const markUnconfirmed = () => context.store.change(message.id, (current) => markStopUnconfirmed(current, command.id));
  context.store.clock.after(UNCONFIRMED_MS, () => {
    const stop = context.store.find(message.id)?.stop;
    if (stop?.command !== command.id || stop.phase !== "requesting") return;
    markUnconfirmed();
    diagnose(context, { code: "stop.unconfirmed", command: command.id, waitedMs: UNCONFIRMED_MS });
  });
  sendCommand(context, command).catch(markUnconfirmed);
}

function createStopCommand(
  { store, client, createId }: SessionContext,
  message: AssistantMessage,
  stop: StopRecord,
  startKey: string | undefined,
): StopCommand {
  return {
    command: "stop",
    id: stop.command ?? createId(),
    client,
    thread: store.state.id,
    ...(message.run === null ? {} : { run: message.run.id }),
    ...(startKey === undefined ? {} : { startKey }),
    scope: "run",
    intent: stop.intent,
    ackSeq: stop.atSeq,
    painted: stop.painted === null ? null : endOfPainted(message, stop.painted),
    ...(stop.heard === undefined ? {} : { heardUpTo: endOfPainted(message, stop.heard) }),
  };
}
