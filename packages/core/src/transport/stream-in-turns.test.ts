import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createEventFactory, NO_EFFECTS, type UnsayEvent } from "../protocol/index.js";
import { createFakeClock, type FakeClock } from "../testing/fake-clock.js";
import { StreamInTurns, type TurnConnection } from "./stream-in-turns.js";
import { StreamTurns } from "./stream-turns.js";
import type { EventStream, ResumeResult } from "./transport.js";

/** Many streams over a simulated network: a log for each run that grows with time, and connections that read it. */

interface Plan {
  /** When it is asked for, ms. */
  readonly at: number;
  /** Until a request is answered, ms. */
  readonly latency: number;
  /** When each event after the first is said, ms after the one before. */
  readonly pauses: readonly number[];
  readonly canResume: boolean;
}

interface Read {
  readonly seqs: number[];
  readonly locals: UnsayEvent[];
  /** When the reader heard something, be it that it has to wait. */
  readonly heardAt: number[];
  /** How long after it was said each event was read. */
  readonly delays: number[];
  hasEnded: boolean;
}

class Network {
  readonly clock: FakeClock = createFakeClock();
  readonly turns: StreamTurns;
  open = 0;
  requests = 0;
  mostOpen = 0;

  constructor(isLimited = true) {
    this.turns = new StreamTurns(this.clock, () => isLimited);
  }

  /** Reads a run to its end, from its start or from an event of it. */
  read(run: string, plan: Plan, { from, signal = new AbortController().signal }: { from?: number; signal?: AbortSignal } = {}): Read {
    const result: Read = { seqs: [], locals: [], heardAt: [], delays: [], hasEnded: false };
    this.clock.after(plan.at, () => void this.#read(run, plan, signal, from, result));
    return result;
  }

  async #read(run: string, plan: Plan, signal: AbortSignal, from: number | undefined, result: Read): Promise<void> {
    const log = logOf(run, plan, this.clock.now());
    const connect = async (after: number, connection: TurnConnection): Promise<EventStream> => {
      this.requests += 1;
      this.open += 1;
      this.mostOpen = Math.max(this.mostOpen, this.open);
      connection.signal.addEventListener("abort", () => (this.open -= 1), { once: true });
      await this.#pass(plan.latency, connection.signal);
      return { [Symbol.asyncIterator]: () => this.#body(log, after, connection) };
    };
    const rest = async (_run: string, after: number, connection: TurnConnection): Promise<ResumeResult> =>
      after === log.length ? { type: "none" } : { type: "stream", stream: await connect(after, connection) };
    const turn = new StreamInTurns(this.turns, signal);
    const first = await turn.open((connection) => connect(from ?? 0, connection));
    for await (const events of turn.read(first, rest, from === undefined ? undefined : { run, after: from })) {
      result.heardAt.push(this.clock.now());
      for (const event of events) {
        if (event.local === true) result.locals.push(event);
        if (event.seq === null) continue;
        result.seqs.push(event.seq);
        result.delays.push(this.clock.now() - (log[event.seq - 1]?.at ?? 0));
      }
    }
    result.hasEnded = true;
  }

  async *#body(log: readonly Said[], after: number, connection: TurnConnection): AsyncGenerator<readonly UnsayEvent[]> {
    for (const { event, at } of log.slice(after)) {
      await this.#pass(at - this.clock.now(), connection.signal);
      if (connection.signal.aborted) break;
      yield [event];
    }
    if (connection.signal.aborted && !connection.hasLeft) yield [localEnd()];
  }

  /** Rejects nothing: an aborted wait ends at once. */
  #pass(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const cancel = this.clock.after(ms, resolve);
      signal.addEventListener("abort", () => (cancel(), resolve()), { once: true });
    });
  }
}

interface Said {
  readonly event: UnsayEvent;
  readonly at: number;
}

function logOf(run: string, { pauses, canResume }: Plan, start: number): readonly Said[] {
  const factory = createEventFactory({ thread: run, run, message: run });
  const open = factory.make({ type: "run.open", caps: { resume: canResume }, heartbeatMs: 15_000, ttlMs: null });
  let at = start;
  const words = pauses.map((pause) => {
    at += pause;
    return { event: factory.make({ type: "span.append", part: "p", span: "s", text: "word " }), at };
  });
  return [{ event: open, at: start }, ...words, { event: factory.make({ type: "run.end", outcome: "complete", effects: NO_EFFECTS }), at }];
}

function localEnd(): UnsayEvent {
  const factory = createEventFactory({ thread: "t", run: "r", message: "m" });
  return {
    ...factory.peek({ type: "run.end", outcome: "truncated", cause: "disconnected", resumable: false, effects: NO_EFFECTS }),
    local: true,
  };
}

const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index + 1);
const steady = (words: number, pause: number): readonly number[] => Array<number>(words).fill(pause);

const PLAN = fc.record({
  at: fc.integer({ min: 0, max: 4_000 }),
  latency: fc.integer({ min: 0, max: 300 }),
  pauses: fc.array(fc.integer({ min: 0, max: 3_000 }), { minLength: 1, maxLength: 12 }),
  canResume: fc.constant(true),
});
const LATENCY_MS = 300;
const TURN_MS = 2_000;

describe("row 56: streams of one page take turns", () => {
  it("each is read whole, in order and once, and no word waits longer than a round of turns", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(PLAN, { minLength: 1, maxLength: 16 }), async (plans) => {
        const network = new Network();
        const reads = plans.map((plan, index) => network.read(`r${index}`, plan));
        await network.clock.runUntil(() => reads.every(({ hasEnded }) => hasEnded));
        // Who begins sends others away at once; each of them has its full turn after that.
        const round = (Math.ceil(plans.length / 4) + 1) * (TURN_MS + 2 * LATENCY_MS) + plans.length * LATENCY_MS;
        reads.forEach(({ seqs, locals, delays, hasEnded }, index) => {
          expect({ seqs, locals, hasEnded }).toEqual({ seqs: upTo((plans[index]?.pauses.length ?? 0) + 2), locals: [], hasEnded: true });
          expect(Math.max(...delays)).toBeLessThanOrEqual(round);
        });
        expect(network.open).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  it("no more than four connections are open while twenty begin and go on, and each of the twenty gets its turns", async () => {
    const network = new Network();
    const reads = upTo(20).map((index) =>
      network.read(`r${index}`, { at: index * 100, latency: 20, pauses: steady(60, 500), canResume: true }),
    );
    await network.clock.advance(23_000);
    expect(network.mostOpen).toBe(4);
    const progress = reads.map(({ seqs }) => seqs.length);
    expect(Math.min(...progress)).toBeGreaterThan(10);
    await network.clock.runUntil(() => reads.every(({ hasEnded }) => hasEnded));
    for (const { seqs } of reads) expect(seqs).toEqual(upTo(62));
  });

  it("four are never interrupted, and over HTTP/2 no number is", async () => {
    for (const [count, isLimited] of [
      [4, true],
      [30, false],
    ] as const) {
      const network = new Network(isLimited);
      const reads = upTo(count).map((index) => network.read(`r${index}`, { at: 0, latency: 5, pauses: steady(20, 400), canResume: true }));
      await network.clock.runUntil(() => reads.every(({ hasEnded }) => hasEnded));
      expect(network.requests).toBe(count);
    }
  });

  it("a start waits for nobody: another gives way to it, and a run that can't be resumed never does", async () => {
    const network = new Network();
    const stubborn = upTo(3).map((index) => network.read(`s${index}`, { at: 0, latency: 5, pauses: steady(20, 500), canResume: false }));
    const polite = upTo(3).map((index) => network.read(`p${index}`, { at: 0, latency: 5, pauses: steady(20, 500), canResume: true }));
    await network.clock.advance(5_000);
    const late = network.read("late", { at: 0, latency: 5, pauses: steady(2, 50), canResume: true });
    await network.clock.advance(200);
    expect(late.hasEnded).toBe(true);
    await network.clock.runUntil(() => [...stubborn, ...polite].every(({ hasEnded }) => hasEnded));
    for (const { delays } of stubborn) expect(Math.max(...delays)).toBeLessThanOrEqual(5);
    for (const { seqs } of [...stubborn, ...polite]) expect(seqs).toEqual(upTo(22));
  });

  it("nobody hears nothing for a second while words are said, so that no reader takes its wait for a lost connection", async () => {
    const network = new Network();
    const reads = upTo(24).map((index) => network.read(`r${index}`, { at: 0, latency: 20, pauses: steady(40, 500), canResume: true }));
    await network.clock.runUntil(() => reads.every(({ hasEnded }) => hasEnded));
    for (const { heardAt } of reads) {
      expect(Math.max(...heardAt.map((at, index) => at - (heardAt[index - 1] ?? 0)))).toBeLessThan(1_000);
    }
  });

  it("a run that was told to stop goes on at once, since its answer is waited for", async () => {
    const network = new Network();
    const reads = upTo(12).map((index) => network.read(`r${index}`, { at: index, latency: 5, pauses: steady(60, 100), canResume: true }));
    await network.clock.advance(1_000);
    const waiting = reads.findIndex(({ seqs }) => seqs.length === 1);
    network.turns.hurry(`r${waiting + 1}`);
    await network.clock.advance(10);
    expect(reads[waiting]?.seqs.length).toBeGreaterThan(8);
  });

  it("a page that is loaded again goes on with all of its runs, each after its last event", async () => {
    const network = new Network();
    const plan = { at: 0, latency: 20, pauses: steady(20, 300), canResume: true };
    const reads = upTo(9).map((index) => network.read(`r${index}`, plan, { from: 1 }));
    await network.clock.runUntil(() => reads.every(({ hasEnded }) => hasEnded));
    for (const { seqs } of reads) expect(seqs).toEqual(upTo(22).slice(1));
  });

  it("who leaves gives its place back, be it read, waiting or not yet answered", async () => {
    const network = new Network();
    const plan = { at: 0, latency: 50, pauses: steady(40, 200), canResume: true };
    const aborts = upTo(10).map(() => new AbortController());
    for (const [index, { signal }] of aborts.entries()) network.read(`r${index}`, plan, { signal });
    await network.clock.advance(3_000);
    for (const [index, abort] of aborts.entries()) {
      abort.abort();
      await network.clock.advance(index * 30);
    }
    expect(network.open).toBe(0);
    const after = upTo(4).map((index) => network.read(`a${index}`, { ...plan, pauses: steady(20, 300) }));
    const before = network.requests;
    await network.clock.runUntil(() => after.every(({ hasEnded }) => hasEnded));
    expect(network.requests - before).toBe(4);
  });
});
