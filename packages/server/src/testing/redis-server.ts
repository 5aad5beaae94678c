import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";

export interface RedisServer {
  readonly url: string;
  readonly pid: number;
  /** Stops it for good and takes its files away. */
  readonly stop: () => Promise<void>;
}

/** `false` where there is no `redis-server`: the tests on Redis are then left out, and say so. */
export const hasRedis: boolean = spawnSync("redis-server", ["--version"]).status === 0;
if (!hasRedis) console.warn("There is no redis-server on the path, so the tests on Redis are left out. Install Redis to run them.");

/** A Redis of the test's own, on a free port, that keeps nothing. */
export async function startRedis(): Promise<RedisServer> {
  for (;;) {
    const server = await tryToStart();
    if (server !== null) return server;
  }
}

/** `null`: somebody else has taken the port since it was found free. */
async function tryToStart(): Promise<RedisServer | null> {
  const folder = mkdtempSync(join(tmpdir(), "unsay-redis-"));
  const port = await freePort();
  const child = spawn(
    "redis-server",
    ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", folder],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  );
  if (!(await isReady(child.stdout))) {
    rmSync(folder, { recursive: true, force: true });
    return null;
  }
  child.stdout.resume();
  return {
    url: `redis://127.0.0.1:${port}`,
    pid: child.pid ?? 0,
    async stop() {
      const exit = once(child, "exit");
      child.kill("SIGKILL");
      await exit;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Resolves when it takes connections, with `false` when it has ended before. */
async function isReady(said: Readable): Promise<boolean> {
  for await (const chunk of said.iterator({ destroyOnReturn: false }))
    if (String(chunk).includes("Ready to accept connections")) return true;
  return false;
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}
