import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type BrowserContext, type CDPSession, type Page } from "playwright";
import { chromiumLaunchOptions } from "../../../scripts/chromium.mjs";
import type { Failure } from "./bench.types.ts";

export interface BenchBrowser {
  readonly version: string | null;
  /** Loads a script in a fresh page and calls its `window.__bench(args)`. */
  run<T>(script: string, args: unknown, options?: RunOptions): Promise<T | Failure>;
  close(): Promise<void>;
}

export interface RunOptions {
  readonly timeoutMs?: number;
  /** Called before the script runs; what it gives back is called when the page has finished, and added to the result. */
  readonly observe?: (devtools: CDPSession) => Promise<() => Promise<object>>;
}

const STEADY = [
  "--disable-extensions",
  "--disable-background-timer-throttling",
  "--disable-renderer-backgrounding",
  "--disable-backgrounding-occluded-windows",
  "--js-flags=--expose-gc --max-old-space-size=6144",
];

/** A Chromium and a cross-origin isolated page: isolation gives `performance.now()` its step of 5 µs. */
export async function openBrowser(): Promise<BenchBrowser> {
  const pages = await servePages();
  const profile = mkdtempSync(join(tmpdir(), "unsay-bench-"));
  const { args, ...launch } = chromiumLaunchOptions();
  const viewport = { width: 1000, height: 800 };
  const context = await chromium.launchPersistentContext(profile, { ...launch, args: [...args, ...STEADY], viewport });
  return {
    version: context.browser()?.version() ?? null,
    run: (script, args, options) => runPage(context, pages.publish(script), args, options),
    async close() {
      await context.close();
      pages.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}

async function runPage<T>(context: BrowserContext, url: string, args: unknown, options: RunOptions = {}): Promise<T | Failure> {
  const page = await context.newPage();
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(String(error.stack ?? error)));
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  try {
    const devtools = await context.newCDPSession(page);
    await offerMetrics(devtools, page);
    await page.goto(url);
    await page.waitForFunction("window.__bench");
    const finish = await options.observe?.(devtools);
    const found = await within(options.timeoutMs ?? 600_000, page.evaluate<T, unknown>(callBench, args));
    return finish === undefined ? found : { ...found, ...(await finish()) };
  } catch (error) {
    return { error: [String(error), ...errors.slice(0, 1)].join("\n").slice(0, 800) };
  } finally {
    await page.close().catch(() => {});
  }
}

/** Runs in the page. */
function callBench<T>(args: unknown): Promise<T> {
  return (globalThis as unknown as { __bench: (given: unknown) => Promise<T> }).__bench(args);
}

/** What a page can't do for itself: read DevTools' counters, and click as a person does. */
async function offerMetrics(devtools: CDPSession, page: Page): Promise<void> {
  await devtools.send("Performance.enable");
  await page.exposeFunction("__devtoolsMetrics", async (collectFirst: boolean) => {
    if (collectFirst) await devtools.send("HeapProfiler.collectGarbage");
    const { metrics } = await devtools.send("Performance.getMetrics");
    return Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
  });
  await page.exposeFunction("__click", (x: number, y: number) => page.mouse.click(x, y));
}

async function within<T>(limitMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done after ${limitMs / 1000} s`)), limitMs);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

async function servePages(): Promise<{ publish(script: string): string; close(): void }> {
  const scripts: string[] = [];
  const server = createServer((request, response) => {
    const number = /^\/script\/(\d+)$/.exec(request.url ?? "")?.[1];
    response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
    response.setHeader("Cross-Origin-Embedder-Policy", "require-corp");
    response.setHeader("content-type", number === undefined ? "text/html; charset=utf-8" : "text/javascript");
    response.end(number === undefined ? pageOf(request.url ?? "") : scripts[Number(number)]);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { publish: (script) => `http://127.0.0.1:${port}/page/${scripts.push(script) - 1}`, close: () => server.close() };
}

function pageOf(url: string): string {
  return url.startsWith("/page/") ? PAGE.replace("SCRIPT", url.slice("/page/".length)) : "";
}

const PAGE = `<!doctype html><html lang="en"><meta charset="utf-8"><title>bench</title>
<style>
  body { margin: 0; font: 15px/1.5 system-ui, sans-serif; }
  #scroller { height: 760px; overflow-y: auto; }
  #root { width: 720px; margin: 0 auto; }
  pre { overflow-x: auto; background: #f4f4f4; padding: 8px; }
  table { border-collapse: collapse; } td, th { border: 1px solid #ccc; padding: 2px 6px; }
  .text { white-space: pre-wrap; overflow-wrap: anywhere; }
  .row { padding: 8px 12px; } .row[data-role=user] .bubble { background: #eef; }
  .bubble { white-space: pre-wrap; overflow-wrap: anywhere; }
</style>
<div id="scroller"><div id="root"></div></div>
<script src="/script/SCRIPT"></script>`;
