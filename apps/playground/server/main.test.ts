import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import type { Message } from "@unsay/core";

const MAIN = fileURLToPath(new URL("main.ts", import.meta.url));
const data = await mkdtemp(join(tmpdir(), "unsay-main-"));
const children: ChildProcess[] = [];

/** A process loads its code through Vite and builds the page when that has changed: seconds, or a minute beside other tests. */
const SLOWEST_START_MS = 60_000;

afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill("SIGKILL");
      await once(child, "exit");
    }
  }
});
afterAll(() => rm(data, { recursive: true, force: true }));

interface Started {
  readonly child: ChildProcess;
  readonly output: { out: string; error: string };
  /** Resolves with the address, or with `null` when the process has ended instead. */
  readonly url: Promise<string | null>;
}

function start(words: readonly string[], environment: Record<string, string>): Started {
  const child = spawn(process.execPath, [MAIN, ...words], {
    env: { ...process.env, ANTHROPIC_API_KEY: "", OPENAI_API_KEY: "", UNSAY_DATA: data, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  children.push(child);
  const output = { out: "", error: "" };
  child.stderr.on("data", (chunk) => (output.error += String(chunk)));
  const url = new Promise<string | null>((resolve) => {
    child.stdout.on("data", (chunk) => {
      output.out += String(chunk);
      const address = /^Unsay playground: (http:\/\/127\.0\.0\.1:\d+)$/mu.exec(output.out)?.[1];
      if (address !== undefined) resolve(address);
    });
    child.on("close", () => resolve(null));
  });
  return { child, output, url };
}

/** Where there is no `redis-server` on the path, the test on Redis is left out. */
const hasRedis = spawnSync("redis-server", ["--version"]).status === 0;

async function startRedis(): Promise<{ readonly url: string; readonly stop: () => void }> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  await new Promise((resolve) => probe.close(resolve));
  const words = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", data];
  const child = spawn("redis-server", words, { stdio: ["ignore", "pipe", "inherit"] });
  children.push(child);
  for await (const chunk of child.stdout) if (String(chunk).includes("Ready to accept connections")) break;
  return { url: `redis://127.0.0.1:${port}`, stop: () => child.kill("SIGKILL") };
}

function startAnswer(url: string | null, thread: string): Promise<Response> {
  const message = { id: "u", text: "long answer" };
  const body = JSON.stringify({ command: "start", client: "c", thread, startKey: "k", answer: "a", mode: "new", message });
  return fetch(`${url}/api/threads/${thread}/runs`, { method: "POST", headers: { "content-type": "application/json" }, body });
}

async function readUntil(response: Response, word: string): Promise<void> {
  const reader = response.body?.getReader();
  let log = "";
  while (!log.includes(word)) log += new TextDecoder().decode((await reader?.read())?.value);
  reader?.read().catch(() => {});
}

/** Until the dead process's lease has run out, its run may still be alive for all that anyone knows. */
async function messagesAfterLease(url: string | null, thread: string): Promise<readonly Message[]> {
  let messages: readonly Message[] = [];
  await expect
    .poll(
      async () => {
        ({ messages } = (await (await fetch(`${url}/api/threads/${thread}/messages`)).json()) as { messages: Message[] });
        return messages[1]?.status;
      },
      { timeout: SLOWEST_START_MS, interval: 250 },
    )
    .toBe("truncated");
  return messages;
}

describe("the playground's process", { timeout: 4 * SLOWEST_START_MS }, () => {
  it("serves page and API, ends its runs when told to go, and shows the same after a restart", async () => {
    const first = start([], { PORT: "0" });
    const url = await first.url;
    expect(await (await fetch(`${url}/`)).text()).toContain('<div id="root">');
    const body = JSON.stringify({
      command: "start",
      client: "c",
      thread: "t",
      startKey: "k",
      answer: "a",
      mode: "new",
      message: { id: "u", text: "long answer" },
    });
    const stream = await fetch(`${url}/api/threads/t/runs`, { method: "POST", headers: { "content-type": "application/json" }, body });
    const reader = stream.body?.getReader();
    let log = "";
    while (!log.includes("span.append")) log += new TextDecoder().decode((await reader?.read())?.value);
    first.child.kill("SIGTERM");
    for (;;) {
      const chunk = await reader?.read();
      if (chunk === undefined || chunk.done) break;
      log += new TextDecoder().decode(chunk.value);
    }
    const [code] = (await once(first.child, "exit")) as [number];
    expect(code).toBe(0);
    expect(log).toContain('"cause":"disconnected"');
    expect(first.output.out).toBe(`Unsay playground: ${url}\n`);

    const second = start([], { PORT: "0" });
    const { messages } = (await (await fetch(`${await second.url}/api/threads/t/messages`)).json()) as { messages: Message[] };
    expect(messages[1]).toMatchObject({ status: "truncated", cause: "disconnected", stated: true, error: { code: "server-shutdown" } });
  });

  it("shows after kill -9 what was stored, and says that the rest was lost", async () => {
    const first = start([], { PORT: "0" });
    await readUntil(await startAnswer(await first.url, "killed"), "span.append");
    first.child.kill("SIGKILL");
    await once(first.child, "exit");
    const second = start([], { PORT: "0" });
    const messages = await messagesAfterLease(await second.url, "killed");
    expect(messages[1]).toMatchObject({ status: "truncated", cause: "orphaned", stated: true });
  });

  it.skipIf(!hasRedis)("runs on Redis, where another process goes on reading what the first one says", async () => {
    const redis = await startRedis();
    const [first, second] = [start([], { PORT: "0", UNSAY_REDIS_URL: redis.url }), start([], { PORT: "0", UNSAY_REDIS_URL: redis.url })];
    const stream = await startAnswer(await first.url, "shared");
    const run = stream.headers.get("x-unsay-run");
    await readUntil(stream, "span.append");
    await readUntil(await fetch(`${await second.url}/api/runs/${run}/events`), "span.append");
    first.child.kill("SIGKILL");
    await once(first.child, "exit");
    const messages = await messagesAfterLease(await second.url, "shared");
    expect(messages[1]).toMatchObject({ status: "truncated", cause: "orphaned" });
    redis.stop();
  });

  it("says in one sentence that the Redis it was given is not there", async () => {
    const started = start([], { PORT: "0", UNSAY_REDIS_URL: "redis://127.0.0.1:1" });
    expect(await started.url).toBeNull();
    expect(started.child.exitCode).toBe(1);
    expect(started.output.error).toMatch(/^UNSAY_REDIS_URL names a Redis that can't be reached/mu);
    expect(started.output.error).not.toContain("    at ");
  });

  it("says which port is taken when one was asked for", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const address = other.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const started = start([], { PORT: String(port) });
    expect(await started.url).toBeNull();
    expect(started.child.exitCode).toBe(1);
    expect(started.output.error).toMatch(new RegExp(`^Port ${port} is taken .* Set PORT to another one`, "u"));
    other.close();
  });

  it("takes the next free port when none was asked for", async () => {
    const blocker = createServer();
    blocker.on("error", () => {});
    blocker.listen(4173, "127.0.0.1");
    await Promise.race([once(blocker, "listening"), once(blocker, "error")]).catch(() => {});
    const started = start([], { PORT: "" });
    const url = await started.url;
    expect(Number(new URL(url ?? "").port)).toBeGreaterThan(4173);
    blocker.close();
  });

  it("refuses in one sentence what it can't replay", async () => {
    const page = join(data, "page.sse");
    await writeFile(page, "<!doctype html>");
    for (const words of [["--replay", page], ["--replay", "/no/such/file"], ["--nonsense"]]) {
      const started = start(words, { PORT: "0" });
      expect(await started.url).toBeNull();
      expect(started.child.exitCode).toBe(1);
      expect(started.output.error).not.toContain("    at ");
      expect(started.output.error.length).toBeGreaterThan(40);
    }
  });
});
