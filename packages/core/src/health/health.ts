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
  #metrics: MetricsWatch;
  readonly #loops = new Map<string, LoopDetector>();
  readonly #silent = new Set<string>();
  #isLooping = false;

  constructor(startedAt: number) {
    this.#metrics = startMetrics(startedAt);
  }

  get metrics(): RunMetrics {
    return this.#metrics.metrics;
  }

  observe(events: readonly UnsayEvent[], now: number): HealthNews {
    const diagnostics = events.flatMap((event) => this.#observe(event, now));
    return { diagnostics, isLooping: this.#isLooping };
  }

  #observe(event: UnsayEvent, now: number): Diagnostic[] {
    this.#metrics = watchMetrics(this.#metrics, event, now);
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
