import type { Message, ToolCall } from "@unsay/core";
import { createArgsHash } from "@unsay/core/protocol";
import type { ToolOutcome } from "./tool.js";

/**
 * What earlier answers to the same message did, or may have done, to the world. An answer that is made anew or goes on
 * gets their outcome; the same call is never run a second time.
 */
export class CommittedCalls {
  readonly #outcomes = new Map<string, ToolOutcome>();

  constructor(messages: readonly Message[]) {
    for (const message of messages) {
      if (message.role !== "assistant") continue;
      for (const call of message.calls) this.#add(call);
    }
  }

  find(name: string, args: unknown): ToolOutcome | undefined {
    return this.#outcomes.get(deedOf(name, args));
  }

  #add(call: ToolCall): void {
    const outcome = call.effect === "read" || call.argsHash === undefined ? null : outcomeOf(call);
    if (outcome !== null) this.#outcomes.set(deedOf(call.name, call.args), outcome);
  }
}

/** The same tool with the same arguments, whatever the call is named. */
function deedOf(name: string, args: unknown): string {
  return createArgsHash("deed", name, args);
}

/** `null`: nothing was done that could be done twice. */
function outcomeOf(call: ToolCall): ToolOutcome | null {
  switch (call.status) {
    case "succeeded":
    case "undo-failed":
      return call.output === undefined ? { result: "empty" } : { result: "ok", output: call.output };
    case "executing":
    case "undoing":
    case "unknown":
      return { result: "unknown", error: call.error ?? EARLIER, callKey: call.callKey ?? "" };
    default:
      return null;
  }
}

const EARLIER = {
  code: "tool-timeout",
  message: "An earlier answer to the same message made this call, and it is not known what came of it. It was not made again.",
  retryable: false,
};
