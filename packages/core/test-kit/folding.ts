import { expect } from "vitest";
import { createPendingMessage } from "../src/message/create.js";
import type { AssistantMessage } from "../src/message/message.js";
import { foldEvents } from "../src/message/reducer.js";
import type { Decode, UnsayEvent } from "../src/protocol/index.js";

export const IDS = { thread: "t", run: "r", message: "m" } as const;

export function pending(): AssistantMessage {
  return createPendingMessage({ id: IDS.message, thread: IDS.thread });
}

/** Folds what a decoder said, and insists that all of it was legal. */
export function fold(events: readonly UnsayEvent[], message: AssistantMessage = pending()): AssistantMessage {
  if (events.length === 0) return message;
  const result = foldEvents(message, events);
  if (result.violations.length > 0 || result.gap !== null) {
    expect(result.violations, "an adapter must only say what is legal").toEqual([]);
    expect(result.gap).toBeNull();
  }
  return result.message;
}

export function read(decode: Decode, body: Uint8Array): AssistantMessage {
  const decoder = decode(IDS);
  const message = fold(decoder.push(body));
  return fold(decoder.end(), message);
}

/** `complete`, or the cause and the code of a truncated answer; `awaiting-approval` while it waits. */
export function endOf(message: AssistantMessage): string {
  if (message.run?.state === "awaiting-approval") return "awaiting-approval";
  return message.status === "truncated" ? `${message.cause} ${message.error?.code}` : message.status;
}

const RUNNABLE: ReadonlySet<string> = new Set(["ready", "approved", "executing"]);

export function runnableCalls(message: AssistantMessage): readonly string[] {
  return message.calls.filter((call) => RUNNABLE.has(call.status)).map((call) => call.id);
}

/** A small seeded generator in [0, 1), so that what failed can be done again. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
}

export function pick<T>(values: readonly T[], random: () => number): T | undefined {
  return values[Math.floor(random() * values.length)];
}
