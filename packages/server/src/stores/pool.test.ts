import { describe, expect, it } from "vitest";
import { createFakeClock, type FakeClock } from "@unsay/core/testing";
import type { Agent } from "../agents/agent.js";
import { allowAllUnsafe } from "../access/authorize.js";
import { createUnsayServer } from "../server.js";
import { startCommand } from "../testing/test-server.js";
import { aroundStore } from "./around-store.js";
import { createMemoryStore } from "./memory.js";
import type { Store } from "./store.js";
import { reportFigure } from "../testing/figures.js";

const POOL = 5;
const STREAMS = 100;
const CALL_MS = 2;
const TOKEN_MS = 20;
const TOKENS = 250;

/** A pool of connections on which each call takes a while. With `holds`, as handlers do that keep theirs across the model. */
function createPool(clock: FakeClock, holds: boolean) {
  const waiting: (() => void)[] = [];
  const facts = { longestHoldMs: 0, longestWaitMs: 0, appends: new Map<string, number[]>() };
  const held = new Map<unknown, () => void>();
  let free = POOL;

  async function take(): Promise<() => void> {
    const askedAt = clock.now();
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => void waiting.push(resolve));
    const takenAt = clock.now();
    facts.longestWaitMs = Math.max(facts.longestWaitMs, takenAt - askedAt);
    return () => {
      facts.longestHoldMs = Math.max(facts.longestHoldMs, clock.now() - takenAt);
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    };
  }

  const store: Store = aroundStore(createMemoryStore(), async (name, call, [first, , third]) => {
    const run = name === "createRun" ? (first as { run: string }).run : first;
    if (name === "append") facts.appends.set(String(run), [...(facts.appends.get(String(run)) ?? []), clock.now()]);
    const release = held.has(run) ? () => {} : await take();
    await new Promise<void>((resolve) => void clock.after(CALL_MS, resolve));
    const result = await call();
    if (holds && name === "createRun") held.set(run, release);
    else release();
    if (holds && name === "append" && JSON.stringify(third).includes('"run.end"')) held.get(run)?.();
    return result;
  });
  return { store, facts };
}

async function generate(holds: boolean) {
  const clock = createFakeClock();
  const { store, facts } = createPool(clock, holds);
  const agent: Agent = async (run) => {
    for (let token = 0; token < TOKENS && !run.signal.aborted; token += 1) {
      run.text(`t${token} `);
      await new Promise<void>((resolve) => void clock.after(TOKEN_MS, resolve));
    }
  };
  const server = createUnsayServer({ agent, store, clock, authorize: allowAllUnsafe, log: () => {} });
  let complete = 0;
  const streams = Array.from({ length: STREAMS }, async (_, index) => {
    const thread = `t${index}`;
    const body = JSON.stringify(startCommand({ thread }));
    const headers = { "content-type": "application/json" };
    const response = await server.fetch(new Request(`http://here/threads/${thread}/runs`, { method: "POST", headers, body }));
    if ((await response.text()).includes('"outcome":"complete"')) complete += 1;
  });
  await clock.advance(TOKEN_MS * TOKENS + 1_000);
  const busiest = Math.max(
    ...[...facts.appends.values()].flatMap((times) => times.map((at) => times.filter((t) => t >= at && t < at + 1_000).length)),
  );
  return { ...facts, streams, complete, busiest };
}

describe("r30-pool: 100 streams of 5 s on 5 connections", () => {
  it("holds none of them for long, lets nobody wait for long, and finishes all", async () => {
    const { streams, complete, longestHoldMs, longestWaitMs, busiest } = await generate(false);
    await Promise.all(streams);
    reportFigure(
      "r30-pool, short store calls",
      `held ${longestHoldMs} ms, waited ${longestWaitMs} ms, at most ${busiest} batches a second for one run`,
    );
    expect(complete).toBe(STREAMS);
    expect(longestHoldMs).toBeLessThan(50);
    expect(longestWaitMs).toBeLessThan(200);
    // Ten a second, and those of the beginning and the end, which wait for nothing.
    expect(busiest).toBeLessThanOrEqual(12);
  });

  it("is a check that finds a connection held while the model is waited for", async () => {
    const { complete } = await generate(true);
    expect(complete).toBeLessThan(STREAMS);
  });
});
