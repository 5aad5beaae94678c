import { describe, expect, it } from "vitest";
import { converse, networkError, outcomeOf } from "../../test-kit/conversation.js";
import { createArgsHash, NO_EFFECTS, UnsayError, type EventPayload } from "../protocol/index.js";

const CAPS = { resume: true, stop: "command", steer: true, cancelTool: true, editArguments: true } as const;
const ARGS = { table: "orders" };
const HASH = createArgsHash("c", "export", ARGS);
const RETRYABLE = { code: "tool-timeout", message: "It took too long. Try again.", retryable: true };

const open: EventPayload = { type: "run.open", caps: CAPS, heartbeatMs: null, ttlMs: null };
const propose: EventPayload = { type: "tool.propose", call: "c", name: "export", effect: "read", cancellable: true, undo: true };
const ready: EventPayload = { type: "tool.ready", call: "c", args: ARGS, argsHash: HASH };
const start: EventPayload = { type: "tool.start", call: "c", attempt: 1, callKey: "k" };
const complete: EventPayload = { type: "run.end", outcome: "complete", effects: NO_EFFECTS };
const receipt = (fields: Partial<Extract<EventPayload, { type: "receipt" }>> = {}): EventPayload => ({
  type: "receipt",
  receipt: "r",
  call: "c",
  outcome: "succeeded",
  summary: "5 rows exported",
  doneAt: 0,
  undo: { untilAt: Number.MAX_SAFE_INTEGER },
  ...fields,
});

describe("steering a run that goes on", () => {
  const writing: readonly EventPayload[] = [open, { type: "part.open", part: "p", kind: "answer" }];
  const delivered = (command: string, told: boolean, reason?: string): EventPayload => ({
    type: "steer.outcome",
    command,
    delivered: told,
    ...(reason === undefined ? {} : { reason }),
  });

  it("resolves when the server says that the model was told, and queues nothing", async () => {
    const talk = await converse(writing);
    const steered = talk.session.steer("shorter, please");
    expect(await outcomeOf(steered, talk)).toBe("pending");
    const [command] = talk.sent;
    expect(command).toMatchObject({ command: "steer", text: "shorter, please", run: talk.answer().run?.id });
    talk.say(delivered(command?.id ?? "", true));
    expect(await outcomeOf(steered, talk, 50)).toBe("resolved");
    expect(talk.answer().steers).toMatchObject([{ text: "shorter, please", phase: "delivered" }]);
    expect(talk.session.store.getState().queue).toEqual([]);
  });

  it("rejects where the model was not told, by the server's word, its refusal, or the end of the answer", async () => {
    const told = await converse(writing);
    const refused = told.session.steer("shorter");
    await told.clock.advance(0);
    told.say(delivered(told.sent[0]?.id ?? "", false, "the model had finished"));
    expect(await outcomeOf(refused, told, 50)).toBe("steer-not-delivered");
    expect(told.answer().steers?.[0]?.error?.message).toContain("the model had finished");

    const policy = new UnsayError({ code: "steer-unsupported", message: "Not this model.", retryable: false });
    const barred = await converse(writing, { onCommand: () => policy });
    expect(await outcomeOf(barred.session.steer("shorter"), barred, 50)).toBe("steer-unsupported");

    const late = await converse(writing, { onCommand: () => "hang" });
    const ended = late.session.steer("shorter");
    late.say(complete);
    expect(await outcomeOf(ended, late, 50)).toBe("steer-not-delivered");
    for (const { session, answer } of [told, barred, late]) {
      expect(answer().steers).toMatchObject([{ text: "shorter", phase: "failed" }]);
      expect(session.store.getState().queue).toEqual([]);
    }
  });

  it("says so when nobody confirms it after a lost reply, and takes the outcome that comes late all the same", async () => {
    const talk = await converse(writing, { onCommand: networkError });
    const steered = talk.session.steer("shorter");
    expect(await outcomeOf(steered, talk, 4_900)).toBe("pending");
    expect(await outcomeOf(steered, talk, 200)).toBe("steer-not-delivered");
    talk.say(delivered(talk.sent[0]?.id ?? "", true));
    await talk.clock.advance(50);
    expect(talk.answer().steers).toMatchObject([{ phase: "delivered" }]);
  });

  it("sends nothing where it can't be heard: no run, no such capability, an open approval (rule 10), a stop, no words", async () => {
    const ask: EventPayload = {
      type: "approval.request",
      approval: "a",
      items: [{ call: "c", argsHash: HASH }],
      options: ["once"],
      editable: false,
      expiresInMs: null,
    };
    const asking = await converse([open, propose, ready, ask]);
    const plain = await converse([{ ...open, caps: { resume: true } }]);
    const stopped = await converse(writing, { onCommand: () => "hang" });
    const over = await converse([open, complete]);
    stopped.session.stop();
    const codes = [asking, plain, stopped, over].map((talk) => outcomeOf(talk.session.steer("shorter"), talk));
    expect(await Promise.all(codes)).toEqual(["approval-open", "steer-unsupported", "steer-not-delivered", "run-not-live"]);
    expect(await outcomeOf(asking.session.steer("  "), asking)).toBe("invalid-request");
    expect([asking, plain, stopped, over].flatMap(({ sent }) => sent.filter(({ command }) => command === "steer"))).toEqual([]);
  });
});

describe("r13-enough: stopping one call", () => {
  const running = [open, propose, ready, start];

  it("asks for what there is, once for two presses, and lets the run go on", async () => {
    const talk = await converse(running);
    void talk.session.enough("c");
    talk.session.stop({ scope: "tool", call: "c", keepPartial: true, intent: "enough" });
    await talk.clock.advance(50);
    expect(talk.sent).toMatchObject([{ command: "stop", scope: "tool", call: "c", keepPartial: true, intent: "enough" }]);
    expect(talk.call()).toMatchObject({ status: "executing", request: { verb: "enough", phase: "accepted" } });
    talk.say({ type: "tool.result", call: "c", result: "ok", output: [1, 2], partial: true, cut: { by: "user" } });
    await talk.clock.advance(50);
    expect(talk.call()).toMatchObject({ status: "succeeded", partial: true, cut: { by: "user" } });
    expect(talk.call()?.request).toBeUndefined();
    expect(talk.answer()).toMatchObject({ status: "streaming", stop: null });
  });

  it("cancels without keeping anything, and an acknowledgement of it stops nothing else", async () => {
    const talk = await converse(running);
    void talk.session.cancelTool("c");
    await talk.clock.advance(50);
    const id = talk.sent[0]?.id ?? "";
    expect(talk.sent).toMatchObject([{ scope: "tool", keepPartial: false, intent: "stop" }]);
    talk.say({ type: "stop.ack", command: id, client: "x", atSeq: 4, upstream: "unknown", settling: [] });
    await talk.clock.advance(50);
    expect(talk.answer().stop).toBeNull();
    talk.say({ type: "tool.result", call: "c", result: "cancelled" });
    await talk.clock.advance(50);
    expect(talk.call()?.status).toBe("cancelled");
  });

  it("leaves the call as it was where the server refuses, and says why at the call", async () => {
    const late = new UnsayError({ code: "tool-not-ready", message: "The call is over.", retryable: false });
    const talk = await converse(running, { onCommand: () => late });
    talk.session.stop({ scope: "tool", call: "c" });
    await talk.clock.advance(50);
    expect(talk.call()).toMatchObject({ status: "executing", request: { phase: "refused", error: { code: "tool-not-ready" } } });
  });

  it("repeats the same command after a lost reply", async () => {
    let isLost = true;
    const talk = await converse(running, { onCommand: () => (isLost ? networkError() : "accept") });
    expect(await outcomeOf(talk.session.enough("c"), talk, 50)).toBe("network");
    expect(talk.call()?.request?.phase).toBe("unconfirmed");
    isLost = false;
    expect(await outcomeOf(talk.session.enough("c"), talk, 50)).toBe("resolved");
    expect(new Set(talk.sent.map(({ id }) => id)).size).toBe(1);
  });

  it("is not sent where nothing can come of it", async () => {
    const over = await converse([...running, { type: "tool.result", call: "c", result: "ok" }]);
    const bound = await converse([open, { ...propose, cancellable: false }, ready, start]);
    const codes = [over, bound].map((talk) => outcomeOf(talk.session.cancelTool("c"), talk));
    expect(await Promise.all([...codes, outcomeOf(over.session.enough("x"), over)])).toEqual([
      "tool-not-ready",
      "tool-not-ready",
      "not-found",
    ]);
    expect([...over.sent, ...bound.sent]).toEqual([]);
  });
});

describe("undoing what a receipt says", () => {
  const done = [open, propose, ready, start, receipt()];

  it("is undone only when a receipt says so, and the first receipt stays", async () => {
    const talk = await converse(done);
    expect(await outcomeOf(talk.session.undo("r"), talk, 50)).toBe("resolved");
    expect(talk.sent).toMatchObject([{ command: "undo", receipt: "r" }]);
    expect([talk.call()?.status, talk.answer().receipts[0]?.request?.phase]).toEqual(["succeeded", "accepted"]);
    talk.say(receipt({ receipt: "r2", outcome: "undoing", undoes: "r" }));
    await talk.clock.advance(50);
    expect(talk.call()?.status).toBe("undoing");
    talk.say(receipt({ receipt: "r3", outcome: "undone", undoes: "r", summary: "deleted" }));
    await talk.clock.advance(50);
    expect(talk.call()?.status).toBe("undone");
    expect(talk.answer().receipts.map(({ id, outcome, request }) => [id, outcome, request])).toEqual([
      ["r", "succeeded", undefined],
      ["r2", "undoing", undefined],
      ["r3", "undone", undefined],
    ]);
  });

  it("may fail, which a receipt says as well, and may be tried again", async () => {
    const talk = await converse(done);
    void talk.session.undo("r");
    talk.say(receipt({ receipt: "r2", outcome: "undo-failed", undoes: "r" }));
    await talk.clock.advance(50);
    expect(talk.call()?.status).toBe("undo-failed");
    expect(await outcomeOf(talk.session.undo("r"), talk, 50)).toBe("resolved");
  });

  it.each(["undo-unavailable", "undo-expired"])("shows why the server refuses: %s", async (code) => {
    const refusal = new UnsayError({ code, message: "Not any more.", retryable: false });
    const talk = await converse(done, { onCommand: () => refusal });
    expect(await outcomeOf(talk.session.undo("r"), talk, 50)).toBe(code);
    expect(talk.answer().receipts[0]?.request).toMatchObject({ phase: "refused", error: { code } });
    expect(talk.call()?.status).toBe("succeeded");
  });

  it("is not sent when it was never offered, or was done", async () => {
    const { undo: _undo, ...plain } = receipt() as Extract<EventPayload, { type: "receipt" }>;
    const never = await converse([open, { ...propose, undo: false }, ready, start, plain]);
    const undone = await converse([...done, receipt({ receipt: "r2", outcome: "undone", undoes: "r" })]);
    const codes = [never, undone].map((talk) => outcomeOf(talk.session.undo("r"), talk));
    expect(await Promise.all(codes)).toEqual(["undo-unavailable", "undo-unavailable"]);
    expect([never, undone].flatMap(({ sent }) => sent)).toEqual([]);
  });
});

describe("trying one call again", () => {
  const failed: EventPayload = { type: "tool.result", call: "c", result: "error", error: RETRYABLE };

  it("asks for it, and the call runs again under its own key", async () => {
    const talk = await converse([open, propose, ready, start, failed]);
    expect(await outcomeOf(talk.session.retryCall("c"), talk, 50)).toBe("resolved");
    expect(talk.sent).toMatchObject([{ command: "retry", call: "c" }]);
    expect(talk.call()).toMatchObject({ status: "failed", request: { verb: "retry", phase: "accepted" } });
    talk.say({ ...start, attempt: 2 });
    await talk.clock.advance(50);
    expect(talk.call()).toMatchObject({ status: "executing", attempt: 2, callKey: "k" });
    expect([talk.call()?.error, talk.call()?.request]).toEqual([undefined, undefined]);
  });

  it("is not offered where the error does not allow it, or the run is over", async () => {
    const final = await converse([open, propose, ready, start, { ...failed, error: { ...RETRYABLE, retryable: false } }]);
    const over = await converse([open, propose, ready, start, failed, complete]);
    const codes = [final, over].map((talk) => outcomeOf(talk.session.retryCall("c"), talk));
    expect(await Promise.all(codes)).toEqual(["tool-not-ready", "run-not-live"]);
  });
});
