import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const ENTRY = fileURLToPath(new URL("../packages/ui/test-pages/markdown.tsx", import.meta.url));

/** Nothing but the page's own script may run or load. What model text makes the page ask for is a violation. */
const CLOSED =
  "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'; connect-src 'self'; require-trusted-types-for 'script'";
const PAGE =
  '<!doctype html><html lang="en"><meta charset="utf-8"><title>Markdown</title><script type="module" src="/page.js"></script></html>';

/** The Markdown components alone: under the closed policy at `/`, without one at `/open`. */
export async function serveMarkdownPage(): Promise<{ readonly server: Server; readonly origin: string }> {
  const script = await bundle();
  const server = createServer((request, response) => {
    if (request.url === "/page.js") response.writeHead(200, { "content-type": "text/javascript" }).end(script);
    else if (request.url === "/favicon.ico") response.writeHead(204).end();
    else response.writeHead(200, headersOf(request.url)).end(PAGE);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  return { server, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

function headersOf(path: string | undefined): Record<string, string> {
  const html = { "content-type": "text/html; charset=utf-8" };
  return path === "/" ? { ...html, "content-security-policy": CLOSED } : html;
}

async function bundle(): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: "error",
    // Tests run with NODE_ENV "test", which would ask for the development runtime of JSX.
    oxc: { jsx: { runtime: "automatic", development: false } },
    define: { "process.env.NODE_ENV": '"production"' },
    resolve: { conditions: ["@unsay/source", "module", "browser", "production"] },
    build: { write: false, minify: false, lib: { entry: ENTRY, formats: ["es"], fileName: "page" } },
  });
  const [output] = Array.isArray(built) ? built : [built];
  const chunk = output !== undefined && "output" in output ? output.output.find((file) => file.type === "chunk") : undefined;
  if (chunk?.type !== "chunk") throw new Error("The page was not built.");
  return chunk.code;
}
