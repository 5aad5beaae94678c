import { guardCallbacks } from "../protocol/host-callback.js";
import type { Decode, DecodeContext, StartCommand } from "../protocol/index.js";
import { request, type HttpOptions } from "./http-request.js";
import { streamOf } from "./response-stream.js";
import type { Transport } from "./transport.js";

export interface FetchTransportOptions extends HttpOptions {
  /** The adapter of the wire that the endpoint speaks, such as `decodeUIMessageStream`. */
  readonly decode: Decode;
  /** The request body, sent as JSON. By default `{ id, messages: [{ role, content }] }` of the new user message alone. */
  readonly createBody?: (command: StartCommand) => unknown;
  /**
   * The endpoint never starts twice for one value of the `Idempotency-Key` header, which is then sent. Only so may a
   * question be asked again without the reader: when the server is busy, or when nobody knows whether it arrived.
   */
  readonly idempotentStart?: boolean;
  readonly effectOf?: DecodeContext["effectOf"];
  readonly onDiagnostic?: DecodeContext["onDiagnostic"];
  /** What one answer may hold before it is no longer read. */
  readonly limits?: DecodeContext["limits"];
}

/**
 * Posts to an endpoint that answers with a stream of a known wire. Such an endpoint has no resume, no history and no
 * stop command: a lost connection ends the answer as `disconnected`, and Stop closes the connection, unconfirmed.
 */
export function createFetchTransport(given: FetchTransportOptions): Transport {
  const options = guardCallbacks(given, ["onDiagnostic"]);
  const { idempotentStart = false } = options;
  return {
    wire: options.decode().wire,
    idempotentStart,
    async start(command, { signal }) {
      const body = JSON.stringify(options.createBody?.(command) ?? defaultBody(command));
      const headers = idempotentStart ? { "idempotency-key": command.startKey } : {};
      const response = await request(options, options.url, { method: "POST", body, headers, signal });
      return streamOf(response, options.decode, {
        thread: command.thread,
        message: command.answer,
        run: command.startKey,
        ...(options.effectOf === undefined ? {} : { effectOf: options.effectOf }),
        ...(options.onDiagnostic === undefined ? {} : { onDiagnostic: options.onDiagnostic }),
        ...(options.limits === undefined ? {} : { limits: options.limits }),
      });
    },
  };
}

function defaultBody(command: StartCommand): unknown {
  return { id: command.thread, messages: [{ id: command.message?.id, role: "user", content: command.message?.text ?? "" }] };
}
