import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

export interface LoadOptions {
  readonly streams: number;
  readonly tokens: number;
  readonly tokensPerSecond: number;
  /** The streams begin one after another within this time. */
  readonly rampMs: number;
  /** Readers that never read, of one more run that says 33 MB. */
  readonly deafReaders: number;
  /** Of a SQLite store; `null` for the memory store. */
  readonly file: string | null;
}

/** What the readers got. Lateness is from when a token was due to be said until it was read. */
export interface ClientFigures {
  readonly lost: number;
  /** Streams that came whole and ended as complete. */
  readonly whole: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** The highest that were seen. */
export interface ServerFigures {
  rssBytes: number;
  /** What waited in the server for one socket. */
  bufferedBytes: number;
  cpuMs: number;
}

/** Asks for the run of those who do not read. */
export const FLOOD = "Flood";

/** The same clock in every process of one machine. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint() / 1_000n) / 1_000;
}

/** Runs the server and its readers in processes of their own, and resolves with what each of them saw. */
export async function runLoad(options: LoadOptions): Promise<ClientFigures & ServerFigures> {
  const server = start(SERVER, [JSON.stringify(options)]);
  try {
    const [url] = (await once(server, "message")) as [string];
    const clients = start(CLIENTS, [url, JSON.stringify(options)]);
    const [read] = (await Promise.race([once(clients, "message"), failed(clients), failed(server)])) as [ClientFigures];
    server.send("stop");
    const [served] = (await once(server, "message")) as [ServerFigures];
    await once(server, "exit");
    return { ...read, ...served };
  } finally {
    server.kill("SIGKILL");
  }
}

const SERVER = fileURLToPath(new URL("load-server.ts", import.meta.url));
const CLIENTS = fileURLToPath(new URL("load-clients.ts", import.meta.url));
const HOOKS = fileURLToPath(new URL("from-source.mjs", import.meta.url));

function start(path: string, args: readonly string[]): ChildProcess {
  const execArgv = ["--conditions=@unsay/source", "--disable-warning=ExperimentalWarning", `--import=${HOOKS}`];
  return fork(path, args, { execArgv });
}

async function failed(child: ChildProcess): Promise<never> {
  const [code] = (await once(child, "exit")) as [number | null];
  throw new Error(`A process of the benchmark ended with ${String(code)}.`);
}
