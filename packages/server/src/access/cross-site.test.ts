import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { chromium, type Browser } from "playwright";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { chromiumLaunchOptions, findChromium } from "../../../../scripts/chromium.mjs";
import type { UnsayEvent } from "@unsay/core/protocol";
import type { Agent } from "../agents/agent.js";
import { serve } from "../node/index.js";
import { reportFigure } from "../testing/figures.js";
import { createTestServer, startCommand, stopCommand, subscribe, type TestServer } from "../testing/test-server.js";

const hasChromium = findChromium() !== undefined;
if (!hasChromium)
  console.warn("There is no Chromium, so the tests with a real page of another site are left out. Install one to run them.");

let browser: Browser;
const closing: (() => Promise<void>)[] = [];

beforeAll(async () => {
  if (hasChromium) browser = await chromium.launch(chromiumLaunchOptions());
});
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});
afterAll(() => browser?.close());

const waiter: Agent = async (run) => {
  run.text("A secret of Ana's.");
  await new Promise((resolve) => run.signal.addEventListener("abort", resolve));
};

interface Bank {
  readonly server: TestServer;
  readonly run: string;
  readonly events: readonly UnsayEvent[];
  /** Where browsers reach it, and what they asked for with Ana's cookie. */
  readonly port: number;
  readonly asAna: readonly string[];
}

/** A server that knows Ana by her cookie, and what she has going on there. */
async function openBank(): Promise<Bank> {
  const server = await createTestServer({
    agent: waiter,
    authorize: (request) => request.headers.get("cookie")?.includes("who=ana") === true,
  });
  closing.push(() => server.close());
  const stream = subscribe(await server.post("/threads/t1/runs", startCommand(), { cookie: "who=ana" }));
  await stream.until((event) => event.type === "span.append");
  const asAna: string[] = [];
  const served = await serve({
    fetch(request) {
      if (request.headers.get("cookie") === "who=ana") asAna.push(`${request.method} ${request.headers.get("sec-fetch-mode")}`);
      return server.server.fetch(request);
    },
  });
  closing.push(() => served.close({ force: true }));
  return { server, run: stream.run, events: stream.events, port: served.port, asAna };
}

/** A site of somebody else, which serves one empty page. */
async function openEvilSite(host: string): Promise<string> {
  const site = createServer((_request, response) => response.setHeader("content-type", "text/html").end("<title>Win a prize</title>"));
  await new Promise<void>((resolve) => site.listen(0, "127.0.0.1", resolve));
  closing.push(() => new Promise((resolve) => (site.closeAllConnections(), site.close(() => resolve()))));
  return `http://${host}:${(site.address() as AddressInfo).port}/`;
}

interface Attempt {
  readonly name: string;
  readonly read: string | null;
}

/** Runs in the page: everything a page can make a browser send. What it could read of the answers is given back. */
async function attackFromPage({ bank, run, start, stop }: { bank: string; run: string; start: string; stop: string }): Promise<Attempt[]> {
  const events = `${bank}/runs/${run}/events`;
  const commands = `${bank}/runs/${run}/commands`;
  const runs = `${bank}/threads/t1/runs`;
  const attempts: Attempt[] = [];
  const tryFetch = async (name: string, url: string, init: RequestInit) => {
    const response = await fetch(url, { credentials: "include", ...init }).catch(() => null);
    const text = response === null ? "" : await Promise.race([response.text(), new Promise<string>((end) => setTimeout(end, 500, ""))]);
    attempts.push({ name, read: text === "" ? null : text });
  };
  const json = { "content-type": "application/json" };
  const plain = { "content-type": "text/plain" };
  await tryFetch("fetch a stream", events, {});
  await tryFetch("fetch a stream, no-cors", events, { mode: "no-cors" });
  await tryFetch("fetch messages", `${bank}/threads/t1/messages`, {});
  await tryFetch("post JSON", commands, { method: "POST", headers: json, body: stop });
  await tryFetch("post JSON, no-cors", commands, { method: "POST", mode: "no-cors", headers: plain, body: stop });
  await tryFetch("start, no-cors", runs, { method: "POST", mode: "no-cors", headers: plain, body: start });
  await tryFetch("start with JSON", runs, { method: "POST", headers: json, body: start });
  const settle = (name: string, arm: (done: (read: string | null) => void) => void) =>
    new Promise<void>((resolve) => {
      let isDone = false;
      const done = (read: string | null) => {
        if (!isDone) attempts.push({ name, read });
        isDone = true;
        resolve();
      };
      setTimeout(done, 1_500, null);
      arm(done);
    });
  await settle("an EventSource", (done) => {
    const source = new EventSource(events, { withCredentials: true });
    source.addEventListener("message", ({ data }) => done(String(data)));
    source.addEventListener("error", () => (source.close(), done(null)));
  });
  await settle("an image", (done) => {
    const image = new Image();
    image.addEventListener("load", () => done("loaded"));
    image.addEventListener("error", () => done(null));
    image.src = events;
  });
  await settle("a script", (done) => {
    const script = document.createElement("script");
    script.addEventListener("load", () => done("loaded"));
    script.addEventListener("error", () => done(null));
    script.src = `${bank}/threads/t1/messages`;
    document.head.append(script);
  });
  await settle("a WebSocket", (done) => {
    const socket = new WebSocket(events.replace("http", "ws"));
    socket.addEventListener("open", () => done("open"));
    socket.addEventListener("error", () => done(null));
  });
  navigator.sendBeacon(commands, stop);
  attempts.push({ name: "a beacon", read: null });
  for (const type of ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data"]) {
    await settle(`a form as ${type}`, (done) => {
      const frame = document.createElement("iframe");
      frame.name = type;
      frame.addEventListener("load", () => {
        try {
          const read = frame.contentDocument?.body.textContent ?? "";
          if (read !== "") done(read);
        } catch {
          done(null);
        }
      });
      document.body.append(frame);
      const form = document.createElement("form");
      form.method = "POST";
      form.action = commands;
      form.enctype = type;
      form.target = type;
      // As text/plain this is sent as JSON would be.
      const input = document.createElement("input");
      input.name = `${stop.slice(0, -1)},"x":"`;
      input.value = `"}`;
      form.append(input);
      document.body.append(form);
      form.submit();
    });
  }
  return attempts;
}

describe.runIf(hasChromium)("D3: a page of another site, in a browser where Ana is signed in", () => {
  it.each([
    // Browsers keep her cookie from a stranger's page, whatever the server thinks of it; a neighbour's page has it sent.
    ["a stranger", "evil.localhost", 0],
    ["a neighbour", "evil.bank.localhost", 10],
  ])("that is %s changes nothing and reads nothing, whatever it tries", async (name, host, withCookie) => {
    const { server, run, events, port, asAna } = await openBank();
    const site = await openEvilSite(host);
    const context = await browser.newContext();
    closing.push(() => context.close());
    const bank = `http://bank.localhost:${port}`;
    await context.addCookies([{ name: "who", value: "ana", url: bank, sameSite: "Lax" }]);
    const page = await context.newPage();
    await page.goto(site);
    const stop = JSON.stringify(stopCommand({ run }));
    const start = JSON.stringify(startCommand({ message: { id: "evil", text: "Pay" } }));
    const attempts = await page.evaluate(attackFromPage, { bank, run, start, stop });
    await expect.poll(() => asAna.length).toBeGreaterThanOrEqual(withCookie);
    expect(attempts.filter(({ read }) => read !== null && /secret|messages|loaded|open/u.test(read))).toEqual([]);
    const messages = (await (await server.get("/threads/t1/messages", { cookie: "who=ana" })).json()) as { messages: unknown[] };
    expect(messages.messages).toHaveLength(2);
    expect(events.some((event) => event.type === "stop.ack")).toBe(false);
    expect((await server.get("/threads/t1/active", { cookie: "who=ana" })).status).toBe(200);
    reportFigure(
      `L11 a page that is ${name} (Chromium)`,
      `${attempts.length} attempts, ${asAna.length} with Ana's cookie: 0 state changes, 0 bytes read`,
    );
  });
});
