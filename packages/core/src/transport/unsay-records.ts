import { parseMessages } from "../thread/parse-messages.js";
import { request, type HttpOptions } from "./http-request.js";
import type { ActiveRun, Transport } from "./transport.js";

/** Requests to `@unsay/server`, mounted at `options.url`. */
export interface UnsayRequests {
  /** An address below the mount. */
  readonly path: (...segments: readonly string[]) => string;
  readonly get: (url: string, signal: AbortSignal) => Promise<Response>;
  readonly post: (url: string, body: unknown, signal?: AbortSignal) => Promise<Response>;
}

export function createUnsayRequests(options: HttpOptions): UnsayRequests {
  const base = options.url.replace(/\/+$/u, "");
  return {
    path: (...segments) => [base, ...segments.map(encodeURIComponent)].join("/"),
    get: (url, signal) => request(options, url, { method: "GET", signal }),
    post: (url, body, signal) =>
      request(options, url, { method: "POST", body: JSON.stringify(body), ...(signal === undefined ? {} : { signal }) }),
  };
}

/** What is stored of a thread, and commands: all that is no stream. */
export function createUnsayRecords({ path, get, post }: UnsayRequests): Required<Pick<Transport, "active" | "history" | "command">> {
  return {
    async active(thread, { signal }) {
      const response = await get(path("threads", thread, "active"), signal);
      return response.status === 204 ? null : ((await response.json()) as ActiveRun);
    },
    async history(thread, { signal }) {
      const response = await get(path("threads", thread, "messages"), signal);
      return parseMessages(messagesOf(await response.json()), thread);
    },
    async command(command) {
      const target = command.run === undefined ? path("threads", command.thread, "commands") : path("runs", command.run, "commands");
      const response = await post(target, command);
      void response.body?.cancel();
    },
  };
}

/** A bare list, or `{ messages }`. */
function messagesOf(body: unknown): unknown {
  return typeof body === "object" && body !== null && "messages" in body ? body.messages : body;
}
