import type { UnsayEvent } from "../protocol/index.js";
import { STALLED_GAP_MS } from "../message/liveness.js";

/** A silence between two pieces of content that nothing explained. */
export interface Gap {
  /** On this client's monotonic clock. */
  readonly since: number;
  readonly ms: number;
  readonly isStall: boolean;
}

const CONTENT: ReadonlySet<UnsayEvent["type"]> = new Set([
  "part.open",
  "part.close",
  "span.append",
  "tool.propose",
  "tool.args",
  "tool.ready",
]);
/** From here on a silence has a reason that the reader is told. */
const EXCUSES: ReadonlySet<UnsayEvent["type"]> = new Set(["run.phase", "hold", "tool.hold", "tool.start", "approval.request"]);
/** What was waited for is over: a silence is measured anew. */
const RESUMPTIONS: ReadonlySet<UnsayEvent["type"]> = new Set(["tool.result", "receipt", "approval.decision"]);

/**
 * Measures the silences of a run as a reader would feel them: from content to content, without those that a tool, a
 * hold, a phase or an open approval explains, and without those that nobody watched because the page was hidden.
 */
export class GapWatch {
  #lastAt: number | null = null;
  #isExplained = false;
  #isAway = false;

  /** The gap that this event ends, if it ends one. */
  observe(event: UnsayEvent, now: number): Gap | null {
    if (!CONTENT.has(event.type)) return this.#noteOther(event, now);
    const gap = this.end(now);
    this.#restart(now);
    return gap;
  }

  /** Whether silences of no length, between pieces of content that came together, are counted. */
  get isCounting(): boolean {
    return !this.#isAway;
  }

  #noteOther(event: UnsayEvent, now: number): null {
    if (EXCUSES.has(event.type)) this.#isExplained = true;
    if (RESUMPTIONS.has(event.type)) this.#restart(now);
    return null;
  }

  /** The gap that lasts until `now`: what an end makes of it. */
  end(now: number): Gap | null {
    if (this.#lastAt === null || this.#isExplained || this.#isAway) return null;
    const ms = now - this.#lastAt;
    return { since: this.#lastAt, ms, isStall: ms >= STALLED_GAP_MS };
  }

  /** A page that nobody sees: its timers sleep, so its silences say nothing of the run. */
  leave(): void {
    this.#isAway = true;
  }

  return(): void {
    if (this.#isAway) this.#lastAt = null;
    this.#isAway = false;
  }

  #restart(now: number): void {
    this.#lastAt = now;
    this.#isExplained = false;
  }
}
