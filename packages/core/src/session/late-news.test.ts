import { describe, expect, it } from "vitest";
import { converse } from "../../test-kit/conversation.js";
import { createArgsHash, NO_EFFECTS, type EventPayload } from "../protocol/index.js";

const ARGS = { to: "team" };
const RUN: readonly EventPayload[] = [
  { type: "run.open", caps: { resume: true }, heartbeatMs: null, ttlMs: null },
  { type: "tool.propose", call: "c", name: "send", effect: "irreversible", cancellable: false },
  { type: "tool.ready", call: "c", args: ARGS, argsHash: createArgsHash("c", "send", ARGS) },
  { type: "tool.start", call: "c", attempt: 1, callKey: "k" },
  { type: "run.end", outcome: "truncated", cause: "stopped", resumable: false, effects: { ...NO_EFFECTS, unknown: ["c"] } },
];
const receipt: EventPayload = { type: "receipt", receipt: "r", call: "c", outcome: "succeeded", summary: "Sent", doneAt: 0 };
const bill: EventPayload = { type: "usage", generated: 40, billed: 52, billedReasoning: 0, source: "provider", final: true };

describe("r21-late: what a server learns after the end", () => {
  it("still appears: a receipt 8 s later says what really happened, and the end stays the end", async () => {
    const talk = await converse(RUN, {}, { strict: false });
    expect(talk.answer()).toMatchObject({ status: "truncated", cause: "stopped", calls: [{ status: "unknown" }] });
    expect(talk.session.store.getState()).toMatchObject({ status: "ready", connection: { status: "closed" } });
    await talk.clock.advance(8_000);
    talk.say(receipt, bill);
    await talk.clock.advance(50);
    expect(talk.answer()).toMatchObject({ status: "truncated", cause: "stopped", calls: [{ status: "succeeded" }] });
    expect(talk.answer().usage).toMatchObject({ billed: 52, final: true });
  });

  it("is waited for a minute and no longer, and by nobody who has left the page", async () => {
    const patient = await converse(RUN, {}, { strict: false });
    await patient.clock.advance(61_000);
    expect(patient.isClosed()).toBe(true);

    const gone = await converse(RUN, {}, { strict: false });
    const detach = gone.session.attach();
    expect(gone.isClosed()).toBe(false);
    detach();
    await gone.clock.advance(0);
    expect(gone.isClosed()).toBe(true);
  });

  it("ends nothing when its connection breaks", async () => {
    const talk = await converse(RUN, {}, { strict: false });
    talk.drop();
    await talk.clock.advance(5_000);
    expect(talk.answer()).toMatchObject({ status: "truncated", cause: "stopped", stated: true });
    expect(talk.session.store.getState().connection).toEqual({ status: "closed", attempt: 0 });
  });
});
