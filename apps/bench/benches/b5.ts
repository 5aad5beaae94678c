import type { BenchCase, Measurement } from "../harness/bench.types.ts";
import type { NodeBench } from "../harness/bench-module.types.ts";
import { sseBigEvent, sseEvents } from "../workloads/sse.ts";

// B5: server-sent events in Node, bytes in, events out.

interface SseCase extends BenchCase {
  readonly kind: "small" | "big";
  /** Events, or bytes of the one event. */
  readonly size: number;
  /** The data is parsed as JSON too. */
  readonly json: boolean;
  readonly perEvent?: boolean;
}

interface Adapter {
  readonly parsesJson?: boolean;
  readonly noEvents?: boolean;
  /** Tells each event: its data, or the value of it where the adapter parses JSON itself. */
  run(chunks: readonly Uint8Array[], onEvent: (event: string | { type: string }) => void): Promise<void>;
}

const TYPE_LENGTH = "text-delta".length;

export const b5: NodeBench<Adapter, SseCase> = {
  cases: [
    { kind: "small", size: 100_000, json: false, label: "100k events, 1-4096 B chunks" },
    { kind: "small", size: 100_000, json: true, label: "100k events, 1-4096 B chunks, + JSON" },
    { kind: "small", size: 100_000, json: true, perEvent: true, label: "100k events, one a chunk, + JSON" },
    { kind: "big", size: 1_000_000, json: true, label: "one 1 MB event" },
    { kind: "big", size: 4_000_000, json: true, label: "one 4 MB event" },
  ],
  correctness: [{ kind: "small", size: 2_000, json: true, label: "2k events, 1-4096 B chunks, + JSON" }],
  applies: ({ parsesJson, noEvents }, { json }) => (json ? noEvents !== true : parsesJson !== true),
  measure,
};

export async function measure(adapter: Adapter, { kind, size, json, perEvent = false }: SseCase): Promise<Measurement> {
  const { chunks, count } = kind === "big" ? sseBigEvent(size) : sseEvents(size, { perEvent });
  const bytes = chunks.reduce((sum, { length }) => sum + length, 0);
  for (let i = 0; i < 3; i++) await read(adapter, sseEvents(2_000, { seed: 5 }).chunks, json);
  globalThis.gc?.();
  const startedAt = performance.now();
  const { events, typeLength } = await read(adapter, chunks, json);
  const ms = performance.now() - startedAt;
  return {
    ok: adapter.noEvents === true || (events === count && (!json || typeLength === count * TYPE_LENGTH)),
    metrics: { "MB/s": bytes / 1e3 / ms, ...(kind === "small" ? { "µs per event": (ms * 1000) / count } : { "total ms": ms }) },
    info: { events, chunks: chunks.length, bytes, totalMs: ms },
  };
}

async function read(adapter: Adapter, chunks: readonly Uint8Array[], json: boolean): Promise<{ events: number; typeLength: number }> {
  let events = 0;
  let typeLength = 0;
  await adapter.run(chunks, (event) => {
    events++;
    if (typeof event !== "string") typeLength += event.type.length;
    else if (json) typeLength += (JSON.parse(event) as { type: string }).type.length;
  });
  return { events, typeLength };
}
