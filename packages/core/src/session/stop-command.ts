import type { StopCommand } from "../protocol/index.js";
import { endOfPainted, markStopUnconfirmed, type AssistantMessage, type StopRecord } from "../message/index.js";
import { diagnose, sendCommand, UNCONFIRMED_MS, type SessionContext } from "./session-context.js";

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
