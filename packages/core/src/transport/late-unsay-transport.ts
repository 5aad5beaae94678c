import { UnsayError } from "../protocol/errors.js";
import type { Transport } from "./transport.js";
import { createUnsayRecords, createUnsayRequests } from "./unsay-records.js";
import type { UnsayTransportOptions } from "./unsay-transport.js";

export type CreateUnsayTransport = (options: UnsayTransportOptions) => Transport;

/**
 * `createUnsayTransport` that fetches what reads a stream before it opens the first one, so that nothing is asked whose
 * answer could not be read. Where that fails, nothing was sent, and the session tries again as after a lost connection.
 */
export function createLateUnsayTransport(options: UnsayTransportOptions, fetch: () => Promise<CreateUnsayTransport>): Transport {
  let whole: Transport | null = null;
  const load = async (): Promise<Transport> => {
    try {
      return (whole ??= (await fetch())(options));
    } catch (cause) {
      throw new UnsayError(NOT_LOADED, { cause });
    }
  };
  const records = createUnsayRecords(createUnsayRequests(options));
  return {
    ...records,
    wire: "unsay",
    idempotentStart: true,
    start: async (command, request) => (await load()).start(command, request),
    command: (command) => whole?.command?.(command) ?? records.command(command),
    resume: async (position, request) => (await load()).resume?.(position, request) ?? { type: "none" },
  };
}

const NOT_LOADED = {
  code: "network",
  message: "A file of this page that reads answers could not be loaded, so nothing was sent. Try again.",
  retryable: true,
} as const;
