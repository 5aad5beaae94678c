import type { Clock } from "@unsay/core";
import { HttpProblem } from "../http/problem.js";

/** How much one key, such as a user, may ask of this process. */
export interface RateLimits {
  /** Runs begun in a minute under one key. Default: 600. */
  readonly startsPerMinute?: number;
  /** Runs that are live at once under one key. Default: 50. */
  readonly liveRuns?: number;
  /** Streams that are open at once under one key. Default: 500. */
  readonly streams?: number;
  /** Whom a request counts for, such as its user. Default: its thread. */
  readonly keyOf?: (request: Request, thread: string) => string;
}

const MINUTE_MS = 60_000;
/** Keys that are counted at once; beyond it the oldest minute is forgotten. */
const MAX_KEYS = 100_000;

type Counted = "live" | "streams";

/** Counts what each key has and had. One process counts for itself. */
export class Limits {
  readonly #limits: Required<Omit<RateLimits, "keyOf">>;
  readonly #keyOf: NonNullable<RateLimits["keyOf"]>;
  readonly #clock: Clock;
  readonly #starts = new Map<string, { readonly since: number; count: number }>();
  readonly #open: Record<Counted, Map<string, number>> = { live: new Map(), streams: new Map() };

  constructor(limits: RateLimits, clock: Clock) {
    const { startsPerMinute = 600, liveRuns = 50, streams = 500, keyOf = (_request, thread) => thread } = limits;
    this.#limits = { startsPerMinute, liveRuns, streams };
    this.#keyOf = keyOf;
    this.#clock = clock;
  }

  keyOf(request: Request, thread: string): string {
    return this.#keyOf(request, thread);
  }

  /** A run begins, and is live until the returned function is called. Throws an `HttpProblem` (429) when there are too many. */
  takeRun(key: string): () => void {
    this.#countStart(key);
    return this.#hold("live", key);
  }

  #countStart(key: string): void {
    if ((this.#open.live.get(key) ?? 0) >= this.#limits.liveRuns) throw tooMany(`${this.#limits.liveRuns} runs are live at once`, 5_000);
    const now = this.#clock.now();
    const known = this.#starts.get(key);
    const minute = known === undefined || now - known.since >= MINUTE_MS ? { since: now, count: 0 } : known;
    if (minute.count >= this.#limits.startsPerMinute)
      throw tooMany(`${this.#limits.startsPerMinute} runs were begun in a minute`, minute.since + MINUTE_MS - now);
    minute.count += 1;
    this.#starts.set(key, minute);
    const oldest = this.#starts.keys().next();
    if (this.#starts.size > MAX_KEYS && oldest.done !== true) this.#starts.delete(oldest.value);
  }

  /** A stream is open, until the returned function is called. Throws an `HttpProblem` (429) when there are too many. */
  takeStream(key: string): () => void {
    if ((this.#open.streams.get(key) ?? 0) >= this.#limits.streams)
      throw tooMany(`${this.#limits.streams} streams are open at once`, 5_000);
    return this.#hold("streams", key);
  }

  #hold(what: Counted, key: string): () => void {
    const counts = this.#open[what];
    counts.set(key, (counts.get(key) ?? 0) + 1);
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      const left = (counts.get(key) ?? 1) - 1;
      if (left === 0) counts.delete(key);
      else counts.set(key, left);
    };
  }
}

function tooMany(what: string, retryAfterMs: number): HttpProblem {
  return new HttpProblem(429, {
    code: "rate-limited",
    message: `The limit is reached: ${what}. Nothing was begun. Wait, or raise \`limits\` of the server.`,
    retryable: true,
    retryAfterMs: Math.max(1_000, Math.ceil(retryAfterMs)),
    userMessage: "That was a lot at once. Try again in a moment.",
  });
}
