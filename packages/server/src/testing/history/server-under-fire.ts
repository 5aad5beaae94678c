import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { constants, setPriority } from "node:os";
import { fileURLToPath } from "node:url";
import type { ProcessOptions } from "./history-process.js";
import { Proxy } from "./proxy.js";

const FROM_SOURCE = fileURLToPath(new URL("../from-source.mjs", import.meta.url));
const PROCESS = fileURLToPath(new URL("history-process.ts", import.meta.url));

export interface ServerPlan extends Omit<ProcessOptions, "record"> {
  /** A file, or the port of a Redis. */
  readonly store: string | number;
  /** Where compiled source is kept, since many processes start from the same. */
  readonly cache: string;
}

/** One server in a process of its own that can be killed and frozen, and whose clients and store can be cut off from it. */
export class ServerUnderFire {
  readonly front: Proxy;
  /** Between it and its store, where that is another program. */
  readonly back: Proxy | null;
  readonly #plan: ServerPlan;
  #child: ChildProcess | null = null;

  private constructor(plan: ServerPlan, front: Proxy, back: Proxy | null) {
    this.#plan = plan;
    this.front = front;
    this.back = back;
  }

  static async start(plan: ServerPlan): Promise<ServerUnderFire> {
    const back = typeof plan.store === "number" ? await Proxy.open(plan.store) : null;
    const server = new ServerUnderFire(plan, await Proxy.open(), back);
    await server.restart();
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${this.front.port}`;
  }

  async restart(): Promise<void> {
    const { store, cache, ...options } = this.#plan;
    const record = this.back === null ? String(store) : `redis://127.0.0.1:${this.back.port}`;
    const args = ["--conditions=@unsay/source", "--disable-warning=ExperimentalWarning", "--import", FROM_SOURCE, PROCESS];
    const child = spawn(process.execPath, [...args, JSON.stringify({ ...options, record })], {
      stdio: ["ignore", "pipe", "ignore"],
      env: { ...process.env, NODE_COMPILE_CACHE: cache },
    });
    this.#child = child;
    // So many are at work that whoever else tests on this machine comes first.
    if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_BELOW_NORMAL);
    const line = await Promise.race([once(child.stdout, "data"), once(child, "exit").then(() => null)]);
    if (line !== null && this.#child === child) this.front.leadTo(Number(String(line[0]).trim()));
  }

  kill(): void {
    this.#child?.kill("SIGKILL");
    this.#child = null;
  }

  freeze(): void {
    this.#child?.kill("SIGSTOP");
  }

  thaw(): void {
    this.#child?.kill("SIGCONT");
  }

  async close(): Promise<void> {
    this.thaw();
    this.kill();
    await Promise.all([this.front.close(), this.back?.close()]);
  }
}
