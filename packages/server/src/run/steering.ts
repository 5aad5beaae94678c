import type { EventPayload, SteerCommand } from "@unsay/core/protocol";

/** What the user said to a run that goes on. */
export interface SteerMessage {
  readonly text: string;
}

/** How an agent hears what the user says while it answers. */
export interface SteerInbox {
  /** What came since it was last asked, oldest first. Taking it is hearing it: the user is told so. */
  take(): readonly SteerMessage[];
  /** Resolves when there is something to take, or the run is stopped. */
  waiting(): Promise<void>;
}

/** Words for the agent, each with an outcome: heard, or not before the end. */
export class Steering implements SteerInbox {
  readonly #emit: (payload: EventPayload) => void;
  readonly #lastSeq: () => number;
  readonly #known = new Map<string, string>();
  #waiting: SteerCommand[] = [];
  #news: () => void = () => {};
  #next: Promise<void> = new Promise((resolve) => (this.#news = resolve));

  constructor(emit: (payload: EventPayload) => void, lastSeq: () => number) {
    this.#emit = emit;
    this.#lastSeq = lastSeq;
  }

  /** `false` where the id was used for other words. Repeating a command is no news. */
  add(command: SteerCommand): boolean {
    const known = this.#known.get(command.id);
    if (known !== undefined) return known === command.text;
    this.#known.set(command.id, command.text);
    this.#waiting.push(command);
    this.#news();
    return true;
  }

  take(): readonly SteerMessage[] {
    const taken = this.#waiting;
    this.#waiting = [];
    this.#next = new Promise((resolve) => (this.#news = resolve));
    for (const { id } of taken) this.#emit({ type: "steer.outcome", command: id, delivered: true, atSeq: this.#lastSeq() });
    return taken.map(({ text }) => ({ text }));
  }

  waiting(): Promise<void> {
    return this.#waiting.length > 0 ? Promise.resolve() : this.#next;
  }

  /** The run ends: what nobody heard goes back to the user. */
  end(reason: string): void {
    const lost = this.#waiting;
    this.#waiting = [];
    for (const { id } of lost) this.#emit({ type: "steer.outcome", command: id, delivered: false, reason });
    this.#news();
  }
}
