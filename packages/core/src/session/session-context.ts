import { UnsayError, type Diagnostic, type ProtocolViolation, type RunCommand } from "../protocol/index.js";
import type { Transport } from "../transport/transport.js";
import type { SessionStore } from "./session-store.js";
import type { PaintedReports } from "./painted-reports.js";
import type { SessionWatch } from "./session-watch.js";
import type { SessionOptions } from "./session.types.js";
import { isDevelopment, raise } from "./strict.js";

/** A stop or decision that nobody answered for this long is said to be unconfirmed. */
export const UNCONFIRMED_MS = 5_000;

/** What the parts of one session share from its first moment. */
export interface SharedContext {
  readonly store: SessionStore;
  readonly transport: Transport;
  /** Id of this client in its commands. */
  readonly client: string;
  readonly createId: () => string;
  readonly painted: PaintedReports;
  readonly options: SessionOptions;
}

/** What is shared by all that has to do with a run. */
export interface SessionContext extends SharedContext {
  readonly watch: SessionWatch;
}

/** Rejects with an `UnsayError`, also where the transport takes no commands at all. */
export async function sendCommand({ transport, watch }: SessionContext, command: RunCommand): Promise<void> {
  watch.noteCommand(command);
  if (transport.command === undefined) {
    throw new UnsayError({
      code: "run-not-live",
      message: `The ${transport.wire} transport takes no commands, so "${command.command}" can't be sent. Use a transport with \`command\`.`,
      retryable: false,
    });
  }
  await transport.command(command);
}

export function diagnose({ options }: SessionContext, diagnostic: Diagnostic): void {
  options.onDiagnostic?.(diagnostic);
}

/** Nobody knows whether the command arrived. */
export function isUnanswered(error: unknown): boolean {
  return !(error instanceof UnsayError) || error.code === "network";
}

/** Counted where production runs; in strict mode an uncaught error as well, so that nobody overlooks it. */
export function reportViolation({ options }: SessionContext, violation: ProtocolViolation): void {
  options.onProtocolError?.(violation);
  if (options.strict ?? isDevelopment()) raise(errorOfViolation(violation));
}

function errorOfViolation({ rule, message }: ProtocolViolation): UnsayError {
  return new UnsayError({
    code: "protocol-error",
    message: `Rule ${rule}: ${message} (Said in development and in strict mode; production counts it and goes on. Mend the sender, or set \`strict: false\`.)`,
    retryable: false,
  });
}
