import { describe, expect, it } from "vitest";
import { createEventFactory, NO_EFFECTS, type EventPayload } from "../protocol/index.js";
import { createPendingMessage } from "./create.js";
import type { AssistantMessage, Span } from "./message.js";
import { foldEvents } from "./reducer.js";

const open: EventPayload = { type: "run.open", caps: {}, heartbeatMs: null, ttlMs: null };
const words = (span: string, dependsOn?: readonly string[]): EventPayload => ({
  type: "span.append",
  part: "p",
  span,
  text: `${span}. `,
  ...(dependsOn === undefined ? {} : { dependsOn }),
});
const call = (id: string): readonly EventPayload[] => [
  { type: "tool.propose", call: id, name: "search", effect: "read", cancellable: true },
  { type: "tool.ready", call: id, args: {}, argsHash: id },
  { type: "tool.start", call: id, attempt: 1, callKey: `k-${id}` },
];
const result = (id: string, fields: Partial<Extract<EventPayload, { type: "tool.result" }>>): EventPayload => ({
  type: "tool.result",
  call: id,
  result: "ok",
  ...fields,
});
const failed = (id: string) =>
  result(id, { result: "error", error: { code: "tool-failed", message: "429", retryable: true, userMessage: "The search is busy." } });
const complete: EventPayload = { type: "run.end", outcome: "complete", effects: NO_EFFECTS };
const three: readonly EventPayload[] = [
  open,
  ...call("x"),
  ...call("y"),
  { type: "part.open", part: "p", kind: "answer" },
  words("one"),
  words("two", ["x"]),
  words("three", ["y", "x"]),
];

function fold(...events: readonly EventPayload[]): AssistantMessage {
  const factory = createEventFactory({ thread: "t", run: "r", message: "m" });
  return foldEvents(
    createPendingMessage({ id: "m", thread: "t" }, { now: 0 }),
    events.map((event) => factory.make(event)),
  ).message;
}

function spansOf(message: AssistantMessage): readonly Span[] {
  return message.parts.flatMap((part) => (part.type === "text" ? part.spans : []));
}

const states = (message: AssistantMessage) => spansOf(message).map(({ state, why }) => (why === undefined ? state : `${state}: ${why}`));

describe("r25-demote: text that rests on a call", () => {
  it("is unsupported when the call fails, with the reason, and nothing else is", () => {
    const message = fold(...three, failed("x"));
    expect(states(message)).toEqual(["provisional", "unsupported: failed", "unsupported: failed"]);
    expect(spansOf(message)[1]?.reason).toBe("The search is busy.");
    expect(message.notes).toContain("unsupported");
  });

  it("is provisional again when the call succeeds later", () => {
    const again: EventPayload = { type: "tool.start", call: "x", attempt: 2, callKey: "k-x" };
    const message = fold(...three, failed("x"), again, result("x", { output: [1] }));
    expect(states(message)).toEqual(["provisional", "provisional", "provisional"]);
    expect(message.notes).not.toContain("unsupported");
  });

  it("is unsupported as long as one of its sources is missing", () => {
    expect(states(fold(...three, failed("x"), result("y", { output: [1] })))).toEqual([
      "provisional",
      "unsupported: failed",
      "unsupported: failed",
    ]);
  });

  it("is unsupported from its first word when its source had failed before", () => {
    const late = fold(...three.slice(0, -2), failed("x"), words("two", ["x"]), words("two", ["x"]));
    expect(states(late)).toEqual(["provisional", "unsupported: failed"]);
    expect(spansOf(late)[1]?.text).toBe("two. two. ");
    expect(late.notes).toContain("unsupported");
  });

  it("r25-empty: a source that found nothing, or of which nobody knows, is a reason of its own", () => {
    expect(states(fold(...three, result("x", { result: "empty" })))).toEqual(["provisional", "unsupported: empty", "unsupported: empty"]);
    expect(states(fold(...three, result("x", { result: "unknown" })))).toEqual([
      "provisional",
      "unsupported: unknown",
      "unsupported: unknown",
    ]);
  });

  it("keeps a whole answer from being plainly complete, also when its source never answered", () => {
    const message = fold(...three, result("y", { output: [1] }), complete);
    expect(message).toMatchObject({ status: "complete", notes: expect.arrayContaining(["unsupported", "uncertain-effects"]) });
    expect(states(message)).toEqual(["settled", "unsupported: unknown", "unsupported: unknown"]);
  });

  it("is settled where a late receipt says that the call had succeeded after all", () => {
    const receipt: EventPayload = { type: "receipt", receipt: "r", call: "x", outcome: "succeeded", summary: "found", doneAt: 0 };
    const message = fold(...three, result("y", { output: [1] }), complete, receipt);
    expect(states(message)).toEqual(["settled", "settled", "settled"]);
    expect(message.notes).toEqual([]);
  });

  it("stays as it is where it was verified, replaced or taken back", () => {
    const revise: EventPayload = {
      type: "span.revise",
      spans: ["two"],
      replacement: { span: "new", text: "New. " },
      reason: "checked",
      by: "model",
    };
    expect(states(fold(...three, revise, failed("x")))).toEqual(["provisional", "replaced", "provisional", "unsupported: failed"]);
  });
});
