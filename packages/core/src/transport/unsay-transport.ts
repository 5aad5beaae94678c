import { decodeUnsay } from "../adapters/unsay/index.js";
import { guardCallbacks } from "../protocol/host-callback.js";
import type { DecodeContext } from "../protocol/index.js";
import { parseMessages } from "../thread/parse-messages.js";
import { request, streamOf, type HttpOptions } from "./fetch-transport.js";
import type { ActiveRun, Transport } from "./transport.js";

export interface UnsayTransportOptions extends HttpOptions {
  readonly onDiagnostic?: DecodeContext["onDiagnostic"];
  /** What one answer may hold before it is no longer read. */
  readonly limits?: DecodeContext["limits"];
}

/**
 * Speaks to `@unsay/server`, mounted at `url`: runs that outlive their connection, a stop that is acknowledged, gates
 * that the server enforces, and a stored thread.
 */
export function createUnsayTransport(given: UnsayTransportOptions): Transport {
  const options = guardCallbacks(given, ["onDiagnostic"]);
  const base = options.url.replace(/\/+$/u, "");
  const path = (...segments: readonly string[]) => [base, ...segments.map(encodeURIComponent)].join("/");
  const reading: DecodeContext = {
    ...(options.onDiagnostic === undefined ? {} : { onDiagnostic: options.onDiagnostic }),
    ...(options.limits === undefined ? {} : { limits: options.limits }),
  };
  const get = (url: string, signal: AbortSignal) => request(options, url, { method: "GET", signal });
  const post = (url: string, body: unknown, signal?: AbortSignal) =>
    request(options, url, { method: "POST", body: JSON.stringify(body), ...(signal === undefined ? {} : { signal }) });

  return {
    wire: "unsay",
    idempotentStart: true,
    async start(command, { signal }) {
      const response = await post(path("threads", command.thread, "runs"), command, signal);
      return streamOf(response, decodeUnsay, { thread: command.thread, message: command.answer, ...reading });
    },
    async resume({ thread, run, message, after }, { signal }) {
      try {
        const response = await get(`${path("runs", run, "events")}?after=${after}`, signal);
        if (response.status === 204) return { type: "none" };
        return { type: "stream", stream: await streamOf(response, decodeUnsay, { thread, run, message, ...reading }) };
      } catch (error) {
        if (isCode(error, "cursor-expired")) return { type: "gone" };
        if (isCode(error, "not-found")) return { type: "none" };
        throw error;
      }
    },
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

function isCode(error: unknown, code: string): boolean {
  return typeof error === "object" && error !== null && "code" in error && error.code === code;
}

/** A bare list, or `{ messages }`. */
function messagesOf(body: unknown): unknown {
  return typeof body === "object" && body !== null && "messages" in body ? body.messages : body;
}
