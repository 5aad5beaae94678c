import type { Runs } from "./runs.js";

export interface RunsModule {
  readonly Runs: typeof Runs;
}

/** Where a session finds what reads runs: `@unsay/core/runs`, which may be fetched when it is needed. */
export interface RunsSource {
  /** `null` until it is there. */
  readonly current: () => RunsModule | null;
  /** Fetches it. Rejects when that failed; the next call tries again. */
  readonly load: () => Promise<unknown>;
  /** Calls when it is there. Returns the way out. */
  readonly subscribe: (listener: () => void) => () => void;
}

interface Waiting {
  readonly ask: (runs: Runs) => void;
  readonly onFailed: (() => void) | undefined;
}

/** The runs of one session. What is asked of them before they are there waits, in its order. */
export class RunsAccess {
  readonly #source: RunsSource;
  readonly #create: (module: RunsModule) => Runs;
  #runs: Runs | null = null;
  #waiting: Waiting[] = [];
  #unsubscribe: (() => void) | null = null;

  constructor(source: RunsSource, create: (module: RunsModule) => Runs) {
    this.#source = source;
    this.#create = create;
    this.#arrive();
  }

  /** `null` until they are there: nothing runs, so there is nothing to tell them of. */
  get current(): Runs | null {
    this.#arrive();
    return this.#runs;
  }

  /** Asks now, or when they are there. `onFailed`: they can't be had now, and what was asked is dropped; without it, it waits on. */
  use(ask: (runs: Runs) => void, onFailed?: () => void): void {
    const runs = this.current;
    if (runs !== null) return ask(runs);
    this.#waiting.push({ ask, onFailed });
    this.#unsubscribe ??= this.#source.subscribe(() => this.#arrive());
    this.#source.load().catch(() => this.#fail());
  }

  #arrive(): void {
    const module = this.#runs === null ? this.#source.current() : null;
    if (module === null) return;
    const runs = this.#create(module);
    this.#runs = runs;
    this.#unsubscribe?.();
    for (const { ask } of this.#waiting.splice(0)) ask(runs);
  }

  #fail(): void {
    const failed = this.#waiting.filter(({ onFailed }) => onFailed !== undefined);
    this.#waiting = this.#waiting.filter(({ onFailed }) => onFailed === undefined);
    for (const { onFailed } of failed) onFailed?.();
  }
}
