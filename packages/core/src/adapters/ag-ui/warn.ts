import type { RunWriter } from "../shared/run-writer.js";

/** The protocol forbids it, yet nothing is missing: a fact for developers, and no harm to the answer. */
export function warn(run: RunWriter, message: string): void {
  run.report({ code: "protocol.invalid-event", message });
}
