import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createEventFactory, NO_EFFECTS, type EventPayload, type UnsayEvent } from "../protocol/index.js";
import type { AssistantMessage } from "./message.js";
import { createPendingMessage, foldEvents, type FoldResult } from "./index.js";

const words = (text: string): EventPayload => ({ type: "span.append", part: "p", span: "s", text });

/** Text in runs, between all that may open, close, correct or end what it belongs to, in any order. */
const PAYLOADS: readonly EventPayload[] = [
  words("a"),
  words("b"),
  words("c"),
  words("d"),
  { type: "span.append", part: "p", span: "t", text: "e" },
  { type: "span.append", part: "p", span: "s", text: "f", state: "speculative" },
  { type: "tool.args", call: "c", delta: "{" },
  { type: "tool.args", call: "c", delta: "}" },
  { type: "tool.propose", call: "c", name: "pay", effect: "write", cancellable: false },
  { type: "tool.result", call: "c", result: "ok" },
  { type: "part.open", part: "p", kind: "answer" },
  { type: "part.close", part: "p" },
  { type: "span.settle", spans: ["s"], to: "verified", by: "check" },
  { type: "span.retract", spans: ["s"], reason: "wrong", expunge: true },
  { type: "run.open", caps: {}, heartbeatMs: null, ttlMs: null },
  { type: "run.end", outcome: "awaiting-approval", approvals: ["a"], effects: NO_EFFECTS },
  { type: "run.end", outcome: "truncated", cause: "length", resumable: false, effects: NO_EFFECTS },
  { type: "run.end", outcome: "complete", effects: NO_EFFECTS },
];

const START: readonly EventPayload[] = [
  { type: "run.open", caps: {}, heartbeatMs: null, ttlMs: null },
  { type: "part.open", part: "p", kind: "answer" },
];

function eventsOf(payloads: readonly EventPayload[]): readonly UnsayEvent[] {
  const factory = createEventFactory({ thread: "t", run: "r", message: "m" });
  return payloads.map((payload) => factory.make(payload));
}

const empty = (): AssistantMessage => createPendingMessage({ id: "m", thread: "t" });

function foldEach(events: readonly UnsayEvent[]): { readonly message: AssistantMessage; readonly violations: FoldResult["violations"] } {
  let message = empty();
  const violations = events.flatMap((event) => {
    const step = foldEvents(message, [event]);
    message = step.message;
    return step.violations;
  });
  return { message, violations };
}

describe("words that come in one batch", () => {
  it("are taken or refused as if each had come alone, whatever stands between them", () => {
    const mixed = fc.array(fc.constantFrom(...PAYLOADS), { maxLength: 30 });
    fc.assert(
      fc.property(mixed, (payloads) => {
        const events = eventsOf([...START, ...payloads]);
        const { message, violations } = foldEvents(empty(), events);
        expect({ message, violations }).toEqual(foldEach(events));
      }),
      { numRuns: 3_000 },
    );
  });

  it("are refused, each of them, while the run waits for a decision", () => {
    const waiting: EventPayload = { type: "run.end", outcome: "awaiting-approval", approvals: ["a"], effects: NO_EFFECTS };
    const { message, violations } = foldEvents(empty(), eventsOf([...START, words("a"), waiting, words("b"), words("c")]));
    expect(message.parts).toMatchObject([{ spans: [{ text: "a" }] }]);
    expect(violations).toHaveLength(2);
  });
});
