import type { Clock } from "./session.types.js";

/** A reader whose connection has been silent for this many heartbeats has lost it. */
export const LOST_AFTER_HEARTBEATS = 2.5;
/** What the network still holds after a sleep is delivered within this time. */
const GRACE_MS = 500;
/** A timer that fires this much late was throttled, or the machine slept: its silence proves nothing. */
const LATE_MS = 1_000;
/** Bounds for the interval a server may state: no busy loop, and no connection that is never missed. */
const MIN_HEARTBEAT_MS = 100;
const MAX_HEARTBEAT_MS = 5 * 60_000;

export interface WatchdogOptions {
  readonly clock: Clock;
  /** `null` where the wire promised no heartbeats: silence is only silence there. */
  readonly heartbeatMs: () => number | null;
  /** Timers of a hidden page run once a minute or not at all, so nothing is concluded there. */
  readonly isHidden: () => boolean;
  readonly onQuiet: () => void;
  readonly onHeard: () => void;
  readonly onLost: () => void;
}

/** Listens to the silence of one connection. It measures from the newest byte by the monotonic clock, never by counting timers. */
export class Watchdog {
  readonly #options: WatchdogOptions;
  #heardAt: number;
  #heardAtEpoch: number;
  #isQuiet = false;
  #cancel: (() => void) | null = null;

  constructor(options: WatchdogOptions) {
    this.#options = options;
    this.#heardAt = options.clock.now();
    this.#heardAtEpoch = options.clock.epoch();
    this.#arm();
  }

  /** Bytes came. Moves no timer: a check that fires early looks at the time and waits on. */
  feed(): void {
    this.#noteBytes();
    if (this.#cancel === null) this.#arm();
  }

  /** Bytes came that say nothing of heartbeats: where none were promised until now, nobody measures this silence. */
  hear(): void {
    if (this.#cancel !== null) this.#noteBytes();
  }

  #noteBytes(): void {
    this.#heardAt = this.#options.clock.now();
    this.#heardAtEpoch = this.#options.clock.epoch();
    if (this.#isQuiet) this.#options.onHeard();
    this.#isQuiet = false;
  }

  /** The page is back. Some monotonic clocks stand still while a machine sleeps, so the calendar may notice too. */
  wake(): void {
    const beat = this.#beat();
    if (beat === null) return;
    const { clock } = this.#options;
    const silence = Math.max(clock.now() - this.#heardAt, clock.epoch() - this.#heardAtEpoch);
    if (silence >= beat * LOST_AFTER_HEARTBEATS) this.#waitForWhatIsLeft();
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = () => {};
  }

  #beat(): number | null {
    const stated = this.#options.heartbeatMs();
    if (stated === null || !(stated > 0)) return null;
    return Math.min(MAX_HEARTBEAT_MS, Math.max(MIN_HEARTBEAT_MS, stated));
  }

  #arm(): void {
    const beat = this.#beat();
    if (beat === null) return;
    const silence = this.#options.clock.now() - this.#heardAt;
    const lostAfter = beat * LOST_AFTER_HEARTBEATS;
    this.#after(silence >= lostAfter ? beat : (this.#isQuiet ? lostAfter : beat) - silence, (late) => this.#check(beat, late));
  }

  #check(beat: number, late: number): void {
    const silence = this.#options.clock.now() - this.#heardAt;
    if (silence >= beat && !this.#isQuiet) {
      this.#isQuiet = true;
      this.#options.onQuiet();
    }
    if (silence < beat * LOST_AFTER_HEARTBEATS || this.#options.isHidden()) return this.#arm();
    if (late >= LATE_MS) return this.#waitForWhatIsLeft();
    this.#options.onLost();
  }

  #waitForWhatIsLeft(): void {
    const heardAt = this.#heardAt;
    this.#after(GRACE_MS, () => {
      if (this.#heardAt === heardAt) this.#options.onLost();
      else this.#arm();
    });
  }

  #after(ms: number, run: (late: number) => void): void {
    const { clock } = this.#options;
    const due = clock.now() + ms;
    this.#cancel?.();
    this.#cancel = clock.after(ms, () => {
      this.#cancel = null;
      run(clock.now() - due);
    });
  }
}
