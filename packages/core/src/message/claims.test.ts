import { describe, expect, it } from "vitest";
import { createEventFactory, NO_EFFECTS, type EventPayload } from "../protocol/index.js";
import { createPendingMessage } from "./create.js";
import type { AssistantMessage } from "./message.js";
import { foldEvents } from "./reducer.js";

const open = (verifier: boolean): EventPayload => ({ type: "run.open", caps: { verifier }, heartbeatMs: null, ttlMs: null });
const said: readonly EventPayload[] = [
  { type: "part.open", part: "p", kind: "answer" },
  { type: "span.append", part: "p", span: "free", text: "Returns are free. " },
  { type: "span.append", part: "p", span: "fee", text: "A fee of 12 euros is kept." },
];
const claim = (span: string, stance: string, key = "fee"): EventPayload => ({ type: "claim", span, key, stance });
const complete: EventPayload = { type: "run.end", outcome: "complete", effects: NO_EFFECTS };

function fold(...events: readonly EventPayload[]): AssistantMessage {
  const isVerifying = events.some((event) => event.type === "span.settle");
  const factory = createEventFactory({ thread: "t", run: "r", message: "m" });
  return foldEvents(
    createPendingMessage({ id: "m", thread: "t" }, { now: 0 }),
    [open(isVerifying), ...said, ...events].map((event) => factory.make(event)),
  ).message;
}

function states(message: AssistantMessage): readonly string[] {
  const spans = message.parts.flatMap((part) => (part.type === "text" ? part.spans : []));
  return spans.map(({ state, why }) => (why === undefined ? state : `${state}: ${why}`));
}

describe("r23: two claims about one thing", () => {
  it("leave the first without support when their stances differ, and the answer is not plainly complete", () => {
    const message = fold(claim("free", "none"), claim("fee", "12 euros"), complete);
    expect(states(message)).toEqual(["unsupported: contradicted", "settled"]);
    expect(message).toMatchObject({ status: "complete", notes: ["unsupported"] });
  });

  it("change nothing when they agree, speak of different things, or come from the same words", () => {
    expect(states(fold(claim("free", "none"), claim("fee", "none")))).toEqual(["provisional", "provisional"]);
    expect(states(fold(claim("free", "none"), claim("fee", "12 euros", "customs")))).toEqual(["provisional", "provisional"]);
    expect(states(fold(claim("free", "none"), claim("free", "12 euros")))).toEqual(["provisional", "provisional"]);
  });

  it("do not outrank a verifier, and words that are not there claim nothing", () => {
    const verified: EventPayload = { type: "span.settle", spans: ["free"], to: "verified", by: "verifier" };
    expect(states(fold(verified, claim("free", "none"), claim("fee", "12 euros")))).toEqual(["verified", "provisional"]);
    expect(states(fold(claim("gone", "none"), claim("fee", "12 euros")))).toEqual(["provisional", "provisional"]);
  });

  it("are remembered up to a bound, however many a stream makes", () => {
    const many = Array.from({ length: 5_000 }, (_, index) => claim("free", "none", `key-${index}`));
    expect(fold(...many).claims?.length).toBe(256);
  });
});
