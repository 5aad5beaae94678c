import { describe, expect, it } from "vitest";
import { append, at, cut, openPart, script, watchedTalk } from "../../test-kit/watched-talk.js";
import { toContext } from "../index.js";
import { createPendingMessage, foldEvents } from "../message/index.js";
import { createEventFactory, type EventPayload } from "../protocol/index.js";
import { completeStep, openStep, readyCall, scripts, type ScriptStep } from "../testing/index.js";

describe("an agent that goes round in circles", () => {
  const failing = (moment: number, call: string, code = "not-found", args: unknown = { b: 2, a: 1 }): readonly ScriptStep[] => [
    ...readyCall(moment, { call, name: "find", args, effect: "read" }),
    at(moment + 300, { type: "tool.start", call, attempt: 1, callKey: call }),
    at(moment + 400, { type: "tool.result", call, result: "error", error: { code, message: "m", retryable: false } }),
  ];

  it("r31-loop: is noticed at the third identical failure, in a diagnostic and in the message", async () => {
    const calls = [...failing(100, "a"), ...failing(1_100, "b", "not-found", { a: 1, b: 2 }), ...failing(2_100, "c")];
    const { clock, session, answer, diagnostics, traces } = watchedTalk(
      script(openStep(), ...calls, ...failing(3_100, "d"), at(5_000, cut("failed"))),
    );
    session.send("go");
    await clock.advance(2_400);
    expect(answer().repeatedFailure).toBeUndefined();
    await clock.advance(200);
    expect(answer()).toMatchObject({ status: "streaming", repeatedFailure: { name: "find", code: "not-found", times: 3 } });
    await clock.advance(10_000);
    expect(answer().repeatedFailure?.times).toBe(4);
    expect(diagnostics.filter(({ code }) => code === "agent.looping")).toEqual([
      { code: "agent.looping", name: "find", errorCode: "not-found", times: 3 },
    ]);
    expect(traces[0]?.marks).toContainEqual({ type: "repeated-failure", at: 2_500, name: "find", code: "not-found", times: 3 });
  });

  it("r31-loop: is not seen in other arguments, other codes, or failures with a success between", async () => {
    const success: readonly ScriptStep[] = [
      ...readyCall(2_100, { call: "ok", name: "find", args: { b: 2, a: 1 }, effect: "read" }),
      at(2_400, { type: "tool.start", call: "ok", attempt: 1, callKey: "ok" }),
      at(2_500, { type: "tool.result", call: "ok", result: "ok" }),
    ];
    const lists = [
      [...failing(100, "a"), ...failing(1_100, "b", "not-found", { a: 9 }), ...failing(3_100, "c")],
      [...failing(100, "a"), ...failing(1_100, "b", "timeout"), ...failing(3_100, "c")],
      [...failing(100, "a"), ...failing(1_100, "b"), ...success, ...failing(3_100, "c")],
    ];
    for (const calls of lists) {
      const { clock, session, answer, diagnostics } = watchedTalk(script(openStep(), ...calls, at(5_000, cut("failed"))));
      session.send("go");
      await clock.advance(10_000);
      expect(answer().repeatedFailure).toBeUndefined();
      expect(diagnostics.map(({ code }) => code)).not.toContain("agent.looping");
    }
  });

  it("r31-422: the model receives field and hint of an error, and the words for the user stay beside them", () => {
    const error = {
      code: "invalid-arguments",
      message: "m",
      retryable: false,
      field: "size",
      hint: "one of S, M, L",
      userMessage: "The size was not understood.",
    };
    const factory = createEventFactory({ thread: "t", run: "r", message: "m" });
    const steps = [openStep(), ...failing(100, "a"), at(900, cut("failed"))];
    const events = steps.flatMap((step) =>
      "event" in step ? [factory.make(step.event.type === "tool.result" ? { ...step.event, error } : step.event)] : [],
    );
    const { message } = foldEvents(createPendingMessage({ id: "m", thread: "t" }), events);
    expect(message.calls[0]?.error?.userMessage).toBe("The size was not understood.");
    expect(JSON.stringify(toContext(message))).toMatch(/size.*one of S, M, L/u);
  });
});

describe("diagnostics", () => {
  it("hold.expired: a hold that lasts longer than announced is said, and explains the silence no more", async () => {
    const hold: EventPayload = { type: "hold", part: "p", why: "dependency", maxMs: 2_000 };
    const steps = script(
      openStep(),
      at(100, openPart()),
      at(200, append("Words. ")),
      at(300, hold),
      at(20_000, append("More.")),
      completeStep(20_100),
    );
    const { clock, session, answer, diagnostics, traces } = watchedTalk(steps);
    session.send("go");
    await clock.advance(2_200);
    expect(answer()).toMatchObject({ liveness: "slow" });
    await clock.advance(200);
    expect(answer()).toMatchObject({ liveness: "stalled" });
    expect(diagnostics).toEqual([{ code: "hold.expired", part: "p", why: "dependency" }]);
    await clock.advance(30_000);
    expect(traces[0]?.marks).toContainEqual({ type: "hold", at: 300, ms: 2_000, part: "p", why: "dependency", isExpired: true });
  });

  it("hold.expired: a hold that ends in time, with its answer or with a retraction is no news", async () => {
    const hold: EventPayload = { type: "hold", part: "p", why: "guardrail", maxMs: 2_000 };
    const { clock, session, diagnostics } = watchedTalk(
      script(
        openStep(),
        at(100, openPart()),
        at(200, append("One. ")),
        at(300, hold),
        at(400, append("Two. ")),
        at(500, hold),
        at(600, append("Three. ")),
        at(9_000, hold),
        at(9_100, cut("failed")),
      ),
    );
    session.send("go");
    await clock.advance(20_000);
    expect(diagnostics.map(({ code }) => code)).not.toContain("hold.expired");
  });

  it("approval.reflex: an approval within 700 ms of the question's sight is said; health counts every decision", async () => {
    const gate = Math.max(...scripts.gate.steps.map((step) => step.at));
    const { clock, session, answer, diagnostics } = watchedTalk(scripts.gate);
    session.send("go");
    await clock.advance(gate + 5_000);
    const approval = answer().approvals[0]?.id ?? "";
    session.markApprovalShown(approval);
    await clock.advance(600);
    session.markApprovalShown(approval);
    await session.decide(approval, { decision: "approve" });
    expect(diagnostics).toEqual([{ code: "approval.reflex", approval, dwellMs: 600 }]);
    expect(session.health.approvals()).toEqual({ decided: 1, approvalRate: 1, medianDwellMs: 600, reflexShare: 1 });
  });

  it("approval.reflex: one that was read first, or rejected, is none", async () => {
    for (const decision of ["approve", "reject"] as const) {
      const { clock, session, answer, diagnostics } = watchedTalk(scripts.gate);
      session.send("go");
      await clock.advance(Math.max(...scripts.gate.steps.map((step) => step.at)) + (decision === "approve" ? 900 : 100));
      await session.decide(answer().approvals[0]?.id ?? "", { decision });
      expect(diagnostics.map(({ code }) => code)).not.toContain("approval.reflex");
    }
    expect(watchedTalk(scripts.gate).session.health.approvals()).toEqual({
      decided: 0,
      approvalRate: null,
      medianDwellMs: null,
      reflexShare: null,
    });
  });

  it("a page that was hidden through a long silence is looked at anew before it is called one", async () => {
    const words = [openStep(), at(100, openPart()), at(200, append("One. ")), at(3_000_000, append("Two. "))];
    const { clock, session, answer } = watchedTalk(script(...words));
    session.send("go");
    await clock.advance(300);
    session.leave("hidden");
    await clock.advance(300_000);
    session.wake();
    expect(answer()).toMatchObject({ liveness: "flowing" });
    await clock.advance(1_000);
    expect(answer()).toMatchObject({ liveness: "silent" });
  });
});
