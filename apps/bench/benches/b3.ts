import type { BenchCase, Measurement } from "../harness/bench.types.ts";
import type { NodeBench } from "../harness/bench-module.types.ts";
import { slices, toolArgs } from "../workloads/json.ts";
import { messageDeltas, thread, type ThreadMessage } from "../workloads/thread.ts";

// B3: the store alone, in Node and without a document.

/** text: deltas of one message; thread: the same below a finished history; tool: argument deltas of one call. */
type Kind = "text" | "thread" | "tool";

interface StoreCase extends BenchCase {
  readonly kind: Kind;
  /** Deltas, or characters of arguments. */
  readonly size: number;
  readonly history: number;
}

interface Input {
  readonly kind: Kind;
  readonly deltas: readonly string[];
  readonly history: readonly ThreadMessage[];
  /** Told of the text (or arguments) so far, whenever the subject tells its readers. */
  readonly onUpdate: (value: unknown) => void;
}

interface Adapter {
  readonly kinds: readonly Kind[];
  readonly maxDeltas?: number;
  /** Everything up to the first delta; the function it gives is timed, and ends with the final text or JSON. */
  prepare(input: Input): (() => Promise<string>) | Promise<() => Promise<string>>;
}

const text = (size: number): StoreCase => ({ kind: "text", size, history: 0, label: `text ${size / 1000}k` });
const below = (history: number, size = 1_000): StoreCase => ({ kind: "thread", size, history, label: `1k deltas, thread ${history}` });
const tool = (size: number): StoreCase => ({ kind: "tool", size, history: 0, label: `tool args ${size / 1000} kB` });

export const b3: NodeBench<Adapter, StoreCase> = {
  cases: [text(10_000), text(50_000), text(100_000), below(0), below(1_000), below(10_000), tool(20_000), tool(100_000)],
  correctness: [text(500), below(50, 100), tool(2_000)],
  applies: ({ kinds, maxDeltas = Number.POSITIVE_INFINITY }, { kind, size }) =>
    kinds.includes(kind) && (kind === "tool" || size <= maxDeltas),
  measure,
};

export async function measure(adapter: Adapter, parameters: StoreCase): Promise<Measurement> {
  const { size, history } = parameters;
  await once(adapter, { ...parameters, size: Math.min(size, 500), history: Math.min(history, 10) });
  const { final, ms, cpuMs, updates, heapMB, deltas } = await once(adapter, parameters);
  return {
    ok: final === expectedOf(parameters, deltas),
    metrics: { "ms per 1k deltas": (ms / deltas.length) * 1000, "cpu ms per 1k deltas": (cpuMs / deltas.length) * 1000 },
    info: { deltas: deltas.length, updates, totalMs: ms, heapMB },
  };
}

async function once(adapter: Adapter, { kind, size, history }: StoreCase) {
  let updates = 0;
  const deltas = kind === "tool" ? slices(toolArgs(size), 8) : messageDeltas(size);
  const run = await adapter.prepare({ kind, deltas, history: thread(history), onUpdate: () => void updates++ });
  globalThis.gc?.();
  const heap = process.memoryUsage().heapUsed;
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  const final = await run();
  const ms = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(cpu);
  const heapMB = (process.memoryUsage().heapUsed - heap) / 1e6;
  return { final, ms, cpuMs: (user + system) / 1000, updates, heapMB, deltas };
}

function expectedOf({ kind }: StoreCase, deltas: readonly string[]): string {
  const whole = deltas.join("");
  return kind === "tool" ? JSON.stringify(JSON.parse(whole)) : whole;
}
