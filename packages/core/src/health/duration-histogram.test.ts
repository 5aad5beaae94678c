import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DurationHistogram } from "./duration-histogram.js";

const durations = fc.array(fc.double({ min: 0, max: 900_000, noNaN: true }), { minLength: 1, maxLength: 300 });

describe("a histogram of durations", () => {
  it("gives a quantile that is never below the true one and at most a ninth above it", () => {
    fc.assert(
      fc.property(durations, fc.double({ min: 0.01, max: 1, noNaN: true }), (list, q) => {
        const histogram = new DurationHistogram();
        for (const ms of list) histogram.add(ms);
        const exact = list.toSorted((a, b) => a - b)[Math.ceil(q * list.length) - 1] ?? 0;
        const found = histogram.quantile(q) ?? -1;
        expect(found).toBeGreaterThanOrEqual(exact - 0.5);
        expect(found).toBeLessThanOrEqual(Math.max(1, exact * 1.1) + 1);
        expect(histogram.max).toBe(Math.max(...list));
      }),
    );
  });

  it("holds every duration once, in few buckets, and says null without any", () => {
    expect(new DurationHistogram().quantile(0.95)).toBeNull();
    const histogram = new DurationHistogram();
    for (let index = 0; index < 100_000; index += 1) histogram.add(index * 50);
    const buckets = histogram.buckets();
    expect(buckets.length).toBeLessThan(170);
    expect(buckets.reduce((sum, { count }) => sum + count, 0)).toBe(100_000);
  });
});
