import { HttpProblem, invalidRequest } from "./problem.js";

/** Largest request body, in bytes. */
export const MAX_BODY_BYTES: number = 1024 * 1024;

export interface GuardOptions {
  readonly allowedOrigins?: readonly string[];
  readonly allowedHosts?: readonly string[];
}

/** Refuses pages of other sites, and names that a hostile DNS points here. Throws an `HttpProblem`. */
export function checkOrigin(request: Request, { allowedOrigins, allowedHosts }: GuardOptions): void {
  const { host } = new URL(request.url);
  if (allowedHosts !== undefined && !allowedHosts.includes(host)) throw foreignHost(host);
  if (request.method === "GET") return;
  const origin = request.headers.get("origin");
  if (origin !== null && allowedOrigins?.includes(origin) === true) return;
  const site = request.headers.get("sec-fetch-site");
  if (site === "cross-site" || site === "same-site") throw crossSite(origin);
}

function foreignHost(host: string): HttpProblem {
  return new HttpProblem(403, {
    code: "unauthorized",
    message: `Requests for the host ${JSON.stringify(host.slice(0, 80))} are refused here. Add it to \`allowedHosts\` if it is yours.`,
    retryable: false,
  });
}

function crossSite(origin: string | null): HttpProblem {
  return new HttpProblem(403, {
    code: "unauthorized",
    message: `A page of another site (${JSON.stringify(origin)}) asked for a change, which is refused. Add its origin to \`allowedOrigins\` if it is yours.`,
    retryable: false,
  });
}

/** The body as JSON. Throws an `HttpProblem` for another type, too many bytes, or what is no JSON. */
export async function readJson(request: Request): Promise<unknown> {
  const type = request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (type !== "application/json") {
    throw new HttpProblem(415, {
      code: "invalid-request",
      message: `The body must be application/json; it is ${type === undefined ? "of no stated type" : JSON.stringify(type.slice(0, 80))}. Set the content-type header.`,
      retryable: false,
    });
  }
  const text = await readText(request);
  try {
    return JSON.parse(text);
  } catch {
    throw invalidRequest("The body is not JSON. Send one JSON object.");
  }
}

async function readText(request: Request): Promise<string> {
  if (Number(request.headers.get("content-length") ?? 0) > MAX_BODY_BYTES) throw tooLarge();
  const reader = request.body?.getReader();
  if (reader === undefined) return "";
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let text = "";
  let bytes = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return text + decoder.decode();
      bytes += value.byteLength;
      if (bytes > MAX_BODY_BYTES) throw tooLarge();
      text += decoder.decode(value, { stream: true });
    }
  } catch (error) {
    if (error instanceof HttpProblem) throw error;
    throw invalidRequest("The body could not be read as UTF-8 text. Send one JSON object.");
  } finally {
    reader.cancel().catch(() => {});
  }
}

function tooLarge(): HttpProblem {
  return new HttpProblem(413, {
    code: "invalid-request",
    message: `The body is larger than ${MAX_BODY_BYTES} bytes. Send less.`,
    retryable: false,
  });
}
