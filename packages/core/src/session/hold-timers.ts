import type { EventOf, UnsayEvent } from "../protocol/index.js";
import type { Clock } from "./session.types.js";

type Why = EventOf<"hold">["why"];

/** Says when a hold lasts longer than it was announced to. It ends with the next text of its part, or with a retraction. */
export class HoldTimers {
  readonly #clock: Clock;
  readonly #onExpired: (part: string, why: Why) => void;
  readonly #cancels = new Map<string, () => void>();

  constructor(clock: Clock, onExpired: (part: string, why: Why) => void) {
    this.#clock = clock;
    this.#onExpired = onExpired;
  }

  observe(event: UnsayEvent): void {
    if (event.type === "hold") this.#start(event);
    if (event.type === "span.append") this.#end(event.part);
    if (event.type === "span.retract") this.clear();
  }

  clear(): void {
    for (const part of this.#cancels.keys()) this.#end(part);
  }

  #start({ part, why, maxMs }: EventOf<"hold">): void {
    this.#end(part);
    const cancel = this.#clock.after(maxMs, () => {
      this.#cancels.delete(part);
      this.#onExpired(part, why);
    });
    this.#cancels.set(part, cancel);
  }

  #end(part: string): void {
    this.#cancels.get(part)?.();
    this.#cancels.delete(part);
  }
}
