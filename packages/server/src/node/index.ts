import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable, type Duplex } from "node:stream";

export type FetchHandler = (request: Request) => Promise<Response>;
export type NodeHandler = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * Turns a `fetch` handler into one for `node:http`. A slow reader slows only its own stream; one that goes away cancels
 * the body of its response, and nothing else.
 */
export function toNodeHandler(fetch: FetchHandler): NodeHandler {
  return (incoming, outgoing) => {
    answer(fetch, incoming, outgoing).catch(() => outgoing.destroy());
  };
}

async function answer(fetch: FetchHandler, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const request = toRequest(incoming);
  const response =
    request === null ? new Response(BAD_HOST, { status: 400, headers: { "content-type": "application/json" } }) : await fetch(request);
  outgoing.statusCode = response.status;
  for (const [name, value] of response.headers) outgoing.appendHeader(name, value);
  if (response.body === null) {
    outgoing.end();
    return;
  }
  outgoing.flushHeaders();
  await pump(response.body, outgoing);
}

const BAD_HOST = JSON.stringify({
  code: "invalid-request",
  message: "The request has no readable address. Check its Host header and path.",
  retryable: false,
  field: "host",
  hint: "Check its Host header and path.",
});

/** What is no HTTP, or does not arrive, never becomes a request, and is answered all the same. */
function answerNonRequest(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable || error.code === "ECONNRESET") return void socket.destroy();
  const [status, message, retryable] = NON_REQUESTS[error.code ?? ""] ?? UNREADABLE;
  const hint = message.slice(message.lastIndexOf(". ") + 1).trim();
  const body = JSON.stringify({ code: "invalid-request", message, retryable, field: "headers", hint });
  const head = `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\ncache-control: no-store\r\ncontent-length: ${body.length}`;
  socket.end(`${head}\r\nconnection: close\r\n\r\n${body}`);
}

const UNREADABLE = ["400 Bad Request", "This is no readable HTTP request. Send one.", false] as const;

const NON_REQUESTS: Readonly<Record<string, readonly [status: string, message: string, retryable: boolean]>> = {
  HPE_HEADER_OVERFLOW: ["431 Request Header Fields Too Large", "The headers are too large. Send less in them.", false],
  ERR_HTTP_REQUEST_TIMEOUT: ["408 Request Timeout", "The request did not arrive in time. Send it at once.", true],
};

function toRequest(incoming: IncomingMessage): Request | null {
  const url = URL.parse(incoming.url ?? "/", `http://${incoming.headers.host ?? "localhost"}`);
  if (url === null) return null;
  const headers = new Headers();
  for (let index = 0; index + 1 < incoming.rawHeaders.length; index += 2) {
    const [name = "", value = ""] = incoming.rawHeaders.slice(index, index + 2);
    headers.append(name, value);
  }
  const method = incoming.method ?? "GET";
  if (method === "GET" || method === "HEAD") return new Request(url, { method, headers });
  // `duplex` is required for a streamed body, and missing in the DOM's types.
  const init: RequestInit & { duplex: "half" } = {
    method,
    headers,
    body: Readable.toWeb(incoming) as ReadableStream<Uint8Array>,
    duplex: "half",
  };
  return new Request(url, init);
}

async function pump(body: ReadableStream<Uint8Array>, outgoing: ServerResponse): Promise<void> {
  const reader = body.getReader();
  const leave = () => void reader.cancel().catch(() => {});
  outgoing.once("close", leave);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done || outgoing.destroyed) break;
      // A body that fails, as one does whose reader has stalled, must not wait for the socket.
      if (!outgoing.write(value)) await Promise.race([drained(outgoing), reader.closed]);
    }
    outgoing.end();
  } finally {
    outgoing.off("close", leave);
    leave();
  }
}

function drained(outgoing: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      outgoing.off("drain", done);
      outgoing.off("close", done);
      resolve();
    };
    outgoing.once("drain", done);
    outgoing.once("close", done);
  });
}

/** Who sends headers or a body slower than this is cut off. An answer may take as long as it takes. */
const HEADERS_MS = 10_000;
const REQUEST_MS = 30_000;
/** How often it is looked who is too slow. */
const CHECK_MS = 2_000;

export interface ServeOptions {
  readonly fetch: FetchHandler;
  /** 0, the default, takes any free port. */
  readonly port?: number;
  /** Default: 127.0.0.1, which only this machine reaches. */
  readonly host?: string;
}

export interface ServedHandler {
  readonly url: string;
  readonly port: number;
  readonly server: Server;
  /** Takes no new connections, and closes those that are open once their answers are out, or at once with `force`. */
  readonly close: (options?: { readonly force?: boolean }) => Promise<void>;
}

/** Serves a `fetch` handler over HTTP. Rejects when the port is taken. */
export function serve({ fetch, port = 0, host = "127.0.0.1" }: ServeOptions): Promise<ServedHandler> {
  const limits = { headersTimeout: HEADERS_MS, requestTimeout: REQUEST_MS, connectionsCheckingInterval: CHECK_MS };
  const server = createServer(limits, toNodeHandler(fetch)).on("clientError", answerNonRequest);
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      const { port: actual } = server.address() as AddressInfo;
      resolve({ url: `http://${host}:${actual}`, port: actual, server, close: (options) => closeServer(server, options?.force === true) });
    });
  });
}

function closeServer(server: Server, force: boolean): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    if (force) server.closeAllConnections();
    else server.closeIdleConnections();
  });
}
