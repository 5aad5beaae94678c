import type { EventOf, UnsayErrorData } from "../protocol/index.js";
import type { Draft } from "./draft.js";
import type { Steer } from "./message.js";

/** What became of the words this client said to a run that goes on. Another client's are not known here. */
export function settleSteer(draft: Draft, event: EventOf<"steer.outcome">): void {
  change(draft, (steer) => {
    if (steer.command !== event.command) return steer;
    const { error: _error, ...rest } = steer;
    return event.delivered ? { ...rest, phase: "delivered" } : { ...rest, phase: "failed", error: notDelivered(event.reason) };
  });
}

/** The run is over, and so is every chance of being heard by it. */
export function failOpenSteers(draft: Draft): void {
  change(draft, (steer) =>
    steer.phase === "sending" ? { ...steer, phase: "failed", error: notDelivered("the answer ended first") } : steer,
  );
}

function change(draft: Draft, next: (steer: Steer) => Steer): void {
  const { steers } = draft.fields;
  if (steers !== undefined) draft.fields.steers = steers.map(next);
}

export function notDelivered(reason: string | undefined): UnsayErrorData {
  return {
    code: "steer-not-delivered",
    message: `The model was not told: ${reason ?? "the server gave no reason"}. Send the words as a message, or redirect.`,
    retryable: false,
    userMessage: "The model was not told. Your words are still here.",
  };
}
