import { systemClock } from "@unsay/core";
import type { FakeClock } from "@unsay/core/testing";

/** The machine's time for helpers that move a test's own: moving it changes nothing. */
export const realClock: FakeClock = {
  ...systemClock,
  advance: async () => {},
  runUntil: async () => {},
  step: async () => false,
  pending: 0,
};
