import type { Clock } from "../session/session.types.js";

/** What a fault may use. Time and chance come in, so the same seed breaks the same stream in the same places. */
export interface FaultTools<Unit> {
  readonly clock: Clock;
  readonly random: () => number;
  /** Aborts when the reader leaves. */
  readonly signal: AbortSignal;
  /** The unit as damage makes it, and whether anything can be read after it. */
  readonly corrupt: (unit: Unit) => { readonly unit: Unit; readonly isLast: boolean };
}

interface FaultBase {
  readonly name: string;
  /** Which connections it strikes; the first is 1. */
  readonly strikes: (connection: number) => boolean;
  /** It strikes commands and the stored thread too, as long as it would strike the next connection. */
  readonly everything?: true;
}

/** Works on whatever comes in pieces: the events of a stream, or the frames of a body. */
export interface UnitFault extends FaultBase {
  readonly level: "units";
  transform<Unit>(batches: AsyncIterable<readonly Unit[]>, tools: FaultTools<Unit>): AsyncGenerator<readonly Unit[]>;
}

/** Works on bytes, wherever frames and characters end. */
export interface ByteFault extends FaultBase {
  readonly level: "bytes";
  transform(chunks: AsyncIterable<Uint8Array>, tools: FaultTools<Uint8Array>): AsyncGenerator<Uint8Array>;
}

/** Another answer than the backend's. The backend never sees the request. */
export interface AnswerFault extends FaultBase {
  readonly level: "answer";
  /** Rejects as `fetch` does when nothing came back. */
  respond(): Promise<Response>;
}

/** What can be done to a transport, whatever its wire. */
export type EventFault = UnitFault | AnswerFault;
/** What can be done to a `fetch`. */
export type Fault = EventFault | ByteFault;

/** A connection that broke, as opposed to one that was closed. */
export class ConnectionReset extends Error {
  constructor() {
    super("The connection was reset.");
    this.name = "ConnectionReset";
  }
}

export const onlyFirst = (connection: number): boolean => connection === 1;

/** The fault on every connection, resumed ones included. Without it a fault strikes the first connection only. */
export function always<F extends Fault>(fault: F): F {
  return { ...fault, strikes: () => true };
}

/** The fault on the connection with this number; the first is 1. */
export function onConnection<F extends Fault>(connection: number, fault: F): F {
  return { ...fault, strikes: (each) => each === connection };
}

/** The fault on the connection with this number and all later ones: a server that went away and stays away. */
export function fromConnection<F extends Fault>(connection: number, fault: F): F {
  return { ...fault, strikes: (each) => each >= connection };
}

/** The fault on commands and the stored thread too: nothing gets through, not only no answer. */
export function everything(fault: AnswerFault): AnswerFault {
  return { ...fault, everything: true };
}
