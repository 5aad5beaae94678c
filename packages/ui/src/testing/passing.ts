import type { FakeClock } from "@unsay/core/testing";

const STEP_MS = 50;

/** Moves time on in small steps, and lets React and the browser work between them. */
export async function pass(clock: FakeClock, ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= STEP_MS) {
    await clock.advance(Math.min(STEP_MS, left));
    await new Promise((resolve) => setTimeout(resolve));
  }
}

/** Longer than any story takes. */
const STORY_MS = 120_000;

/** Moves time on, a step and a frame at a time, until the check passes. Throws what the check threw last. */
export async function untilSeen(clock: FakeClock, check: () => void | Promise<void>): Promise<void> {
  const end = clock.now() + STORY_MS;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (clock.now() >= end) throw error;
    }
    await clock.advance(STEP_MS);
    await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
  }
}
