import { systemClock, type Clock } from "@unsay/core";
import { HttpProblem, invalidRequest } from "./problem.js";

/** Largest request body, in bytes. */
export const MAX_BODY_BYTES: number = 1024 * 1024;

/** How long a body may take to arrive. */
const BODY_MS = 15_000;

export interface GuardOptions {
  readonly allowedOrigins?: readonly string[];
  readonly allowedHosts?: readonly string[];
}

/** Refuses pages of other sites, and names that a hostile DNS points here. Throws an `HttpProblem`. */
export function checkOrigin(request: Request, { allowedOrigins, allowedHosts }: GuardOptions): void {
  const { host } = new URL(request.url);
  if (allowedHosts !== undefined && !allowedHosts.includes(host)) throw foreignHost(host);
  const origin = request.headers.get("origin");
  if (origin !== null && allowedOrigins?.includes(origin) === true) return;
  if (isForeign(request, origin, host)) throw crossSite(origin);
}

/** By what browsers say of themselves; before they said it, by the page's origin. Programs say neither. */
function isForeign(request: Request, origin: string | null, host: string): boolean {
  const site = request.headers.get("sec-fetch-site");
  if (site !== null) return site === "cross-site" || (site === "same-site" && request.method !== "GET");
  return origin !== null && request.method !== "GET" && URL.parse(origin)?.host !== host;
}

function foreignHost(host: string): HttpProblem {
  return new HttpProblem(403, {
    code: "unauthorized",
    message: `Requests for the host ${JSON.stringify(host.slice(0, 80))} are refused here. Add it to \`allowedHosts\` if it is yours.`,
    retryable: false,
    field: "host",
  });
}

function crossSite(origin: string | null): HttpProblem {
  return new HttpProblem(403, {
    code: "unauthorized",
    message: `A page of another site (${JSON.stringify(origin)}) asked for this, which is refused. Add its origin to \`allowedOrigins\` if it is yours.`,
    retryable: false,
    field: "origin",
  });
}

/** The body as JSON. Throws an `HttpProblem` for another type, too many bytes, too slow a sender, or what is no JSON. */
export async function readJson(request: Request, clock: Clock = systemClock): Promise<unknown> {
  const type = request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
  if (type !== "application/json") {
    throw new HttpProblem(415, {
      code: "invalid-request",
      message: `The body must be application/json; it is ${type === undefined ? "of no stated type" : JSON.stringify(type.slice(0, 80))}. Set the content-type header.`,
      retryable: false,
      field: "content-type",
    });
  }
  const text = await readText(request, clock);
  try {
    return JSON.parse(text);
  } catch {
    throw invalidRequest("The body is not JSON. Send one JSON object.", "body");
  }
}

async function readText(request: Request, clock: Clock): Promise<string> {
  if (Number(request.headers.get("content-length") ?? 0) > MAX_BODY_BYTES) throw tooLarge();
  const reader = request.body?.getReader();
  if (reader === undefined) return "";
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let cancel: () => void = () => {};
  const tooLate = new Promise<never>((_, reject) => (cancel = clock.after(BODY_MS, () => reject(tooSlow()))));
  let text = "";
  let bytes = 0;
  try {
    for (;;) {
      const { done, value } = await Promise.race([reader.read(), tooLate]);
      if (done) return text + decoder.decode();
      bytes += value.byteLength;
      if (bytes > MAX_BODY_BYTES) throw tooLarge();
      text += decoder.decode(value, { stream: true });
    }
  } catch (error) {
    if (error instanceof HttpProblem) throw error;
    throw invalidRequest("The body could not be read as UTF-8 text. Send one JSON object.", "body");
  } finally {
    cancel();
    reader.cancel().catch(() => {});
  }
}

function tooLarge(): HttpProblem {
  return new HttpProblem(413, {
    code: "invalid-request",
    message: `The body is larger than ${MAX_BODY_BYTES} bytes. Send less.`,
    retryable: false,
    field: "body",
  });
}

function tooSlow(): HttpProblem {
  return new HttpProblem(408, {
    code: "invalid-request",
    message: `The body has not arrived within ${BODY_MS} ms. Send it at once.`,
    retryable: true,
    retryAfterMs: 1_000,
    field: "body",
  });
}
