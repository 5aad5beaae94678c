import type { Decode, DecodeContext, StartCommand } from "../protocol/index.js";
import { decodeBody } from "./event-stream.js";
import { networkError, problemOfBody, problemOfResponse } from "./http-problem.js";
import type { EventStream, Transport } from "./transport.js";

export type FetchFunction = (url: string, init: RequestInit) => Promise<Response>;
type HeadersOption =
  | Readonly<Record<string, string>>
  | (() => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>);

export interface HttpOptions {
  readonly url: string;
  readonly headers?: HeadersOption;
  readonly credentials?: RequestCredentials;
  readonly fetch?: FetchFunction;
}

export interface FetchTransportOptions extends HttpOptions {
  /** The adapter of the wire that the endpoint speaks, such as `decodeUIMessageStream`. */
  readonly decode: Decode;
  /** The request body, sent as JSON. By default `{ id, messages: [{ role, content }] }` of the new user message alone. */
  readonly createBody?: (command: StartCommand) => unknown;
  readonly effectOf?: DecodeContext["effectOf"];
  readonly onDiagnostic?: DecodeContext["onDiagnostic"];
}

/**
 * Posts to an endpoint that answers with a stream of a known wire. Such an endpoint has no resume, no history and no
 * stop command: a lost connection ends the answer as `disconnected`, and Stop closes the connection, unconfirmed.
 */
export function createFetchTransport(options: FetchTransportOptions): Transport {
  return {
    wire: options.decode().wire,
    async start(command, { signal }) {
      const body = JSON.stringify(options.createBody?.(command) ?? defaultBody(command));
      const response = await request(options, options.url, { method: "POST", body, signal });
      return streamOf(response, options.decode, {
        thread: command.thread,
        message: command.answer,
        run: command.startKey,
        ...(options.effectOf === undefined ? {} : { effectOf: options.effectOf }),
        ...(options.onDiagnostic === undefined ? {} : { onDiagnostic: options.onDiagnostic }),
      });
    },
  };
}

function defaultBody(command: StartCommand): unknown {
  return { id: command.thread, messages: [{ id: command.message?.id, role: "user", content: command.message?.text ?? "" }] };
}

/** One request. Rejects with an `UnsayError`: code `network` when nothing came back, else what the status says. */
export async function request(options: HttpOptions, url: string, init: RequestInit): Promise<Response> {
  const send: FetchFunction = options.fetch ?? ((target, fetchInit) => globalThis.fetch(target, fetchInit));
  const headers = typeof options.headers === "function" ? await options.headers() : options.headers;
  let response: Response;
  try {
    response = await send(url, {
      ...init,
      headers: { ...(init.body == null ? {} : { "content-type": "application/json" }), ...headers },
      ...(options.credentials === undefined ? {} : { credentials: options.credentials }),
    });
  } catch (error) {
    throw networkError(error);
  }
  if (!response.ok) throw await problemOfResponse(response);
  return response;
}

/** Rejects with an `UnsayError` for a 200 that is no stream. */
export async function streamOf(response: Response, decode: Decode, context: DecodeContext): Promise<EventStream> {
  const problem = await problemOfBody(response);
  if (problem !== null) throw problem;
  const run = response.headers.get("x-unsay-run") ?? undefined;
  return decodeBody(response.body ?? emptyBody(), decode({ ...context, ...(run === undefined ? {} : { run }) }), {
    run,
    onDiagnostic: context.onDiagnostic,
  });
}

async function* emptyBody(): AsyncGenerator<Uint8Array> {}
