import { UnsayError } from "../protocol/errors.js";
import type { Decode, DecodeContext, UnsayErrorData, WireDecoder } from "../protocol/index.js";
import { decodeBody, wholeAnswer } from "./event-stream.js";
import { problemOfDocument } from "./http-problem.js";
import { parseJson, readText } from "./read-text.js";
import type { EventStream } from "./transport.js";

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

const WEB_PAGE: UnsayErrorData = {
  code: "stream-corrupt",
  message:
    "A web page came instead of an answer, often a login or a proxy's error page. Check the URL and whether you are still signed in.",
  retryable: false,
  userMessage: "This was a web page, not an answer. You may have to sign in again.",
};

const NOT_A_STREAM: UnsayErrorData = {
  code: "stream-corrupt",
  message: "A JSON document came where an event stream was expected, and it is no whole answer either. Ask the backend for a stream.",
  retryable: false,
};

const NOTHING: UnsayErrorData = {
  code: "stream-eof",
  message: "The server answered 204: it has nothing to say, so no answer will come. Look at what the endpoint returns for a new run.",
  retryable: true,
  userMessage: "The server sent no answer.",
};

/** What a success holds, by its content type: only our word for it, since wires disagree about the name of a stream. */
function kindOfSuccess(response: Response): "web-page" | "document" | "stream" {
  const type = (response.headers.get("content-type") ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
  if (type === "text/html" || type === "application/xhtml+xml") return "web-page";
  return type === "application/json" || type.endsWith("+json") ? "document" : "stream";
}
