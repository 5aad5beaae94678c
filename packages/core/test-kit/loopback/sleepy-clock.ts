import { createFakeClock, type FakeClock } from "../../src/testing/fake-clock.js";
import type { Clock } from "../../src/session/session.types.js";

/** A page's clock on a machine that sleeps: the time goes on and no timer fires until it is awake. */
export interface SleepyClock extends Clock {
  /** The time of everything that does not sleep, such as the server. */
  readonly world: FakeClock;
  /** Passes without a timer of the page. */
  sleep(ms: number): void;
  /** The calendar is set; the monotonic clock does not care. */
  setCalendar(ms: number): void;
}

/** `roundTo`: the page's timers fire at whole multiples of this only, as in a tab that is throttled. */
export function createSleepyClock(roundTo = 1): SleepyClock {
  const world = createFakeClock();
  let slept = 0;
  let calendar = 0;
  return {
    world,
    now: () => world.now() + slept,
    epoch: () => world.epoch() + slept + calendar,
    after: (ms, run) => world.after(Math.ceil((world.now() + ms) / roundTo) * roundTo - world.now(), run),
    sleep: (ms) => (slept += ms),
    setCalendar: (ms) => (calendar += ms),
  };
}
