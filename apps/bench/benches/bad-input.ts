import type { BenchCase } from "../harness/bench.types.ts";
import type { BrowserBench } from "../harness/bench-module.types.ts";
import type { BadInputFound } from "../pages/bad-input.ts";
import { BAD_INPUTS } from "../workloads/bad-input.ts";

// What was written to break a page, streamed into one: how long it is busy, what it keeps, and whether it still hears a click.

const cases: readonly BenchCase[] = BAD_INPUTS.map(({ label }) => ({ label, maxRounds: 1 }));

export const badInput: BrowserBench<BenchCase> = {
  page: "pages/bad-input.ts",
  cases,
  quick: (parameters) => parameters,
  correctness: [],
  argumentsOf: ({ label }) => ({ label }),
  interpret: (_subject, _parameters, found: BadInputFound) => ({
    ok: found.hasComposer && found.clicks > 0,
    metrics: {
      "longest task ms": found.longestTaskMs,
      "heap growth MB": found.heapMB,
      "click ms": found.clickMs,
    },
    info: { clicks: found.clicks, shown: found.shown, streamMs: found.streamMs, why: "the page had no composer or heard no click" },
  }),
};
