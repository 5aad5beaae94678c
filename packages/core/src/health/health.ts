import type { Diagnostic, UnsayEvent } from "../protocol/index.js";
import { watchBuffering, type BufferingWatch } from "./buffering.js";
import { LoopDetector } from "./loop.js";
import { startMetrics, watchMetrics, type MetricsWatch, type RunMetrics } from "./metrics.js";

/** What is found out about a run while its events pass. */
export interface HealthNews {
  readonly diagnostics: readonly Diagnostic[];
  readonly isLooping: boolean;
}

/** Watches one run. Reads events, changes none, and knows the time only from its caller. */
export class RunHealth {
  #buffering: BufferingWatch = undefined;
  #metrics: MetricsWatch | null;
  readonly #loops = new Map<string, LoopDetector>();
  readonly #silent = new Set<string>();
  #isLooping = false;

  /** `startedAt`: when the request left; `null` for a run that was joined on its way, whose past arrives at once. */
  constructor(startedAt: number | null) {
    this.#metrics = startedAt === null ? null : startMetrics(startedAt);
    if (startedAt === null) this.#buffering = null;
  }

  get metrics(): RunMetrics | null {
    return this.#metrics?.metrics ?? null;
  }

  observe(events: readonly UnsayEvent[], now: number): HealthNews {
    const diagnostics = events.flatMap((event) => this.#observe(event, now));
    return { diagnostics, isLooping: this.#isLooping };
  }

  #observe(event: UnsayEvent, now: number): Diagnostic[] {
    if (this.#metrics !== null) this.#metrics = watchMetrics(this.#metrics, event, now);
    const [watch, buffered] = watchBuffering(this.#buffering, event, now);
    this.#buffering = watch;
    const loop = this.#watchLoop(event);
    return [buffered, loop].filter((diagnostic) => diagnostic !== null);
  }

  /** Code repeats lines for a living, and reasoning is not shown as the answer: neither is looked at. */
  #watchLoop(event: UnsayEvent): Diagnostic | null {
    if (event.type === "part.open" && (event.kind === "code" || event.kind === "reasoning")) this.#silent.add(event.part);
    if (event.type !== "span.append" || this.#isLooping || this.#silent.has(event.part)) return null;
    const detector = this.#loops.get(event.part) ?? new LoopDetector();
    this.#loops.set(event.part, detector);
    const found = detector.push(event.text);
    if (found === null) return null;
    this.#isLooping = true;
    return { code: "degenerate.loop", since: found.since, repeats: found.repeats };
  }
}
