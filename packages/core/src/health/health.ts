import type { RepeatedFailure } from "../message/index.js";
import type { Diagnostic, UnsayEvent } from "../protocol/index.js";
import { watchBuffering, type BufferingWatch } from "./buffering.js";
import { LoopDetector } from "./loop.js";
import { REPEATED_FAILURES, RepeatedFailures } from "./repeated-failures.js";

/** What is found out about a run while its events pass. */
export interface HealthNews {
  readonly diagnostics: readonly Diagnostic[];
  readonly isLooping: boolean;
  /** The newest call that failed as calls before it did, three times or more. */
  readonly repeatedFailure: RepeatedFailure | null;
}

/** Watches one run. Reads events, changes none, and knows the time only from its caller. */
export class RunHealth {
  #buffering: BufferingWatch;
  readonly #failures = new RepeatedFailures();
  readonly #loops = new Map<string, LoopDetector>();
  readonly #silent = new Set<string>();
  #isLooping = false;
  #repeatedFailure: RepeatedFailure | null = null;

  /** `isJoined`: the run was met on its way, and its past arrives at once, which is no proxy's doing. */
  constructor(isJoined: boolean) {
    this.#buffering = isJoined ? null : undefined;
  }

  /** What was heard before. */
  observe(events: readonly UnsayEvent[]): HealthNews {
    const diagnostics = events.flatMap((event) => this.#watchLoop(event) ?? this.#watchFailures(event) ?? []);
    return { diagnostics, isLooping: this.#isLooping, repeatedFailure: this.#repeatedFailure };
  }

  /** So many events of one kind came at `now`, the newest of which is given. */
  hear(newest: UnsayEvent, now: number, count: number): Diagnostic | null {
    const [watch, buffered] = watchBuffering(this.#buffering, newest, now, count);
    this.#buffering = watch;
    return buffered;
  }

  /** Code repeats lines for a living, and reasoning is not shown as the answer: neither is looked at. */
  #watchLoop(event: UnsayEvent): Diagnostic | null {
    if (event.type === "part.open" && (event.kind === "code" || event.kind === "reasoning")) this.#silent.add(event.part);
    if (event.type === "part.close") this.#forget(event.part);
    // What is expunged must not be left anywhere, so not in the sentences that are compared.
    if (event.type === "span.retract" && event.expunge) this.#loops.clear();
    if (event.type !== "span.append" || this.#isLooping || this.#silent.has(event.part)) return null;
    const found = this.#detectorOf(event.part).push(event.text);
    if (found === null) return null;
    this.#isLooping = true;
    return { code: "degenerate.loop", since: found.since, repeats: found.repeats };
  }

  #detectorOf(part: string): LoopDetector {
    const known = this.#loops.get(part);
    if (known !== undefined) return known;
    const made = new LoopDetector();
    this.#loops.set(part, made);
    return made;
  }

  #forget(part: string): void {
    this.#loops.delete(part);
    this.#silent.delete(part);
  }

  /** Said once for each failure; its count goes on in the message. */
  #watchFailures(event: UnsayEvent): Diagnostic | null {
    const found = this.#failures.observe(event);
    if (found === null) return null;
    this.#repeatedFailure = found;
    if (found.times > REPEATED_FAILURES) return null;
    return { code: "agent.looping", name: found.name, errorCode: found.code, times: found.times };
  }
}
