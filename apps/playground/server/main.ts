import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { createServer as createVite } from "vite";
import { parseArguments } from "./arguments.ts";
import type * as AppModule from "./app.ts";
import { HOST, listen } from "./listen.ts";
import { openPage } from "./page.ts";

const PLAYGROUND = fileURLToPath(new URL("..", import.meta.url));
const REPOSITORY = fileURLToPath(new URL("../../..", import.meta.url));
/** After a signal, what has not closed by then is cut off. */
const LAST_MOMENT_MS = 5_000;
const LAST_EVENTS_MS = 200;

try {
  await start();
} catch (error) {
  process.stderr.write(
    isUsageError(error) ? `${error.message}\n` : `The playground could not be started.\n${String((error as Error).stack ?? error)}\n`,
  );
  process.exit(1);
}

/** By name, since Vite gives the modules it loads a class of their own. */
function isUsageError(error: unknown): error is Error {
  return error instanceof Error && error.name === "UsageError";
}

async function start(): Promise<void> {
  const { replay, pace, port: asked } = parseArguments(process.argv.slice(2), process.env);
  const server = createServer((request, response) => void ready.then((handle) => handle(request, response)));
  let open: (handle: (request: IncomingMessage, response: ServerResponse) => void) => void = () => {};
  const ready = new Promise<Parameters<typeof open>[0]>((resolve) => (open = resolve));
  const port = await listen(server, asked);

  // Loads this server's own TypeScript and that of the packages from source, so none of them has to be built first.
  const vite = await createVite({
    root: PLAYGROUND,
    configFile: join(PLAYGROUND, "vite.config.ts"),
    appType: "custom",
    logLevel: "warn",
    clearScreen: false,
    optimizeDeps: { noDiscovery: true },
    server: { middlewareMode: true, hmr: false, ws: false, watch: null },
  });
  const { createApp } = (await vite.ssrLoadModule("/server/app.ts")) as typeof AppModule;
  const page = await openPage(REPOSITORY);
  const app = await createApp({
    dataFolder: process.env["UNSAY_DATA"] ?? join(REPOSITORY, ".unsay"),
    allowedHosts: [HOST, "localhost", "[::1]"].map((host) => `${host}:${port}`),
    environment: process.env,
    replay: replay === null ? null : { path: replay, pace },
  });
  open((request, response) => {
    if (request.url === "/api" || request.url?.startsWith("/api/") === true) app.handle(request, response);
    else page(request, response);
  });

  let isClosing = false;
  const close = async () => {
    if (isClosing) process.exit(1);
    isClosing = true;
    setTimeout(() => process.exit(1), LAST_MOMENT_MS).unref();
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    await app.close();
    // The last events are on their way to readers; who keeps a connection open longer is cut off.
    await Promise.race([closed, sleep(LAST_EVENTS_MS)]);
    server.closeAllConnections();
    await vite.close();
    process.exit(0);
  };
  process.on("SIGINT", () => void close());
  process.on("SIGTERM", () => void close());
  process.stdout.write(`Unsay playground: http://${HOST}:${port}\n`);
}
