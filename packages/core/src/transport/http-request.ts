import { networkError, problemOfResponse, redirectError } from "./http-problem.js";

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
