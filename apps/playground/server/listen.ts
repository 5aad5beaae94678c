import type { Server } from "node:http";
import { UsageError } from "./arguments.ts";

export const HOST = "127.0.0.1";
const FIRST_PORT = 4173;
const PORTS_TO_TRY = 50;

/**
 * Listens on the port that was asked for, or on the first free one from 4173 on. Resolves with the port; rejects with a
 * `UsageError` when it is taken.
 */
export async function listen(server: Server, asked: number | null): Promise<number> {
  const ports = asked === null ? Array.from({ length: PORTS_TO_TRY }, (_, index) => FIRST_PORT + index) : [asked];
  for (const port of ports) {
    const actual = await tryPort(server, port);
    if (actual !== null) return actual;
  }
  throw new UsageError(
    asked === null
      ? `All ports from ${FIRST_PORT} to ${FIRST_PORT + PORTS_TO_TRY - 1} are taken, so the playground can't be served. Set PORT to a free one.`
      : `Port ${asked} is taken by another program, so the playground can't be served there. Set PORT to another one, or leave it out to take the next free one.`,
  );
}

/** `null`: taken. */
function tryPort(server: Server, port: number): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException) => {
      server.off("listening", succeed);
      if (error.code === "EADDRINUSE") resolve(null);
      else reject(new UsageError(`Port ${port} can't be used (${error.code ?? error.message}). Set PORT to another one.`));
    };
    const succeed = () => {
      server.off("error", fail);
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    };
    server.once("error", fail);
    server.once("listening", succeed);
    server.listen(port, HOST);
  });
}
