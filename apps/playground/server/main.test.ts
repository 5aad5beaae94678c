import { spawn, type ChildProcess } from "node:child_process";
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

describe("the playground's process", { timeout: 30_000 }, () => {
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
