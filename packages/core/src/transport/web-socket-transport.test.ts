import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { WebSocketServer, type WebSocket as ServerSocket } from "ws";
import { WebSocket } from "ws";
import { ask, settle, until } from "../../test-kit/loopback/reading.js";
import { decodeUIMessageStream } from "../adapters/ai-sdk/index.js";
import { textOf } from "../message/index.js";
import { createScriptedTransport, createFakeClock, scripts, type ScriptedTransport } from "../testing/index.js";
import { createSession } from "../session/session.js";
import type { Transport } from "./transport.js";
import { createWebSocketTransport, type WebSocketTransportOptions } from "./web-socket-transport.js";
import type { ClientFrame } from "./web-socket-frames.js";

/** A real `ws` server on loopback, in front of a scripted backend. */

let server: WebSocketServer | undefined;
let sockets: ServerSocket[] = [];
afterEach(() => {
  for (const socket of sockets) socket.terminate();
  sockets = [];
  server?.close();
});

interface Seen {
  readonly frames: ClientFrame[];
  connections: number;
}

type Handle = (frame: ClientFrame, send: (frame: object) => void, socket: ServerSocket) => void;

async function listen(handle: Handle): Promise<{ readonly url: string; readonly seen: Seen }> {
  const seen: Seen = { frames: [], connections: 0 };
  server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  server.on("connection", (socket) => {
    seen.connections += 1;
    sockets.push(socket);
    socket.on("close", () => (sockets = sockets.filter((other) => other !== socket)));
    socket.on("message", (data) => {
      const frame = JSON.parse((data as Buffer).toString("utf8")) as ClientFrame;
      seen.frames.push(frame);
      handle(frame, (answer) => socket.send(JSON.stringify({ id: frame.id, ...answer })), socket);
    });
  });
  await new Promise((resolve) => server?.once("listening", resolve));
  return { url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

/** Serves any transport: what a backend has to do on a socket. */
function serveTransport(backend: Transport): Handle {
  const leaving = new Map<string, AbortController>();
  const pump = async (frame: ClientFrame, send: (answer: object) => void, signal: AbortSignal): Promise<void> => {
    const found = frame.type === "resume" ? await backend.resume?.(frame, { signal }) : null;
    if (found?.type === "none" || found?.type === "gone") return send({ type: found.type });
    const stream = found?.stream ?? (frame.type === "start" ? await backend.start(frame.command, { signal }) : []);
    send({ type: "open" });
    for await (const batch of stream) for (const event of batch) send({ type: "event", event });
    send({ type: "end" });
  };
  return (frame, send, socket) => {
    if (frame.type === "leave") return leaving.get(frame.id)?.abort();
    if (frame.type === "command") return void backend.command?.(frame.command).then(() => send({ type: "reply", value: null }));
    if (frame.type === "active" || frame.type === "history") return send({ type: "reply", value: frame.type === "active" ? null : [] });
    const abort = new AbortController();
    leaving.set(frame.id, abort);
    socket.on("close", () => abort.abort());
    void pump(frame, send, abort.signal);
  };
}

function connect(url: string, options: Partial<WebSocketTransportOptions> = {}): Transport {
  return createWebSocketTransport({ url, createSocket: (target) => new WebSocket(target), ...options });
}

function backend(): { readonly clock: ReturnType<typeof createFakeClock>; readonly transport: ScriptedTransport } {
  const clock = createFakeClock();
  return { clock, transport: createScriptedTransport(scripts.complete, { clock }) };
}

async function play(clock: ReturnType<typeof createFakeClock>, ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 200) {
    await settle();
    await clock.advance(200);
  }
  await settle();
}

describe("a WebSocket transport", () => {
  it("reads a run from start to complete over one socket, and closes it when nothing is left", async () => {
    const { clock, transport } = backend();
    const { url, seen } = await listen(serveTransport(transport));
    const reading = ask(connect(url), { clock });
    await play(clock, 10_000);
    expect(await reading.ended()).toMatchObject({ status: "complete", stated: true });
    expect(textOf(reading.answer())).toContain("Drain the pool");
    expect(seen.connections).toBe(1);
    await until(() => sockets.length === 0, "the socket to close");
  });

  it("asks on a new socket right after the last answer: the old one's close is nobody's loss", async () => {
    const { clock, transport } = backend();
    const { url, seen } = await listen(serveTransport(transport));
    const reading = ask(connect(url), { clock });
    reading.session.queue("again");
    await play(clock, 20_000);
    expect(reading.session.store.getState().messages.map(({ status }) => status)).toEqual(Array(4).fill("complete"));
    expect(seen.frames.map(({ type }) => type)).toEqual(["start", "start"]);
    expect(reading.connections).not.toContain("lost");
  });

  it("carries several runs and their commands on one socket, each to its own", async () => {
    const { clock, transport } = backend();
    const { url, seen } = await listen(serveTransport(transport));
    const shared = connect(url);
    const readings = ["a", "b", "c"].map((id) => ask(shared, { id, clock }));
    await play(clock, 600);
    readings[1]?.session.stop();
    await play(clock, 10_000);
    const ends = await Promise.all(readings.map((reading) => reading.ended()));
    expect(ends.map(({ status }) => status)).toEqual(["complete", "truncated", "complete"]);
    expect(ends[1]).toMatchObject({ cause: "stopped", stated: true });
    expect(seen.connections).toBe(1);
  });

  it("is cut by a socket that closes, and resumes by cursor on the next: no word twice, one seam", async () => {
    const { clock, transport } = backend();
    const { url, seen } = await listen(serveTransport(transport));
    const reading = ask(connect(url), { clock });
    await play(clock, 800);
    const shown = textOf(reading.answer());
    for (const socket of sockets) socket.terminate();
    await until(() => reading.session.store.getState().connection.status === "lost");
    await play(clock, 10_000);
    expect((await reading.ended()).status).toBe("complete");
    expect(textOf(reading.answer()).startsWith(shown)).toBe(true);
    expect(textOf(reading.answer())).toBe(await textOfUncut());
    expect(seen.frames.map(({ type }) => type)).toEqual(["start", "resume"]);
    expect(seen.connections).toBe(2);
  });

  it("leaves without stopping: a disconnect is never a stop", async () => {
    const { clock, transport } = backend();
    const { url, seen } = await listen(serveTransport(transport));
    const session = createSession({ id: "t", transport: connect(url), clock, strict: false });
    const detach = session.attach();
    session.send("go");
    await play(clock, 800);
    detach();
    await play(clock, 400);
    expect(seen.frames.map(({ type }) => type)).toEqual(["start", "leave"]);
    await until(() => sockets.length === 0, "the socket to close");
    session.attach();
    await play(clock, 10_000);
    expect(session.store.getState().messages.at(-1)?.status).toBe("complete");
    expect(transport.sent.map(({ command }) => command)).toEqual(["start"]);
  });

  it("breaks off at what is no frame, says so, and shows none of it", async () => {
    const { url } = await listen((frame, send, socket) => {
      if (frame.type !== "start") return send({ type: "none" });
      send({ type: "open" });
      socket.send("<html>524</html>");
    });
    const answer = await ask(connect(url, { idempotentStart: false }), { reconnect: { tries: 1, baseMs: 1 } }).ended();
    expect(answer).toMatchObject({ status: "truncated", cause: "corrupt", error: { code: "stream-corrupt" } });
    expect(JSON.stringify(answer)).not.toContain("<html");
  });

  it("skips frames of types and ids that it does not know", async () => {
    const { clock, transport } = backend();
    const inner = serveTransport(transport);
    const { url } = await listen((frame, send, socket) => {
      socket.send(JSON.stringify({ id: "stranger", type: "event", event: {} }));
      send({ type: "of-a-later-version" });
      inner(frame, send, socket);
    });
    const reading = ask(connect(url), { clock });
    await play(clock, 10_000);
    expect((await reading.ended()).status).toBe("complete");
  });

  it("shows the server's refusal", async () => {
    const error = { code: "unauthorized", message: "Sign in.", retryable: false };
    const { url } = await listen((_frame, send) => send({ type: "error", error }));
    expect(await ask(connect(url)).ended()).toMatchObject({ status: "truncated", cause: "failed", error: { code: "unauthorized" } });
  });

  it("ends disconnected, retryable, where there is no server", async () => {
    const { url } = await listen(() => {});
    server?.close();
    const answer = await ask(connect(url), { reconnect: { tries: 2, baseMs: 1 } }).ended();
    expect(answer).toMatchObject({ status: "truncated", cause: "disconnected", error: { code: "network", retryable: true } });
  });

  it("reads another wire's events with that wire's adapter", async () => {
    const chunks = [
      { type: "start" },
      { type: "start-step" },
      { type: "text-start", id: "1" },
      { type: "text-delta", id: "1", delta: "hi" },
      { type: "text-end", id: "1" },
      { type: "finish-step" },
      { type: "finish", finishReason: "stop" },
    ];
    const { url } = await listen((_frame, send) => {
      send({ type: "open" });
      for (const event of chunks) send({ type: "event", event });
      send({ type: "end" });
    });
    const answer = await ask(connect(url, { decode: decodeUIMessageStream })).ended();
    expect(answer.status).toBe("complete");
    expect(textOf(answer)).toBe("hi");
  });
});

async function textOfUncut(): Promise<string> {
  const { clock, transport } = backend();
  const session = createSession({ id: "t", transport, clock });
  session.send("go");
  await clock.advance(20_000);
  const message = session.store.getState().messages.at(-1);
  return message === undefined ? "" : textOf(message);
}
