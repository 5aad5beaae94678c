import type { Clock } from "../session/session.types.js";

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

/** Time that stands still until a test moves it. */
export interface FakeClock extends Clock {
  /** Moves time on by `ms`, running what falls due in order, and lets promises settle between timers. */
  advance(ms: number): Promise<void>;
  /** Runs timers, however far away, until `done` says so or none is left. */
  runUntil(done: () => boolean): Promise<void>;
  /** Moves time to the next timer and runs it; `false` when none is left. */
  step(): Promise<boolean>;
  /** Timers that wait. */
  readonly pending: number;
}

/** 2026-01-01T12:00:00Z: where a fake clock's calendar starts. */
const START_EPOCH = 1_767_268_800_000;

/** Rounds of the microtask queue that let a chain of awaits settle; streams need the macrotask too. */
async function settle(): Promise<void> {
  await new Promise<void>((resolve) => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => {
      channel.port1.close();
      resolve();
    };
    channel.port2.postMessage(null);
  });
}

/** A clock for sessions, transports and faults alike, at `start` ms. Give all parts of a test the same one. */
export function createFakeClock(start = 0): FakeClock {
  let now = start;
  let order = 0;
  const timers = new Set<Timer>();
  const due = (limit: number): Timer | undefined =>
    [...timers].filter((timer) => timer.at <= limit).sort((a, b) => a.at - b.at || a.order - b.order)[0];

  async function runNext(limit: number): Promise<boolean> {
    await settle();
    const timer = due(limit);
    if (timer === undefined) return false;
    timers.delete(timer);
    now = Math.max(now, timer.at);
    timer.run();
    return true;
  }

  return {
    now: () => now,
    epoch: () => START_EPOCH + now,
    after(ms, run) {
      const timer = { at: now + Math.max(0, ms), order: (order += 1), run };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    async advance(ms) {
      const until = now + ms;
      while (await runNext(until));
      // Two may move it at once: time never goes back.
      now = Math.max(now, until);
      await settle();
    },
    async runUntil(done) {
      await settle();
      while (!done() && (await runNext(Number.POSITIVE_INFINITY)));
    },
    step: () => runNext(Number.POSITIVE_INFINITY),
    get pending() {
      return timers.size;
    },
  };
}
