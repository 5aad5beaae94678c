import { UnsayError } from "../protocol/errors.js";
import { guardCallbacks } from "../protocol/host-callback.js";
import type { Decode, DecodeContext, StartCommand, WireDecoder } from "../protocol/index.js";
import { decodeBody, wholeAnswer } from "./event-stream.js";
import {
  kindOfSuccess,
  networkError,
  NOT_A_STREAM,
  NOTHING,
  problemOfDocument,
  problemOfResponse,
  redirectError,
  WEB_PAGE,
} from "./http-problem.js";
import { parseJson, readText } from "./read-text.js";
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

/** As `RequestInit`, with headers that can be merged. */
type RequestOptions = Omit<RequestInit, "headers"> & { readonly headers?: Readonly<Record<string, string>> };

/**
 * One request. Rejects with an `UnsayError`: code `network` when nothing came back, else what the status says. No
 * redirect is followed, since headers of the host's own and the question would go along to wherever it leads.
 */
export async function request(options: HttpOptions, url: string, init: RequestOptions): Promise<Response> {
  const send: FetchFunction = options.fetch ?? ((target, fetchInit) => globalThis.fetch(target, fetchInit));
  const headers = typeof options.headers === "function" ? await options.headers() : options.headers;
  let response: Response;
  try {
    response = await send(url, {
      redirect: "manual",
      ...init,
      headers: { ...(init.body == null ? {} : { "content-type": "application/json" }), ...init.headers, ...headers },
      ...(options.credentials === undefined ? {} : { credentials: options.credentials }),
    });
  } catch (error) {
    throw networkError(error);
  }
  if (isRedirect(response)) throw redirectError(response);
  if (!response.ok) throw await problemOfResponse(response);
  return response;
}

/** Pages are told only that there was a redirect; elsewhere it can be read. */
function isRedirect(response: Response): boolean {
  return response.type === "opaqueredirect" || (response.status >= 300 && response.status < 400);
}

/** A whole answer is no longer than this; what is, is no answer. UTF-16 units. */
const MAX_DOCUMENT_LENGTH = 8 * 1024 * 1024;

/** Rejects with an `UnsayError` for a success that is neither a stream nor a whole answer. */
export async function streamOf(response: Response, decode: Decode, context: DecodeContext): Promise<EventStream> {
  if (response.status === 204) throw new UnsayError(NOTHING);
  const run = response.headers.get("x-unsay-run") ?? undefined;
  const decoder = decode({ ...context, ...(run === undefined ? {} : { run }) });
  const options = { run, onDiagnostic: context.onDiagnostic };
  switch (kindOfSuccess(response)) {
    case "web-page":
      void response.body?.cancel();
      throw new UnsayError(WEB_PAGE);
    case "document":
      return streamOfText(await readText(response, MAX_DOCUMENT_LENGTH), decoder, options);
    case "stream":
      return decodeBody(response.body ?? emptyBody(), decoder, options);
  }
}

/** What calls itself a JSON document: an answer, an error, or a stream under a wrong name. */
function streamOfText(
  text: string,
  decoder: WireDecoder,
  options: { readonly run: string | undefined; readonly onDiagnostic: DecodeContext["onDiagnostic"] | undefined },
): EventStream {
  const document = parseJson(text);
  if (document === undefined) return decodeBody(bytesOf(text), decoder, options);
  const problem = problemOfDocument(document);
  if (problem !== undefined) throw new UnsayError(problem);
  const events = decoder.readDocument?.(document);
  if (events === undefined) throw new UnsayError(NOT_A_STREAM);
  return wholeAnswer(events, decoder, options);
}

async function* bytesOf(text: string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(text);
}

async function* emptyBody(): AsyncGenerator<Uint8Array> {}
