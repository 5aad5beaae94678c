import { createServer, type AddressInfo, type Server, type Socket } from "node:net";

export type CutKind = "fin" | "broken" | "reset" | "half-open";

/** Which bytes to send before the connection ends, and how it does. */
export interface Cut {
  readonly body: Uint8Array;
  readonly offset: number;
  readonly kind: CutKind;
}

const HEAD = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n";

/**
 * A server made for tens of thousands of connections: it speaks just enough HTTP to answer `/<n>` with the n-th cut and
 * to end the connection as told. `fin` ends a body of no stated length, `broken` one whose last chunk never comes.
 */
export async function serveCuts(cuts: readonly Cut[]): Promise<{ readonly url: string; readonly close: () => Promise<void> }> {
  const sockets = new Set<Socket>();
  const server: Server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => {});
    let head = "";
    socket.on("data", (bytes) => {
      if (head.includes("\r\n")) return;
      head += bytes.toString("latin1");
      const cut = cuts[Number(/^\S+ \/(\d+)/u.exec(head)?.[1])];
      if (head.includes("\r\n") && cut !== undefined) play(socket, cut);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", 4_096, resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function play(socket: Socket, { body, offset, kind }: Cut): void {
  const part = body.subarray(0, offset);
  socket.cork();
  socket.write(kind === "fin" ? `${HEAD}\r\n` : `${HEAD}transfer-encoding: chunked\r\n\r\n`);
  if (offset > 0) {
    if (kind !== "fin") socket.write(`${offset.toString(16)}\r\n`);
    socket.write(part);
    if (kind !== "fin") socket.write("\r\n");
  }
  socket.uncork();
  if (kind === "fin" || kind === "broken") socket.end();
  else if (kind === "reset") socket.write("", () => setImmediate(() => socket.resetAndDestroy()));
}
