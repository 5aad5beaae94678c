import { promiseHooks } from "node:v8";
import type { Clock } from "@unsay/core";
import { aroundStore } from "../../stores/around-store.js";
import type { Store } from "../../stores/store.js";

/** How a simulated process fares. */
export type Fate =
  | { readonly kind: "lives" }
  /** At one of its store calls: what it had asked for happens or not, and it never learns which. */
  | { readonly kind: "dies at a store call"; readonly call: number; readonly happens: boolean }
  /** Between any two of its steps. */
  | { readonly kind: "dies at an await"; readonly count: number }
  /** Frozen, as by a debugger or a sleeping machine, and later awake without knowing it. */
  | { readonly kind: "freezes"; readonly atMs: number; readonly forMs: number };

const never = <T>(): Promise<T> => new Promise<T>(() => {});

/** Whether a simulated process runs, and what holds up what it does to the world when it does not. */
export class Life {
  #state: "running" | "frozen" | "dead" = "running";
  #thaw: () => void = () => {};
  #thawed: Promise<void> = Promise.resolve();
  readonly #onDown: () => void;

  constructor(onDown: () => void) {
    this.#onDown = onDown;
  }

  get isRunning(): boolean {
    return this.#state === "running";
  }

  get isDead(): boolean {
    return this.#state === "dead";
  }

  die(): void {
    this.#state = "dead";
    this.#onDown();
  }

  freeze(): void {
    if (this.#state !== "running") return;
    this.#state = "frozen";
    this.#thawed = new Promise((resolve) => (this.#thaw = resolve));
    this.#onDown();
  }

  thaw(): void {
    if (this.#state !== "frozen") return;
    this.#state = "running";
    this.#thaw();
  }

  /** Resolves when it runs: never again for one that is dead. */
  async running(): Promise<void> {
    while (!this.isRunning) await (this.isDead ? never() : this.#thawed);
  }
}

/** The clock of one process: its timers wait while it is frozen, and its calendar may be wrong. */
export function clockOf(life: Life, clock: Clock, skewMs: number): Clock {
  return {
    now: () => clock.now(),
    epoch: () => clock.epoch() + skewMs,
    after(ms, run) {
      let isCancelled = false;
      const cancel = clock.after(ms, () => {
        if (life.isRunning) run();
        else void life.running().then(() => isCancelled || run());
      });
      return () => {
        isCancelled = true;
        cancel();
      };
    },
  };
}

/** Says what becomes of one call of a store. */
export type StoreFault = () => "none" | "refused" | "done and refused" | "dies before" | "dies after";

/** A store as one process has it: it may fail, and what it says reaches nobody while the process does not run. */
export function storeOf(life: Life, store: Store, fault: StoreFault): Store {
  const broken = () => new Error("The simulated store failed.");
  return aroundStore(store, async (_name, call) => {
    if (!life.isRunning) await life.running();
    const what = fault();
    if (what === "dies before" || what === "dies after") life.die();
    if (what === "refused") throw broken();
    const result = what === "dies before" ? await never() : await call();
    if (!life.isRunning) await life.running();
    if (what === "done and refused") throw broken();
    return result;
  });
}

/** Calls `onCount` with the number of each `await` that goes on, anywhere. Gives what ends the counting. */
export function countAwaits(onCount: (count: number) => void): () => void {
  let count = 0;
  return promiseHooks.onBefore(() => onCount((count += 1))) as () => void;
}
