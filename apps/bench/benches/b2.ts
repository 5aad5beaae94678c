import type { BenchCase } from "../harness/bench.types.ts";
import type { BrowserBench } from "../harness/bench-module.types.ts";
import type { ThreadFound } from "../pages/b2.ts";
import { messageDeltas, thread } from "../workloads/thread.ts";

// B2: a finished thread in Chromium and one message that streams at its end.

interface ThreadCase extends BenchCase {
  readonly messages: number;
  readonly deltas: number;
}

const caseOf = (messages: number, deltas = 500): ThreadCase => ({ messages, deltas, label: `${messages} messages` });

/** These need about a second for each delta at 10,000 messages. */
const SLOW: ReadonlySet<string> = new Set(["assistant-ui-external-store", "assistant-ui-local"]);

export const b2: BrowserBench<ThreadCase> = {
  page: "pages/b2.ts",
  cases: [caseOf(1_000), caseOf(10_000)],
  correctness: [caseOf(200, 20)],
  quick: (parameters) => ({ ...parameters, deltas: 100 }),
  argumentsOf({ messages, deltas }, { id }) {
    const all = messageDeltas(800);
    const count = SLOW.has(id) && messages >= 10_000 ? 10 : deltas;
    return { history: thread(messages), deltas: all.slice(0, count), burst: all.slice(500, 700), tail: all.slice(700, 740) };
  },
  interpret: (_subject, _parameters, found: ThreadFound) => ({
    ok: found.ok,
    metrics: {
      "mount ms": found.mountMs,
      "ms per delta, mean": found.meanMs,
      "ms per delta, p99": found.p99,
      "update ms per delta": found.updateMs,
      "layout ms per delta": found.layoutMs,
      "ms per rendered frame": found.frameMs,
      "DevTools task ms per delta": found.devtools.taskMs / found.deltas,
      "renders of finished rows": found.finishedRenders,
      "ms for a burst of 200 deltas": found.burstMs,
      "heap MB after mount": found.heapMountMB,
      "heap MB at end": found.heapEndMB,
      "scroll drift px": found.drift,
      ...(found.gap === null ? {} : { "follow gap px": found.gap }),
    },
    info: { deltas: found.deltas, p50: found.p50, worst: found.worst, liveRenders: found.liveRenders, rows: found.rows },
  }),
};
