import { createServer as createHttpServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { type Browser, chromium } from "playwright";
import { createServer as createVite, type ViteDevServer } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type * as ServerModule from "../packages/server/src/index.ts";
import type * as NodeModule from "../packages/server/src/node/index.ts";
import type { LiveThreadProps } from "../packages/ui/test-pages/live-thread-app.tsx";
import type * as RenderModule from "../packages/ui/test-pages/live-thread-server.tsx";
import { chromiumLaunchOptions } from "./chromium.mjs";
import { bundleTestPage } from "./test-page.ts";

/** A thread is rendered by a server while its last answer goes on, and taken over by a real Chromium. React's development build tells of mismatches. */

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const servers: Server[] = [];
let browser: Browser;
let vite: ViteDevServer;
let scripts: ReadonlyMap<string, string>;

beforeAll(async () => {
  vite = await createVite({
    root: `${ROOT}packages/ui`,
    configFile: false,
    appType: "custom",
    logLevel: "error",
    resolve: { conditions: ["@unsay/source"] },
    ssr: { resolve: { conditions: ["@unsay/source", "node", "development"], externalConditions: ["@unsay/source", "node"] } },
    optimizeDeps: { noDiscovery: true },
    server: { middlewareMode: true, hmr: false, ws: false, watch: null, fs: { strict: false } },
  });
  [scripts, browser] = await Promise.all([bundleTestPage("live-thread", "development"), chromium.launch(chromiumLaunchOptions())]);
});

afterAll(async () => {
  await browser?.close();
  await vite?.close();
  for (const server of servers) server.closeAllConnections();
});

async function listen(handle: RequestListener): Promise<string> {
  const server = createHttpServer(handle);
  servers.push(server);
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A companion server whose agent shows a picture of another host, and says the rest when it is let. */
async function openApi(picture: string): Promise<{ readonly handle: RequestListener; readonly goOn: () => void }> {
  const { allowAllUnsafe, createUnsayServer } = (await vite.ssrLoadModule(`${ROOT}packages/server/src/index.ts`)) as typeof ServerModule;
  const { toNodeHandler } = (await vite.ssrLoadModule(`${ROOT}packages/server/src/node/index.ts`)) as typeof NodeModule;
  let goOn = (): void => {};
  const held = new Promise<void>((resolve) => (goOn = resolve));
  const server = createUnsayServer({
    basePath: "/api",
    authorize: allowAllUnsafe,
    async agent(run) {
      run.text(`Drain the **pool**.\n\n![The pool](${picture}/pool.png)\n\nThen `);
      await held;
      run.text("deploy.");
    },
  });
  return { handle: toNodeHandler((request) => server.fetch(request)), goOn };
}

const START = { command: "start", client: "c", thread: "t", startKey: "k", answer: "a", mode: "new", message: { id: "u", text: "How?" } };

describe("row 45: a thread is rendered by a server while its last answer goes on", () => {
  it.each(["chat", "seeded", "messages"] as const)(
    "%s: no mismatch, no picture of another host before consent, one resume, the text once",
    async (kind) => {
      const pictures: string[] = [];
      const picture = await listen((request, response) => {
        pictures.push(request.url ?? "");
        response.writeHead(404).end();
      });
      const asked: string[] = [];
      const api = await openApi(picture);
      let html = "";
      const origin = await listen((request, response) => {
        const path = new URL(request.url ?? "/", "http://page").pathname;
        const script = scripts.get(path.slice(1));
        if (path.startsWith("/api/")) {
          asked.push(`${request.method} ${path.replace(/runs\/[^/]+\/events/u, "runs/:run/events")}`);
          api.handle(request, response);
        } else if (script !== undefined) response.writeHead(200, { "content-type": "text/javascript" }).end(script);
        else if (path === "/") response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(html);
        else response.writeHead(204).end();
      });

      const started = await fetch(`${origin}/api/threads/t/runs`, {
        method: "POST",
        body: JSON.stringify(START),
        headers: { "content-type": "application/json" },
      });
      expect(started.status).toBe(200);
      await started.body?.cancel();
      const { messages } = (await (await fetch(`${origin}/api/threads/t/messages`)).json()) as { messages: LiveThreadProps["stored"] };
      expect(messages.at(-1)).toMatchObject({ status: "streaming" });

      const props: LiveThreadProps = { kind, url: `${origin}/api`, threadId: "t", stored: messages };
      const { renderLiveThread } = (await vite.ssrLoadModule(
        `${ROOT}packages/ui/test-pages/live-thread-server.tsx`,
      )) as typeof RenderModule;
      const rendered = await renderLiveThread(props);
      expect(rendered).not.toMatch(/<(?:link|img|script)\b/iu);
      if (kind !== "chat") expect(rendered).toContain("<strong>pool</strong>");
      if (kind === "seeded") expect(rendered).toContain("Reconnecting");
      const data = `<script type="application/json" id="props">${JSON.stringify(props)}</script>`;
      html = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Live</title><div id="root">${rendered}</div>${data}<script type="module" src="/page.js"></script></html>`;

      asked.length = 0;
      const page = await browser.newPage();
      const problems: string[] = [];
      page.on("console", (message) => void (["error", "warning"].includes(message.type()) && problems.push(message.text())));
      page.on("pageerror", (error) => void problems.push(error.message));
      await page.goto(origin);
      await expect.poll(() => asked.filter((request) => request.includes("/events")).length).toBe(1);
      api.goOn();
      const answer = page.locator('[data-unsay="answer"]');
      await answer.and(page.locator('[data-status="complete"]')).waitFor();
      expect(await answer.count()).toBe(1);
      const body = (await answer.textContent()) ?? "";
      expect(body.match(/Drain the pool\./gu)).toHaveLength(1);
      expect(body).toContain("Then deploy.");
      expect(problems).toEqual([]);
      expect(pictures).toEqual([]);
      expect(asked.filter((request) => request.includes("/events"))).toHaveLength(1);
      expect([...new Set(asked)].toSorted()).toEqual([
        "GET /api/runs/:run/events",
        "GET /api/threads/t/active",
        "GET /api/threads/t/messages",
      ]);

      await page.getByRole("button", { name: picture.slice("http://".length) }).click();
      await expect.poll(() => pictures).toEqual(["/pool.png"]);
      await page.close();
    },
  );
});
