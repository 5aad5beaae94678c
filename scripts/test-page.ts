import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { build, type Rolldown } from "vite";

/** Nothing but the page's own script may run or load. What model text makes the page ask for is a violation. */
const CLOSED =
  "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'; connect-src 'self'; require-trusted-types-for 'script'";

export interface TestPage {
  readonly server: Server;
  readonly origin: string;
}

export interface TestPageOptions {
  readonly title: string;
  /** What the page may ask for besides its own script: a type and the bytes, by path. */
  readonly assets?: Readonly<Record<string, { readonly type: string; readonly body: Uint8Array }>>;
}

/** A page of `packages/ui/test-pages`, bundled from source: under the closed policy at `/`, without one at `/open`. */
export async function serveTestPage(name: string, { title, assets = {} }: TestPageOptions): Promise<TestPage> {
  const scripts = await bundleTestPage(name);
  const page = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title><script type="module" src="/page.js"></script></html>`;
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://page").pathname;
    const script = scripts.get(path.slice(1));
    const asset = assets[path];
    if (script !== undefined) response.writeHead(200, { "content-type": "text/javascript" }).end(script);
    else if (asset !== undefined) response.writeHead(200, { "content-type": asset.type }).end(asset.body);
    else if (path === "/favicon.ico") response.writeHead(204).end();
    else response.writeHead(200, headersOf(path)).end(page);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  return { server, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

function headersOf(path: string): Record<string, string> {
  const html = { "content-type": "text/html; charset=utf-8" };
  return path === "/" ? { ...html, "content-security-policy": CLOSED } : html;
}

/** The page's script and what it loads, by file name. `page.js` comes first. */
export async function bundleTestPage(
  name: string,
  mode: "production" | "development" = "production",
): Promise<ReadonlyMap<string, string>> {
  const entry = fileURLToPath(new URL(`../packages/ui/test-pages/${name}.tsx`, import.meta.url));
  const built = await build({
    configFile: false,
    logLevel: "error",
    // Tests run with NODE_ENV "test", which would ask for the development runtime of JSX.
    oxc: { jsx: { runtime: "automatic", development: false } },
    define: { "process.env.NODE_ENV": JSON.stringify(mode) },
    resolve: { conditions: ["@unsay/source", "module", "browser", mode] },
    build: { write: false, minify: false, lib: { entry, formats: ["es"], fileName: "page" } },
  });
  const outputs = (Array.isArray(built) ? built : [built]) as readonly Rolldown.RolldownOutput[];
  const chunks = outputs.flatMap(({ output }) => output).filter((file) => file.type === "chunk");
  return new Map(chunks.map(({ fileName, code }) => [fileName, code]));
}
