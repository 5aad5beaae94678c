import { decodeUnsay } from "../adapters/unsay/index.js";
import { guardCallbacks } from "../protocol/host-callback.js";
import type { DecodeContext, WireDecoder } from "../protocol/index.js";
import type { HttpOptions } from "./http-request.js";
import { streamOf } from "./response-stream.js";
import { StreamInTurns, type TurnConnection } from "./stream-in-turns.js";
import { turnsOfPage, type StreamTurns } from "./stream-turns.js";
import type { EventStream, ResumeRequest, ResumeResult, Transport } from "./transport.js";
import { createUnsayRecords, createUnsayRequests } from "./unsay-records.js";

export interface UnsayTransportOptions extends HttpOptions {
  readonly onDiagnostic?: DecodeContext["onDiagnostic"];
  /** What one answer may hold before it is no longer read. */
  readonly limits?: DecodeContext["limits"];
}

/**
 * Speaks to `@unsay/server`, mounted at `url`: runs that outlive their connection, a stop that is acknowledged, gates
 * that the server enforces, and a stored thread. Over HTTP/1.1 a page has six connections to an origin, so there its streams take turns
 * where they are more than four; to the reader of one it is one.
 */
export function createUnsayTransport(given: UnsayTransportOptions): Transport {
  return createUnsayTransportIn(turnsOfPage(given.url), given);
}

/** The same, with streams that take turns with the others of `turns`. */
export function createUnsayTransportIn(turns: StreamTurns, given: UnsayTransportOptions): Transport {
  const options = guardCallbacks(given, ["onDiagnostic"]);
  const requests = createUnsayRequests(options);
  const { path, get, post } = requests;
  const reading: DecodeContext = {
    ...(options.onDiagnostic === undefined ? {} : { onDiagnostic: options.onDiagnostic }),
    ...(options.limits === undefined ? {} : { limits: options.limits }),
  };

  const read = (response: Response, context: DecodeContext, connection: TurnConnection): Promise<EventStream> =>
    streamOf(response, (whole) => decodeUntilLeft(whole, connection), { ...context, ...reading });

  async function resume({ thread, run, message, after }: ResumeRequest, connection: TurnConnection): Promise<ResumeResult> {
    try {
      const response = await get(`${path("runs", run, "events")}?after=${after}`, connection.signal);
      if (response.status === 204) return { type: "none" };
      return { type: "stream", stream: await read(response, { thread, run, message }, connection) };
    } catch (error) {
      if (isCode(error, "cursor-expired")) return { type: "gone" };
      if (isCode(error, "not-found")) return { type: "none" };
      throw error;
    }
  }

  const records = createUnsayRecords(requests);
  return {
    ...records,
    wire: "unsay",
    idempotentStart: true,
    command(command) {
      if (command.run !== undefined) turns.hurry(command.run);
      return records.command(command);
    },
    async start(command, { signal }) {
      const { thread, answer: message } = command;
      const stream = new StreamInTurns(turns, signal);
      const first = await stream.open(async (connection) => {
        const response = await post(path("threads", thread, "runs"), command, connection.signal);
        return read(response, { thread, message }, connection);
      });
      return stream.read(first, (run, after, connection) => resume({ thread, run, message, after }, connection));
    },
    async resume(request, { signal }) {
      const stream = new StreamInTurns(turns, signal);
      const found = await stream.open((connection) => resume(request, connection));
      if (found.type !== "stream") return found;
      const rest = stream.read(found.stream, (_run, after, connection) => resume({ ...request, after }, connection), request);
      return { type: "stream", stream: rest };
    },
  };
}

/** A stream that gave way has not ended, so no verdict is given on how it did. */
function decodeUntilLeft(context: DecodeContext | undefined, connection: TurnConnection): WireDecoder {
  const decoder = decodeUnsay(context);
  return { ...decoder, end: () => (connection.hasLeft ? [] : decoder.end()) };
}

function isCode(error: unknown, code: string): boolean {
  return typeof error === "object" && error !== null && "code" in error && error.code === code;
}
