import { expect, vi } from "vitest";

/** How long anything is waited for: on a machine that is busy with other tests it comes late, and what is broken never comes. */
const PATIENCE_MS = 30_000;

vi.setConfig({ testTimeout: 2 * PATIENCE_MS, hookTimeout: 2 * PATIENCE_MS });

/** Asks again every `interval` ms until what it gives is as expected. */
export const eventually = <T>(read: () => T, interval = 50): ReturnType<typeof expect.poll<T>> =>
  expect.poll(read, { timeout: PATIENCE_MS, interval });
