import { UnsayError, type Diagnostic, type ProtocolViolation, type RunCommand } from "../protocol/index.js";
import type { Transport } from "../transport/transport.js";
import type { SessionStore } from "./session-store.js";
import type { SessionOptions } from "./session.types.js";

/** A stop or decision that nobody answered for this long is said to be unconfirmed. */
export const UNCONFIRMED_MS = 5_000;

/** What the parts of one session share. */
export interface SessionContext {
  readonly store: SessionStore;
  readonly transport: Transport;
  /** Id of this client in its commands. */
  readonly client: string;
  readonly createId: () => string;
  readonly options: SessionOptions;
}

/** Rejects with an `UnsayError`, also where the transport takes no commands at all. */
export async function sendCommand({ transport }: SessionContext, command: RunCommand): Promise<void> {
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

/** Counted where production runs; in strict mode an uncaught error as well, so that nobody overlooks it. */
export function reportViolation({ options }: SessionContext, violation: ProtocolViolation): void {
  options.onProtocolError?.(violation);
  if (options.strict !== true) return;
  const error = new UnsayError({
    code: "protocol-error",
    message: `Rule ${violation.rule}: ${violation.message} (Strict mode throws; production counts and goes on.)`,
    retryable: false,
  });
  queueMicrotask(() => {
    throw error;
  });
}
