import { readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { allowAllUnsafe, createUnsayServer, type Agent } from "@unsay/server";
import { serve } from "@unsay/server/node";

const agent: Agent = async (run) => {
  for (const word of ["Hello ", "from ", "a ", "packed ", "agent."]) run.text(word);
};

const unsay = createUnsayServer({ agent, authorize: allowAllUnsafe, basePath: "/api/unsay" });

const TYPES: Record<string, string> = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css" };

async function page(pathname: string): Promise<Response> {
  const file = pathname === "/" ? "/index.html" : pathname;
  const type = TYPES[extname(file)] ?? "application/octet-stream";
  return new Response(await readFile(join(import.meta.dirname, "dist", file)), { headers: { "content-type": type } });
}

const { url } = await serve({
  fetch: (request) => {
    const { pathname } = new URL(request.url);
    return pathname.startsWith("/api/unsay/") ? unsay.fetch(request) : page(pathname);
  },
});
console.log(url);
