import { parseErrorData, UnsayError, type UnsayErrorData } from "../protocol/index.js";

/** How much of an error body is read: enough for any message, too little to hurt. */
const MAX_PROBLEM_BYTES = 64 * 1024;
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
  const body = await readText(response);
  const stated = parseBody(body);
  const retryAfterMs = parseRetryAfter(response.headers.get("retry-after"));
  return new UnsayError({
    ...(stated ?? describeStatus(response.status, body)),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

/** A 200 that is no stream: a web page, a JSON error, or a whole answer where a stream was asked for. */
export async function problemOfBody(response: Response): Promise<UnsayError | null> {
  const type = (response.headers.get("content-type") ?? "").split(";")[0]?.trim().toLowerCase();
  if (type === "text/html" || type === "application/xhtml+xml") return new UnsayError(WEB_PAGE);
  if (type !== "application/json" && type !== "application/problem+json") return null;
  const stated = parseBody(await readText(response));
  return new UnsayError(stated ?? NOT_A_STREAM);
}

const WEB_PAGE: UnsayErrorData = {
  code: "stream-corrupt",
  message:
    "A web page came instead of an answer, often a login or a proxy's error page. Check the URL and whether you are still signed in.",
  retryable: false,
  userMessage: "A web page came instead of an answer. You may have to sign in again.",
};

const NOT_A_STREAM: UnsayErrorData = {
  code: "stream-corrupt",
  message: "A JSON document came where an event stream was expected. Ask the backend for a stream.",
  retryable: false,
};

async function readText(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  if (reader === undefined) return "";
  const decoder = new TextDecoder();
  let text = "";
  try {
    while (text.length < MAX_PROBLEM_BYTES) {
      const { done, value } = await reader.read();
      if (done) break;
      text += decoder.decode(value, { stream: true });
    }
  } catch {
    return text;
  } finally {
    void reader.cancel().catch(() => {});
  }
  return text;
}

/** Our own error shape, or `{"error": {"message", "type", "code"}}` as providers send it. */
function parseBody(body: string): UnsayErrorData | undefined {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return undefined;
  }
  return parseErrorData(json) ?? parseProviderError(json);
}

function parseProviderError(json: unknown): UnsayErrorData | undefined {
  if (typeof json !== "object" || json === null || !("error" in json)) return undefined;
  const { error } = json;
  if (typeof error === "string") return providerError(error, "");
  if (typeof error !== "object" || error === null) return undefined;
  const fields = error as Record<string, unknown>;
  return providerError(wordOf(fields["message"]) || "no message", `${wordOf(fields["type"])} ${wordOf(fields["code"])}`);
}

/** Codes come as words or numbers; anything else is no word. */
function wordOf(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

function providerError(message: string, kind: string): UnsayErrorData {
  const isRateLimit = /rate.?limit|429/iu.test(kind);
  const isOverloaded = /overloaded|unavailable|503|529/iu.test(kind);
  return {
    code: isRateLimit ? "rate-limited" : isOverloaded ? "provider-overloaded" : "provider-error",
    message: `The provider answered with an error: ${message.replace(/\.?\s*$/u, ".")} ${isRateLimit || isOverloaded ? "Wait before asking again." : "Look at what was sent to it."}`,
    retryable: isRateLimit || isOverloaded,
    userMessage: isRateLimit || isOverloaded ? "The model is busy right now." : "The model provider reported an error.",
  };
}

function describeStatus(status: number, body: string): UnsayErrorData {
  const kind = /^\s*</u.test(body) ? "a web page" : body.trim() === "" ? "nothing" : "text";
  const message = `The server answered ${status} with ${kind} instead of an event stream.`;
  switch (status) {
    case 401:
    case 403:
      return {
        code: "unauthorized",
        message: `${message} Sign in again, or check the key.`,
        retryable: false,
        userMessage: "You are not signed in any more. Sign in and send it again.",
      };
    case 404:
      return { code: "not-found", message: `${message} Check the URL of the transport.`, retryable: false };
    case 429:
      return {
        code: "rate-limited",
        message: `${message} Wait before asking again.`,
        retryable: true,
        userMessage: "Too many requests right now.",
      };
    default:
      return status >= 500
        ? { code: "provider-error", message: `${message} Ask again later.`, retryable: true, userMessage: "The server had a problem." }
        : { code: "invalid-request", message: `${message} Look at what the transport sends.`, retryable: false };
  }
}

/** Seconds or a date, clamped; hostile or unreadable values are no values. */
export function parseRetryAfter(header: string | null, epoch: number = Date.now()): number | undefined {
  if (header === null) return undefined;
  const seconds = Number(header);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - epoch;
  return Number.isFinite(ms) && ms >= 0 ? Math.min(ms, MAX_RETRY_AFTER_MS) : undefined;
}
