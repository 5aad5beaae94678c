import type { RepeatedFailure } from "../message/index.js";
import { createArgsHash, type EventOf, type UnsayEvent } from "../protocol/index.js";
import { clip } from "./clip.js";

/** So many identical failures are an agent that goes round in circles. */
export const REPEATED_FAILURES = 3;
/** Different failures that are told apart; the oldest is forgotten. */
const MAX_KEPT = 100;

interface OpenCall {
  readonly name: string;
  /** Stands for name and arguments: the same whatever the id of the call and the order of members. */
  readonly key: string;
}

/** Counts calls of the same tool with the same arguments that failed with the same code. A call that went well ends the count. */
export class RepeatedFailures {
  readonly #names = new Map<string, string>();
  readonly #calls = new Map<string, OpenCall>();
  readonly #failures = new Map<string, { readonly code: string; readonly times: number }>();

  /** The failure that was just repeated the third or a later time. */
  observe(event: UnsayEvent): RepeatedFailure | null {
    switch (event.type) {
      case "tool.propose":
        keep(this.#names, event.call, clip(event.name));
        return null;
      case "tool.ready":
        this.#bind(event);
        return null;
      case "tool.result":
        return this.#note(event);
      default:
        return null;
    }
  }

  #bind(event: EventOf<"tool.ready">): void {
    const name = this.#names.get(event.call) ?? "";
    this.#names.delete(event.call);
    keep(this.#calls, event.call, { name, key: keyOf(name, event.args) });
  }

  #note(event: EventOf<"tool.result">): RepeatedFailure | null {
    const call = this.#calls.get(event.call);
    if (call === undefined) return null;
    const { name, key } = call;
    if (event.result !== "error") {
      this.#failures.delete(key);
      return null;
    }
    const code = clip(event.error?.code ?? "tool-failed");
    const before = this.#failures.get(key);
    const times = before?.code === code ? before.times + 1 : 1;
    keep(this.#failures, key, { code, times });
    return times < REPEATED_FAILURES ? null : { name, code, times };
  }
}

function keep<T>(map: Map<string, T>, key: string, value: T): void {
  map.set(key, value);
  if (map.size <= MAX_KEPT) return;
  const oldest = map.keys().next().value;
  if (oldest !== undefined) map.delete(oldest);
}

/** Arguments that are no JSON are told apart by the tool's name alone. */
function keyOf(name: string, args: unknown): string {
  try {
    return createArgsHash("", name, args);
  } catch {
    return name;
  }
}
