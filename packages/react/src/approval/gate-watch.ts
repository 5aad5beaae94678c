import type { Clock } from "@unsay/core";
import { watchOcclusion } from "./embedding.js";
import { visibleShare } from "./visible-share.js";

/** After anything changed under the pointer, Approve ignores input for this long. Clicks closer than this are too fast to be meant. */
export const GUARD_MS = 500;
/** Tier 4 deserves a longer look. */
export const GUARD_LARGE_MS = 3_000;
/** Farther from where it stood when the guard began, and it has moved under the hand. */
const MOVED_PX = 2;
const VISIBLE_SHARE = 0.9;
export const WATCH_EVERY_MS = 100;

export interface GateWatchOptions {
  readonly clock: Clock;
  readonly guardMs: number;
  readonly onChange: (isArmed: boolean) => void;
}

/**
 * Knows whether a gate has stood still, in view and in a focused window, for the guard's time. It is asked at every
 * press, since between two looks the page may have changed under the pointer.
 */
export class GateWatch {
  readonly #element: HTMLElement;
  readonly #options: GateWatchOptions;
  readonly #stops: (() => void)[];
  #armed = false;
  #isClear = true;
  #anchor: DOMRect;
  #lastPressAt = Number.NEGATIVE_INFINITY;
  #cancelGuard: () => void = () => {};
  #cancelLook: () => void = () => {};

  constructor(element: HTMLElement, options: GateWatchOptions) {
    this.#element = element;
    this.#options = options;
    this.#anchor = element.getBoundingClientRect();
    this.#stops = [
      listen(window, "focus", () => this.restart()),
      listen(document, "visibilitychange", () => this.restart()),
      listen(document, "pointerdown", () => this.#notePress(), { capture: true }),
      watchOcclusion(element, (isClear) => this.#setClear(isClear)),
    ];
    this.restart();
    this.#look();
  }

  /** Starts the guard again: something changed, or a hand was too fast. */
  restart(): void {
    this.#set(false);
    this.#anchor = this.#element.getBoundingClientRect();
    this.#cancelGuard();
    this.#cancelGuard = this.#options.clock.after(this.#options.guardMs, () => this.#set(this.#isStill()));
  }

  /** At this instant. */
  verify(): boolean {
    if (this.#armed && !this.#isStill()) this.restart();
    return this.#armed;
  }

  stop(): void {
    this.#armed = false;
    this.#cancelGuard();
    this.#cancelLook();
    for (const stop of this.#stops) stop();
  }

  #set(isArmed: boolean): void {
    if (this.#armed === isArmed) return;
    this.#armed = isArmed;
    this.#options.onChange(isArmed);
  }

  #look(): void {
    if (!this.#isStill()) this.restart();
    this.#cancelLook = this.#options.clock.after(WATCH_EVERY_MS, () => this.#look());
  }

  #isStill(): boolean {
    const { left, top } = this.#element.getBoundingClientRect();
    const moved = Math.max(Math.abs(left - this.#anchor.left), Math.abs(top - this.#anchor.top));
    return moved < MOVED_PX && this.#isClear && document.visibilityState !== "hidden" && visibleShare(this.#element) >= VISIBLE_SHARE;
  }

  /** Wherever it went: a hand that clicks fast was not aiming at what came under it. */
  #notePress(): void {
    const now = this.#options.clock.now();
    if (now - this.#lastPressAt < GUARD_MS) this.restart();
    this.#lastPressAt = now;
  }

  #setClear(isClear: boolean): void {
    this.#isClear = isClear;
    if (!isClear) this.restart();
  }
}

function listen(target: EventTarget, type: string, run: () => void, options?: AddEventListenerOptions): () => void {
  target.addEventListener(type, run, options);
  return () => target.removeEventListener(type, run, options);
}
