import { errorOfJson, isQuotaError, providerError } from "../adapters/shared/provider-error.js";
import { UnsayError, parseErrorData } from "../protocol/errors.js";
import type { UnsayErrorData } from "../protocol/index.js";
import { parseJson, readText } from "./read-text.js";

/** How much of an error body is read: enough for any message, too little to hurt. UTF-16 units. */
const MAX_PROBLEM_LENGTH = 64 * 1024;
/** The longest wait a server may ask for. */
const MAX_RETRY_AFTER_MS = 60_000;

/** The request may or may not have arrived. */
export function networkError(cause: unknown): UnsayError {
  return new UnsayError(
    {
      code: "network",
      message: `The server could not be reached (${cause instanceof Error ? cause.message : String(cause)}). Nobody knows whether the request arrived. Check the connection and the URL.`,
      retryable: true,
    },
    { cause },
  );
}

/** A refusal by status, in the one error shape. Provider and proxy bodies are read, never rendered. */
export async function problemOfResponse(response: Response): Promise<UnsayError> {
  const body = await readText(response, MAX_PROBLEM_LENGTH);
  const retryAfterMs = retryAfterOf(response.headers);
  const problem = problemInBody(body, response.status) ?? describeStatus(response.status, kindOfBody(body));
  return new UnsayError({ ...problem, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) });
}

/** What a request was sent on to is unknown, and what it carries was meant for one server only, so it is not followed. */
export function redirectError(response: Response): UnsayError {
  const target = response.headers.get("location");
  return new UnsayError({
    code: "invalid-request",
    message: `The server redirected the request${target === null ? "" : ` to ${target.slice(0, 200)}`}. It was not followed, so that no credentials go elsewhere. Give the transport the final URL, or sign in again if this was a login page.`,
    retryable: false,
    userMessage: "The server sent this request somewhere else. You may have to sign in again.",
  });
}

/** The error that a JSON document states, whatever its status; `undefined` when it states none. */
export function problemOfDocument(document: unknown): UnsayErrorData | undefined {
  return ownError(document) ?? errorOfJson(document);
}

function problemInBody(body: string, status: number): UnsayErrorData | undefined {
  const document = parseJson(body);
  return ownError(document) ?? foreignProblem(document, status);
}

/** Our own shape says whether a repeat may help; a provider's error with a code and a message of its own does not. */
function ownError(document: unknown): UnsayErrorData | undefined {
  if (typeof document !== "object" || document === null) return undefined;
  const isForeign = !("retryable" in document) && ["type", "object", "error"].some((name) => name in document);
  return isForeign ? undefined : parseErrorData(document);
}

/** The provider's reason is for developers; what it means for the reader follows from the status. */
function foreignProblem(document: unknown, status: number): UnsayErrorData | undefined {
  const stated = errorOfJson(document) ?? looseError(document);
  if (stated === undefined) return undefined;
  if (stated.code === "context-window" || (status === 429 && isQuotaError(stated))) return stated;
  return { ...describeStatus(status, "a JSON error"), message: stated.message };
}

/** `{"message"}` and `{"detail"}` are errors only where the status says that something is wrong. */
function looseError(document: unknown): UnsayErrorData | undefined {
  if (typeof document !== "object" || document === null) return undefined;
  const fields = document as Readonly<Record<string, unknown>>;
  const message = fields["message"] ?? fields["detail"];
  return typeof message === "string" ? providerError({ ...fields, message }) : undefined;
}

function kindOfBody(body: string): string {
  if (/^\s*</u.test(body)) return "a web page";
  return body.trim() === "" ? "nothing" : "text";
}

function describeStatus(status: number, kind: string): UnsayErrorData {
  const message = `The server answered ${status} with ${kind} instead of an event stream.`;
  switch (status) {
    case 401:
    case 403:
      return {
        code: "unauthorized",
        message: `${message} Sign in again, or check the key.`,
        retryable: false,
        userMessage: "You are not signed in any more. Sign in again and send it once more.",
      };
    case 404:
      return { code: "not-found", message: `${message} Check the URL of the transport and the name of the model.`, retryable: false };
    case 429:
      return {
        code: "rate-limited",
        message: `${message} Wait before asking again.`,
        retryable: true,
        userMessage: "Too many requests right now.",
      };
    case 503:
    case 529:
      return { code: "provider-overloaded", message: `${message} Ask again later.`, retryable: true, userMessage: "The server is busy." };
    case 501:
      return { code: "invalid-request", message: `${message} It does not support this request.`, retryable: false };
    default:
      return status >= 500
        ? { code: "provider-error", message: `${message} Ask again later.`, retryable: true, userMessage: "The server had a problem." }
        : { code: "invalid-request", message: `${message} Look at what the transport sends.`, retryable: false };
  }
}

/** Some providers state milliseconds beside the standard's seconds. A date is read by the server's own clock. */
function retryAfterOf(headers: Headers): number | undefined {
  const ms = Number(headers.get("retry-after-ms") ?? Number.NaN);
  if (ms > 0) return Math.min(ms, MAX_RETRY_AFTER_MS);
  const serverTime = Date.parse(headers.get("date") ?? "");
  return parseRetryAfter(headers.get("retry-after"), Number.isNaN(serverTime) ? Date.now() : serverTime);
}

/** Seconds or a date, clamped; hostile or unreadable values are no values. */
export function parseRetryAfter(header: string | null, epoch: number = Date.now()): number | undefined {
  if (header === null || header.trim() === "") return undefined;
  const seconds = Number(header);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - epoch;
  return Number.isFinite(ms) && ms >= 0 ? Math.min(ms, MAX_RETRY_AFTER_MS) : undefined;
}
