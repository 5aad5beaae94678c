import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { systemClock } from "../../src/session/clock.js";
import type { Clock } from "../../src/session/session.types.js";

/** One thing a scripted reply does. Waits are ms of the injected clock. */
export type Step =
  | { readonly write: string | Uint8Array }
  | { readonly wait: number }
  /** `end` closes the body in due form, `fin` the socket in the middle of it, `reset` sends RST, `half-open` falls silent for ever. */
  | { readonly close: "end" | "fin" | "reset" | "half-open" };

export interface Reply {
  /** Ms until the status line. */
  readonly delay?: number;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly steps?: readonly Step[];
}

/** What a client asked, and when. */
export interface Asked {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly at: number;
}

export type Respond = (asked: Asked, count: number) => Reply;

export interface Loopback {
  readonly url: string;
  readonly asked: readonly Asked[];
  /** Sockets that are open now. */
  readonly openSockets: number;
  close(): Promise<void>;
}

export const EVENT_STREAM: Readonly<Record<string, string>> = { "content-type": "text/event-stream" };

/** A real HTTP server on loopback whose replies are scripts: `respond` gives one for each request, counted from 0. */
export async function serve(respond: Respond, clock: Clock = systemClock): Promise<Loopback> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const entry = { method: request.method ?? "", path: request.url ?? "", headers: request.headers, body, at: clock.now() };
      asked.push(entry);
      return play(respond(entry, asked.length - 1), response, clock);
    });
  });
  const sockets = countSockets(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    get openSockets() {
      return sockets.size;
    },
    close: () => closeServer(server),
  };
}

function countSockets(server: Server): ReadonlySet<unknown> {
  const sockets = new Set<unknown>();
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => {});
  });
  return sockets;
}

async function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = "";
  for await (const chunk of request) body += String(chunk);
  return body;
}

async function play(reply: Reply, response: ServerResponse, clock: Clock): Promise<void> {
  const { status = 200, headers = EVENT_STREAM, steps = [{ close: "end" }] } = reply;
  response.on("error", () => {});
  if (reply.delay !== undefined) await pause(clock, reply.delay);
  response.writeHead(status, { connection: "close", ...headers });
  response.flushHeaders();
  for (const step of steps) {
    if (response.destroyed) return;
    if ("write" in step) await write(response, step.write);
    else if ("wait" in step) await pause(clock, step.wait);
    else return close(response, step.close);
  }
  response.end();
}

/** Waits for the socket, so that a reader who pauses makes the script wait. */
function write(response: ServerResponse, chunk: string | Uint8Array): Promise<void> {
  return new Promise((resolve) => void response.write(chunk, () => resolve()));
}

function pause(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => void clock.after(ms, resolve));
}

function close(response: ServerResponse, how: "end" | "fin" | "reset" | "half-open"): void {
  if (how === "end") response.end();
  else if (how === "fin") response.socket?.end();
  else if (how === "reset") response.socket?.resetAndDestroy();
}
