import type { UnsayErrorData } from "@unsay/core/protocol";

/** A refusal with its status: thrown inside the server, answered as JSON in the one error shape. */
export class HttpProblem extends Error {
  readonly status: number;
  readonly data: UnsayErrorData;

  constructor(status: number, data: UnsayErrorData, options?: ErrorOptions) {
    super(data.message, options);
    this.name = "HttpProblem";
    this.status = status;
    this.data = data;
  }
}

const PRIVATE_HEADERS = { "cache-control": "no-store", "x-content-type-options": "nosniff" };

export function jsonResponse(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json", ...PRIVATE_HEADERS, ...headers } });
}

export function emptyResponse(): Response {
  return new Response(null, { status: 204, headers: PRIVATE_HEADERS });
}

export function problemResponse({ status, data }: HttpProblem): Response {
  const retry = data.retryAfterMs === undefined ? {} : { "retry-after": String(Math.ceil(data.retryAfterMs / 1000)) };
  return jsonResponse(status, withHint(data), retry);
}

/** Every message here ends with what to do about it, which is the hint where there is no better one. */
export function withHint(data: UnsayErrorData): UnsayErrorData {
  return { hint: data.message.slice(data.message.lastIndexOf(". ") + 1).trim(), ...data };
}

export function invalidRequest(message: string, field?: string): HttpProblem {
  return new HttpProblem(400, { code: "invalid-request", message, retryable: false, ...(field === undefined ? {} : { field }) });
}

/** The same words for what does not exist and for what this user may not see, so that ids can't be probed. */
export function notFound(): HttpProblem {
  return new HttpProblem(404, {
    code: "not-found",
    message: "There is nothing here, or you may not see it. Check the address and that you are signed in.",
    retryable: false,
    field: "address",
  });
}

/** Not an id that is kept secret but an address that nothing here ever has, such as that of a mount which the page's transport does not know. */
export function noRoute(basePath: string): HttpProblem {
  return new HttpProblem(404, {
    code: "not-found",
    message: `No route of Unsay has this address. This server is mounted at "${basePath === "" ? "/" : basePath}" (\`basePath\`). Give the page's transport that address as its \`url\`.`,
    retryable: false,
    field: "address",
  });
}

export function conflict(code: string, message: string, field?: string): HttpProblem {
  return new HttpProblem(409, { code, message, retryable: false, ...(field === undefined ? {} : { field }) });
}
