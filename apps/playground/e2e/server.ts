import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const ADDRESS = /^Unsay playground: (http:\/\/127\.0\.0\.1:\d+)$/;

/** The playground's server as its own process, with its own data folder, which outlives the process. */
export class PlaygroundServer {
  readonly url: string;
  readonly #port: number;
  readonly #data: string = mkdtempSync(join(tmpdir(), "unsay-e2e-"));
  #process: ChildProcess | undefined;

  private constructor(port: number) {
    this.#port = port;
    this.url = `http://127.0.0.1:${port}`;
  }

  static async start(): Promise<PlaygroundServer> {
    const server = new PlaygroundServer(await freePort());
    await server.start();
    return server;
  }

  /** Starts it again on the same port and data. */
  async start(): Promise<void> {
    const child = spawn(process.execPath, ["apps/playground/server/main.ts"], {
      cwd: ROOT,
      env: { ...process.env, PORT: String(this.#port), UNSAY_DATA: this.#data },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#process = child;
    const errors: string[] = [];
    child.stderr.on("data", (chunk) => errors.push(String(chunk)));
    const printed = await firstAddress(child);
    if (printed !== this.url) throw new Error(`The server printed ${printed ?? "no address"} instead of ${this.url}.\n${errors.join("")}`);
  }

  /** At once, as a crash or a power cut would. */
  crash(): Promise<void> {
    return this.#end("SIGKILL");
  }

  /** Politely, as a deployment would. */
  shutDown(): Promise<void> {
    return this.#end("SIGTERM");
  }

  async #end(signal: "SIGKILL" | "SIGTERM"): Promise<void> {
    const child = this.#process;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, "exit");
  }

  async dispose(): Promise<void> {
    await this.crash();
    rmSync(this.#data, { recursive: true, force: true });
  }

  /** How often a tool has run, by the tools' own log on the server. */
  async toolRuns(): Promise<readonly unknown[]> {
    const response = await fetch(`${this.url}/api/tools/log`);
    return (await response.json()) as readonly unknown[];
  }
}

async function firstAddress(child: ChildProcess): Promise<string | undefined> {
  if (child.stdout === null) return undefined;
  const lines = createInterface({ input: child.stdout });
  for await (const line of lines) {
    const url = ADDRESS.exec(line)?.[1];
    if (url === undefined) continue;
    child.stdout.resume(); // A full pipe would block the server.
    return url;
  }
  return undefined;
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  await once(probe, "close");
  if (address === null || typeof address === "string") throw new Error("The system gave no port.");
  return address.port;
}
