import type {} from "vitest";
import type { UnsayMatchers } from "./matchers.js";

/**
 * Matchers for Vitest, with their types. In a setup file:
 *
 *     import { expect } from "vitest";
 *     import { unsayMatchers } from "@unsay/core/testing/vitest";
 *     expect.extend(unsayMatchers);
 *
 * Nothing of Vitest is loaded from here, so Jest's `expect.extend` takes them as well.
 */
export { unsayMatchers, type MatcherResult, type UnsayMatchers } from "./matchers.js";
export { watchStatuses, type StatusEntry, type StatusHistory } from "./history.js";

declare module "vitest" {
  // The parameters must be written as Vitest writes them, or the two declarations are not one interface.
  interface Matchers<R extends void | Promise<void> = void | Promise<void>, T = unknown> extends UnsayMatchers<R> {}
}
