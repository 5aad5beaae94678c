import type { BenchCase } from "../harness/bench.types.ts";
import type { BrowserBench } from "../harness/bench-module.types.ts";
import { traceTimes, type TraceTimes } from "../harness/tracing.ts";
import type { TraceFound } from "../pages/trace.ts";

// A DevTools trace in numbers: the same answer in a whole page of ours and in the page that most people build.

interface TraceCase extends BenchCase {
  readonly size: number;
}

export const trace: BrowserBench<TraceCase> = {
  page: "pages/trace.ts",
  runOptions: { observe: traceTimes },
  cases: [{ size: 40_000, label: "40 kB answer in a whole page" }],
  quick: (parameters) => ({ ...parameters, size: 10_000 }),
  correctness: [],
  argumentsOf: ({ size }) => ({ size }),
  interpret: (_subject, { size }, found: TraceFound & TraceTimes) => ({
    ok: found.shown > size / 2,
    metrics: {
      commits: found.commits,
      "main-thread ms": found.taskMs,
      "script ms": found.scriptMs,
      "style ms": found.styleMs,
      "layout ms": found.layoutMs,
      "paint ms": found.paintMs,
      "tasks > 50 ms": found.longTasks,
      "longest task ms": found.longestTaskMs,
    },
    info: { streamMs: found.streamMs, shown: found.shown, why: "the page does not show the answer" },
  }),
};
