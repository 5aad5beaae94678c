import type { CDPSession } from "playwright";

/** What a trace of DevTools' Performance panel comes to, on the page's main thread. */
export interface TraceTimes {
  readonly taskMs: number;
  readonly scriptMs: number;
  readonly styleMs: number;
  readonly layoutMs: number;
  readonly paintMs: number;
  readonly longTasks: number;
  readonly longestTaskMs: number;
}

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds. */
  readonly ts: number;
  readonly dur?: number;
  readonly args?: { readonly name?: string };
}

const CATEGORIES = ["devtools.timeline", "disabled-by-default-devtools.timeline", "v8.execute", "toplevel", "blink.user_timing"];
const LONG_TASK_MS = 50;
const SCRIPT = ["FunctionCall", "EvaluateScript", "RunMicrotasks", "FireAnimationFrame", "TimerFire"];

/** Starts a trace; what it gives back ends it and adds it up. */
export async function traceTimes(devtools: CDPSession): Promise<() => Promise<TraceTimes>> {
  const events: TraceEvent[] = [];
  devtools.on("Tracing.dataCollected", ({ value }) => events.push(...(value as unknown as TraceEvent[])));
  await devtools.send("Tracing.start", {
    transferMode: "ReportEvents",
    traceConfig: { includedCategories: CATEGORIES },
  });
  return async () => {
    const complete = new Promise<void>((resolve) => void devtools.once("Tracing.tracingComplete", () => resolve()));
    await devtools.send("Tracing.end");
    await complete;
    return timesOf(events);
  };
}

function timesOf(events: readonly TraceEvent[]): TraceTimes {
  const own = busiestMainThread(events);
  const tasks = durationsOf(own, ["RunTask", "ThreadControllerImpl::RunTask"]);
  const sumOf = (names: readonly string[]) => total(durationsOf(own, names));
  return {
    taskMs: total(tasks),
    scriptMs: sumOf(SCRIPT),
    styleMs: sumOf(["UpdateLayoutTree"]),
    layoutMs: sumOf(["Layout"]),
    paintMs: sumOf(["Paint", "PrePaint", "Layerize"]),
    longTasks: tasks.filter((ms) => ms > LONG_TASK_MS).length,
    longestTaskMs: Math.max(0, ...tasks),
  };
}

/** The trace holds every process of the browser; the page under test is the one that worked. */
function busiestMainThread(events: readonly TraceEvent[]): readonly TraceEvent[] {
  const mains = events.filter(({ name, args }) => name === "thread_name" && args?.name === "CrRendererMain");
  const threads = mains.map(({ pid, tid }) => events.filter((event) => event.pid === pid && event.tid === tid));
  return threads.toSorted((a, b) => b.length - a.length)[0] ?? [];
}

/** In ms. Of events that stand in one another only the outermost counts, so that nothing is added up twice. */
function durationsOf(events: readonly TraceEvent[], names: readonly string[]): readonly number[] {
  const found = events.filter(({ name, ph, dur }) => ph === "X" && dur !== undefined && names.includes(name));
  const durations: number[] = [];
  let end = 0;
  for (const { ts, dur = 0 } of found.toSorted((a, b) => a.ts - b.ts)) {
    if (ts < end) continue;
    end = ts + dur;
    durations.push(dur / 1000);
  }
  return durations;
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
