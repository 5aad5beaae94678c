import type { Session, SessionOptions, Transport } from "@unsay/core";

export type OpenSession = (options: SessionOptions) => Session;

/** Hot reloading loads a module again, and a bundle may hold it twice; the sessions are the page's all the same. */
const KEY: unique symbol = Symbol.for("@unsay/react sessions");
const page = globalThis as typeof globalThis & { [KEY]?: WeakMap<Transport, Map<string, Session>> };

/**
 * One session for each transport and thread, however many hooks ask: one connection, one store, one truth. It lives as
 * long as the transport, so a component that unmounts and comes back finds its thread as it was. A server keeps none: its
 * modules live through the requests of everybody, and nobody may be shown what was given for somebody else.
 */
const sessions = (page[KEY] ??= new WeakMap<Transport, Map<string, Session>>());

export function sessionOf(options: SessionOptions & { readonly id: string }, open: OpenSession): Session {
  if (typeof document === "undefined") return open(options);
  const known = sessions.get(options.transport) ?? new Map<string, Session>();
  sessions.set(options.transport, known);
  const session = known.get(options.id) ?? open(options);
  known.set(options.id, session);
  return session;
}
