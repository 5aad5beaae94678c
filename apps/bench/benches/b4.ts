import { isDeepStrictEqual } from "node:util";
import type { BenchCase, Measurement } from "../harness/bench.types.ts";
import type { NodeBench } from "../harness/bench-module.types.ts";
import { slices, toolArgs } from "../workloads/json.ts";

// B4: arguments of a tool call that grow by 8 characters, with a value after each delta.

interface JsonCase extends BenchCase {
  readonly size: number;
}

interface Reading {
  push(delta: string): void;
  value(): unknown;
  /** Where `value` gives none: what the text says in the end. */
  final?(): unknown;
}

interface Adapter {
  readonly floor?: boolean;
  readonly once?: boolean;
  readonly incremental?: boolean;
  /** What kind of value it gives: a new one, or one tree that it changes. */
  readonly snapshot: string;
  create(): Reading;
  /** For readers that pull: `onDelta` is told the value before each pull. */
  readonly stream?: (deltas: readonly string[], onDelta: (value: unknown) => void) => Promise<unknown>;
}

interface Pass {
  readonly ms: number;
  readonly final: unknown;
  /** Mean ms of a delta in the first and in the last tenth. */
  readonly first: number;
  readonly last: number;
}

const DELTA = 8;
/** A subject that would need longer is sampled at places along the text, and integrated. */
const BUDGET_MS = 4_000;
const SAMPLES = 20;

const caseOf = (size: number): JsonCase => ({ size, label: size < 1e6 ? `${size / 1000} kB` : `${size / 1e6} MB` });

export const b4: NodeBench<Adapter, JsonCase> = {
  cases: [1_000, 20_000, 200_000, 1_000_000].map(caseOf),
  correctness: [caseOf(1_000)],
  applies: () => true,
  measure,
};

export async function measure(adapter: Adapter, { size }: JsonCase): Promise<Measurement> {
  const text = toolArgs(size);
  const deltas = slices(text, DELTA);
  const warm = slices(toolArgs(2_000), DELTA);
  for (let i = 0; i < 20; i++) await fullPass(adapter, warm);
  const isSampled = !isLinear(adapter) && (await wouldTake(adapter, text, deltas.length)) > BUDGET_MS;
  const pass = isSampled ? await sampledPass(adapter, text, deltas.length) : await medianPass(adapter, deltas);
  return {
    ok: isDeepStrictEqual(plain(pass.final), JSON.parse(text)),
    metrics: {
      "MB/s": text.length / 1e3 / pass.ms,
      "µs per delta": (pass.ms * 1000) / deltas.length,
      ...(size >= 20_000 && adapter.once !== true ? { "last/first decile": pass.last / pass.first } : {}),
    },
    info: { estimated: isSampled, totalMs: pass.ms, snapshot: adapter.snapshot, prefixOk: await showsPrefixes(adapter, text) },
  };
}

function isLinear({ once, stream, incremental, floor }: Adapter): boolean {
  return once === true || stream !== undefined || incremental === true || floor === true;
}

async function wouldTake(adapter: Adapter, text: string, deltas: number): Promise<number> {
  const { us } = await costAt(adapter, text, deltas - SAMPLES, 10);
  return (us * deltas) / 2_000;
}

/** A value shown on the way must be a beginning of the final one. */
async function showsPrefixes(adapter: Adapter, text: string): Promise<boolean | null> {
  if (adapter.stream !== undefined || adapter.floor === true) return null;
  const { value } = await costAt(adapter, text, Math.floor(text.length / DELTA / 2), 1);
  return isPrefix(plain(value), JSON.parse(text));
}

/** The median of five where a pass is short, so that it is not the cold code that gets measured. */
async function medianPass(adapter: Adapter, deltas: readonly string[]): Promise<Pass> {
  const first = await fullPass(adapter, deltas);
  const passes = [first];
  while (passes.length < 5 && first.ms < 300) passes.push(await fullPass(adapter, deltas));
  return passes.toSorted((a, b) => a.ms - b.ms)[passes.length >> 1] ?? first;
}

async function fullPass(adapter: Adapter, deltas: readonly string[]): Promise<Pass> {
  const stamps = new Float64Array(deltas.length + 1);
  stamps[0] = performance.now();
  const final =
    adapter.stream === undefined ? await pushAll(adapter.create(), deltas, stamps) : await pullAll(adapter.stream, deltas, stamps);
  const ms = performance.now() - (stamps[0] ?? 0);
  const tenth = Math.max(1, Math.floor(deltas.length / 10));
  const meanOf = (from: number, to: number) => ((stamps[to] ?? 0) - (stamps[from] ?? 0)) / (to - from);
  return { ms, final, first: meanOf(0, tenth), last: meanOf(deltas.length - tenth, deltas.length) };
}

async function pushAll(reading: Reading, deltas: readonly string[], stamps: Float64Array): Promise<unknown> {
  let at = 0;
  for (const delta of deltas) {
    reading.push(delta);
    const value = valueOf(reading);
    if (value instanceof Promise) await value;
    stamps[++at] = performance.now();
  }
  return reading.final === undefined ? reading.value() : reading.final();
}

function pullAll(stream: NonNullable<Adapter["stream"]>, deltas: readonly string[], stamps: Float64Array): Promise<unknown> {
  let at = 0;
  return stream(deltas, () => void (stamps[++at] = performance.now()));
}

/** Some throw where the text so far means nothing yet. */
function valueOf(reading: Reading): unknown {
  try {
    return reading.value();
  } catch {
    return undefined;
  }
}

/** What a delta costs behind `index` others, which a fresh reading was given at once. */
async function costAt(adapter: Adapter, text: string, index: number, count: number): Promise<{ us: number; value: unknown }> {
  const reading = adapter.create();
  reading.push(text.slice(0, index * DELTA));
  await valueOf(reading);
  const deltas = slices(text.slice(index * DELTA, (index + count) * DELTA), DELTA);
  let value: unknown;
  const startedAt = performance.now();
  for (const delta of deltas) {
    reading.push(delta);
    value = await valueOf(reading);
  }
  return { us: ((performance.now() - startedAt) * 1000) / deltas.length, value };
}

async function sampledPass(adapter: Adapter, text: string, deltas: number): Promise<Pass> {
  for (const part of [0.1, 0.3, 0.5]) await costAt(adapter, text, Math.floor(part * deltas), 8);
  const costs: number[] = [];
  for (let i = 0; i < SAMPLES; i++) costs.push((await costAt(adapter, text, Math.floor(((i + 0.5) / SAMPLES) * deltas), 8)).us);
  const reading = adapter.create();
  reading.push(text);
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const final = await reading.value();
  return { ms: (mean(costs) * deltas) / 1000, final, first: mean(costs.slice(0, 2)), last: mean(costs.slice(-2)) };
}

function plain(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value));
}

function isPrefix(value: unknown, final: unknown): boolean {
  if (typeof value === "string") return typeof final === "string" && final.startsWith(value);
  if (Array.isArray(value)) return Array.isArray(final) && value.every((item, index) => isPrefix(item, final[index]));
  if (isRecord(value)) return isRecord(final) && Object.entries(value).every(([key, item]) => key in final && isPrefix(item, final[key]));
  return Object.is(value, final) || value === null || typeof value === "number"; // A number may still grow.
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
