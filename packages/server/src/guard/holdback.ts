import type { Clock } from "@unsay/core";
import type { EventPayload, SpanAppend } from "@unsay/core/protocol";
import { UNITS_PER_TOKEN } from "../usage/tokens.js";
import { HeldQueue } from "./held-queue.js";

export type GuardVerdict = { readonly ok: true } | { readonly ok: false; readonly reason: string };

/** What a guard looks at: text that no reader has yet, and a little of what they have. */
export interface GuardInput {
  readonly text: string;
  /** The end of what was let through before, at most as much as the overlap. */
  readonly before: string;
  /** Nothing more comes of this piece before what stands behind it: a tool call, another part, the end. */
  readonly isWhole: boolean;
  readonly thread: string;
  readonly run: string;
  /** Aborted when the answer is over, or the guard's time is up. */
  readonly signal: AbortSignal;
}

export type GuardCheck = (input: GuardInput) => GuardVerdict | Promise<GuardVerdict>;

export interface HoldbackOptions {
  /** Text is checked each time this many tokens have come. Default: 50. A token is taken as 4 UTF-16 units. */
  readonly windowTokens?: number;
  /** Checks after this many whole sentences instead. */
  readonly sentences?: number;
  /**
   * Tokens at the end of checked text that stay back and are checked again with what follows, so that a violation no
   * longer than this is never let through in halves. Default: 20.
   */
  readonly overlap?: number;
  /**
   * How long text may wait for its check, in ms. After it the answer is withheld. Default: 1,500. A check begins after
   * half of it at the latest, so one that takes less than half is never late.
   */
  readonly maxDelayMs?: number;
  /** What it throws, and silence, count as no. */
  readonly check: GuardCheck;
}

/** Text of parts passes it before any reader gets a byte: replacements and values too, arguments and outputs of tools not. */
export interface GuardSettings {
  readonly windowUnits: number;
  readonly sentences: number | null;
  readonly overlapUnits: number;
  readonly maxDelayMs: number;
  readonly check: GuardCheck;
}

/** Keeps text back until it has been checked, and withholds the answer when the check says no, fails or is late. */
export function holdback({ windowTokens = 50, sentences, overlap = 20, maxDelayMs = 1_500, check }: HoldbackOptions): GuardSettings {
  return {
    windowUnits: Math.max(1, windowTokens * UNITS_PER_TOKEN),
    sentences: sentences ?? null,
    overlapUnits: Math.max(0, overlap * UNITS_PER_TOKEN),
    maxDelayMs,
    check,
  };
}

export interface Trip {
  readonly code: "guard-tripped" | "guard-timeout";
  readonly reason: string;
}

export interface HoldbackRunOptions {
  readonly guard: GuardSettings;
  readonly thread: string;
  readonly run: string;
  readonly clock: Clock;
  readonly write: (payload: EventPayload) => void;
  /** Called once; nothing is let through after it. */
  readonly onTrip: (trip: Trip) => void;
}

/** The hold-back of one run: what the agent says goes in, and what was checked comes out, in the same order. */
export class Holdback {
  readonly #options: HoldbackRunOptions;
  readonly #held = new HeldQueue();
  readonly #abort = new AbortController();
  #before = "";
  #isChecking = false;
  #hasNews = false;
  #isDue = false;
  #isDraining = false;
  #isOver = false;
  #cancelDue: (() => void) | null = null;
  /** Since when the oldest text waits that no check has begun with. */
  #waitsSince: number | null = null;
  #drained: (() => void)[] = [];

  constructor(options: HoldbackRunOptions) {
    this.#options = options;
  }

  say(payload: EventPayload): void {
    switch (payload.type) {
      case "span.append":
        return this.#hold(payload);
      case "span.revise":
        return this.#holdWhole(payload.replacement.text, payload);
      case "part.open":
        return payload.value === undefined
          ? this.queue(() => this.#options.write(payload))
          : this.#holdWhole(JSON.stringify(payload.value), payload);
      case "run.phase":
        return this.#options.write(payload);
      default:
        return this.queue(() => this.#options.write(payload));
    }
  }

  /** Done after everything said before it was let through. */
  queue(act: () => void): void {
    if (this.#isOver) return;
    this.#held.addAct(act);
    void this.#pump();
  }

  /** Resolves when everything said so far was let through, or nothing will be any more. */
  drain(): Promise<void> {
    if (this.#isOver || this.#held.isEmpty) return Promise.resolve();
    this.#isDraining = true;
    return new Promise((resolve) => {
      this.#drained.push(resolve);
      void this.#pump();
    });
  }

  /** The answer is over: what nobody has seen is never shown. */
  drop(): void {
    this.#isOver = true;
    this.#held.clear();
    this.#cancelDue?.();
    this.#abort.abort();
    this.#tellDrained();
  }

  #hold(payload: SpanAppend): void {
    if (this.#isOver || payload.text === "") return;
    if (!this.#held.hasText) this.#queueHold(payload.part);
    const key = JSON.stringify({ ...payload, text: "" });
    this.#held.addText(key, payload.text, (text) => this.#options.write({ ...payload, text }));
    this.#startWaiting();
    void this.#pump();
  }

  /** Text that can't be let through in pieces. */
  #holdWhole(text: string, payload: EventPayload): void {
    if (this.#isOver) return;
    this.#held.addWhole(text, () => this.#options.write(payload));
    this.#startWaiting();
    void this.#pump();
  }

  #startWaiting(): void {
    const { clock, guard } = this.#options;
    this.#waitsSince ??= clock.now();
    this.#cancelDue ??= clock.after(guard.maxDelayMs / 2, () => this.#becomeDue());
  }

  /** Said when its part has been. */
  #queueHold(part: string): void {
    const { write, guard } = this.#options;
    if (this.#held.isEmpty) write({ type: "hold", part, why: "guardrail", maxMs: guard.maxDelayMs });
  }

  /** A window that does not fill is checked as it is, so that slow text is not kept for ever. */
  #becomeDue(): void {
    this.#isDue = true;
    void this.#pump();
  }

  async #pump(): Promise<void> {
    this.#hasNews = true;
    if (this.#isChecking) return;
    this.#isChecking = true;
    while (this.#hasNews && !this.#isOver) {
      this.#hasNews = false;
      while (!this.#isOver && (await this.#step()));
    }
    this.#isChecking = false;
    if (this.#held.isEmpty || this.#isOver) this.#tellDrained();
  }

  /** `false`: nothing can be let through before something more comes. */
  async #step(): Promise<boolean> {
    this.#held.runActs();
    if (this.#held.isEmpty) return false;
    const { text, isWhole: hasBoundary, unchecked } = this.#held.front();
    const isWhole = hasBoundary || this.#isDraining;
    if (!isWhole && !this.#isDue && !this.#isFull(text, unchecked)) return false;
    this.#rearm();
    if (unchecked > 0 && !(await this.#passes(text, isWhole))) return false;
    if (this.#isOver) return false;
    const released = this.#held.release(text.length, isWhole ? 0 : this.#options.guard.overlapUnits);
    this.#before = `${this.#before}${released}`.slice(-this.#options.guard.overlapUnits || Number.POSITIVE_INFINITY);
    return released !== "" || isWhole;
  }

  #rearm(): void {
    this.#isDue = false;
    this.#cancelDue?.();
    this.#cancelDue = null;
  }

  #isFull(text: string, unchecked: number): boolean {
    const { windowUnits, sentences } = this.#options.guard;
    if (sentences === null) return unchecked >= windowUnits;
    return unchecked > 0 && wholeSentences(text.slice(text.length - unchecked)) >= sentences;
  }

  async #passes(text: string, isWhole: boolean): Promise<boolean> {
    const verdict = await this.#ask(text, isWhole);
    if (verdict === null) return true;
    if (!this.#isOver) {
      this.drop();
      this.#options.onTrip(verdict);
    }
    return false;
  }

  /** `null`: it may be shown. Never rejects. */
  async #ask(text: string, isWhole: boolean): Promise<Trip | null> {
    const { guard, clock, thread, run } = this.#options;
    const waitedMs = clock.now() - (this.#waitsSince ?? clock.now());
    this.#waitsSince = null;
    const leftMs = Math.max(guard.maxDelayMs - waitedMs, guard.maxDelayMs / 2);
    let cancel: () => void = () => {};
    const late = new Promise<Trip>((resolve) => (cancel = clock.after(leftMs, () => resolve(LATE))));
    const input = { text, before: this.#before, isWhole, thread, run, signal: this.#abort.signal };
    const trip = await Promise.race([late, judge(guard.check, input)]);
    cancel();
    return trip;
  }

  #tellDrained(): void {
    this.#isDraining = false;
    for (const resolve of this.#drained.splice(0)) resolve();
  }
}

const LATE: Trip = { code: "guard-timeout", reason: "The check of this answer did not finish in time." };
const BROKEN: Trip = { code: "guard-timeout", reason: "The check of this answer failed." };

async function judge(check: GuardCheck, input: GuardInput): Promise<Trip | null> {
  try {
    const verdict = await check(input);
    if (verdict.ok === true) return null;
    return typeof verdict.reason === "string" ? { code: "guard-tripped", reason: verdict.reason } : BROKEN;
  } catch {
    return BROKEN;
  }
}

const SENTENCES = new Intl.Segmenter("en", { granularity: "sentence" });

/** Sentences that are over for sure, since another one begins behind them. */
function wholeSentences(text: string): number {
  return [...SENTENCES.segment(text)].length - 1;
}
