import { createHmac, timingSafeEqual } from "node:crypto";
import { afterAll, describe, expect, it, vi } from "vitest";
import type { UnsayEvent } from "@unsay/core/protocol";
import { reportFigure } from "./testing/figures.js";
import { createMemoryKind, createRecordKinds } from "./testing/shared-stores.js";
import { diesAt, simulate, tellUndisturbed } from "./testing/simulation/simulate.js";

/** Seeds on memory, of which the others do a tenth; `UNSAY_SEEDS=500000` for more, `UNSAY_SEED=42 UNSAY_SEEDS=1` for one. */
const SEEDS = Number(process.env["UNSAY_SEEDS"] ?? 5_000);
const FIRST_SEED = Number(process.env["UNSAY_SEED"] ?? 1);
/** So many are enough to see what is wrong. */
const ENOUGH = 5;

signAtOnce();
const kinds = createRecordKinds();
const memory = createMemoryKind();
afterAll(() => Promise.all(kinds.map((kind) => kind.close())));

/** Tells one story after the other until enough are wrong. Gives what is wrong, and how many were told. */
async function tellAll(numbers: Iterable<number>, tell: (number: number) => Promise<readonly string[]>): Promise<readonly string[]> {
  const wrong: string[] = [];
  for (const number of numbers) {
    const found = await tell(number);
    if (found.length > 0) wrong.push(`${number}: ${found.join("; ")}`);
    if (wrong.length === ENOUGH) break;
  }
  return wrong;
}

function* range(from: number, count: number): Generator<number> {
  for (let number = from; number < from + count; number += 1) yield number;
}

describe.each(kinds)("L6: two processes, one of which meets with something ($name)", (kind) => {
  const count = kind.name === "memory" ? SEEDS : Math.ceil(SEEDS / 10);

  it(`keep every promise, ${count} times`, { timeout: 120_000 + count * 2_000 }, async () => {
    const startedAt = performance.now();
    const wrong = await tellAll(range(FIRST_SEED, count), (seed) => simulate(seed, kind));
    const seconds = Math.round((performance.now() - startedAt) / 1000);
    reportFigure(`L6 simulation, ${kind.name}`, `${count} seeds from ${FIRST_SEED} in ${seconds} s: ${wrong.length} wrong`);
    expect(wrong, "replay one with UNSAY_SEED=<seed> UNSAY_SEEDS=1").toEqual([]);
  });
});

const has =
  (...wanted: readonly string[]) =>
  (events: readonly UnsayEvent[]) =>
    wanted.every((word) => events.some((event) => describeEvent(event) === word));

function describeEvent(event: UnsayEvent): string {
  if (event.type === "receipt") return `receipt ${event.outcome}`;
  if (event.type === "approval.decision") return String(event.items[0]?.decision);
  return event.type;
}

const STORIES = [
  ["an approved payment", has("approved", "receipt succeeded")],
  ["a stop while a tool works", has("stop.ack", "receipt succeeded")],
  ["something undone", has("receipt undone")],
  ["a tool whose answer is lost", has("receipt unknown")],
] as const;

/** The first seed whose story is one of these. */
async function findStory(isOne: (events: readonly UnsayEvent[]) => boolean) {
  for (let seed = 1; ; seed += 1) {
    const told = await tellUndisturbed(seed, memory);
    if (isOne(told.events)) return { seed, ...told };
  }
}

describe("L6: a process that dies at each of its awaits", () => {
  it.each(STORIES)("keeps every promise, in the story of %s", { timeout: 1_200_000 }, async (name, isOne) => {
    const { seed, awaits } = await findStory(isOne);
    const wrong = await tellAll(range(1, awaits), (count) => simulate(seed, memory, diesAt(count)));
    reportFigure(`L6 death at every await, ${name}`, `${awaits} awaits of seed ${seed}: ${wrong.length} wrong`);
    expect(wrong).toEqual([]);
  });

  it("tells the same story for the same seed", async () => {
    for (let seed = 1; seed <= 20; seed += 1) {
      const [once, again] = [await tellUndisturbed(seed, memory), await tellUndisturbed(seed, memory)];
      expect(again.events.map(({ type }) => type)).toEqual(once.events.map(({ type }) => type));
    }
  });
});

/**
 * The same signatures, without the pool of threads that the real ones are made in: how long that takes is the one thing
 * that a simulation could not repeat.
 */
function signAtOnce(): void {
  const { subtle } = crypto;
  vi.spyOn(subtle, "importKey").mockImplementation((async (_format: string, bytes: Uint8Array) => bytes) as never);
  vi.spyOn(subtle, "sign").mockImplementation((async (_how: unknown, key: Uint8Array, data: Uint8Array) => digest(key, data)) as never);
  vi.spyOn(subtle, "verify").mockImplementation((async (_how: unknown, key: Uint8Array, given: Uint8Array, data: Uint8Array) => {
    const expected = digest(key, data);
    return given.byteLength === expected.byteLength && timingSafeEqual(new Uint8Array(given), new Uint8Array(expected));
  }) as never);
}

function digest(key: Uint8Array, data: Uint8Array): ArrayBuffer {
  return new Uint8Array(createHmac("sha256", key).update(data).digest()).buffer;
}
