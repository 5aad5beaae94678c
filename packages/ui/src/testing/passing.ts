import type { FakeClock } from "@unsay/core/testing";

/** Moves time on in small steps, and lets React and the browser work between them. */
export async function pass(clock: FakeClock, ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 50) {
    await clock.advance(Math.min(50, left));
    await new Promise((resolve) => setTimeout(resolve));
  }
}
