import { describe, expect, it } from "vitest";
import { append, at, cut, openPart, script, watchedTalk } from "../../test-kit/watched-talk.js";
import { RunRecord } from "../health/run-record.js";
import { exceededBudget } from "../index.js";
import { createPendingMessage, foldEvents } from "../message/index.js";
import { createEventFactory, type UnsayEvent } from "../protocol/index.js";
import type { createFakeClock } from "../testing/index.js";
import { completeStep, openStep, readyCall, scripts, streamWords, type Script } from "../testing/index.js";
import { createSession } from "./session.js";

describe("metrics", () => {
  const thinking = [
    openStep(),
    at(200, openPart("t", "reasoning")),
    at(300, append("hmm", "t")),
    at(400, { type: "part.close", part: "t" }),
  ];

  it("r7-three: tell reasoning, the answer's arrival and its paint apart, and reasoning sets nothing of the answer", async () => {
    const words = [at(4_900, openPart()), at(5_000, append("Yes, ")), at(6_000, append("do it."))];
    const { clock, session, paint, metrics } = watchedTalk(script(...thinking, ...words, completeStep(6_100)));
    session.send("go");
    await clock.advance(1_000);
    paint({ "t-s": 3 });
    const { metricsOf } = session.health;
    const id = session.store.getState().messages[1]?.id ?? "";
    expect(metricsOf(id)).toMatchObject({ firstReasoningMs: 300, firstAnswerReceivedMs: null, firstAnswerPaintedMs: null });
    await clock.advance(4_400);
    paint({ "p-s": 5 });
    await clock.advance(5_000);
    expect(metrics).toHaveLength(1);
    expect(metrics[0]?.metrics).toMatchObject({
      ackMs: 0,
      firstEventMs: 0,
      firstReasoningMs: 300,
      firstAnswerReceivedMs: 5_000,
      firstAnswerPaintedMs: 5_400,
      heldBackMs: 400,
      waitMs: 5_400,
      streamMs: 700,
      totalMs: 6_100,
      timeToSettledMs: 6_100,
      stopLatencyMs: null,
      abandoned: null,
    });
    expect(metricsOf(id)).toEqual(metrics[0]?.metrics);
  });

  it("are null for what nobody measured: without a view nothing was painted, as far as anyone knows", async () => {
    const { clock, session, metrics } = watchedTalk(script(openStep(), at(100, openPart()), at(200, append("Yes.")), completeStep(300)));
    session.send("go");
    await clock.advance(2_000);
    expect(metrics[0]?.metrics).toMatchObject({
      firstReasoningMs: null,
      firstAnswerPaintedMs: null,
      heldBackMs: null,
      waitMs: null,
      streamMs: null,
      churnRatio: null,
      maxGapMs: 100,
    });
  });

  it("wait a moment for the first paint of an answer that ended before it, and are told once", async () => {
    const { clock, session, paint, metrics } = watchedTalk(
      script(openStep(), at(100, openPart()), at(100, append("Yes.")), completeStep(100)),
    );
    session.send("go");
    await clock.advance(116);
    paint({ "p-s": 4 });
    await clock.advance(2_000);
    expect(metrics.map((report) => report.metrics.firstAnswerPaintedMs)).toEqual([116]);
  });

  it("carry the labels of run.open, however odd they are", async () => {
    const labels = { route: "fast", long: "x".repeat(5_000), odd: 7 as unknown as string };
    const open = at(0, { type: "run.open", caps: {}, heartbeatMs: null, ttlMs: null, labels });
    const { clock, session, metrics } = watchedTalk(script(open, at(100, openPart()), completeStep(200)));
    session.send("go");
    await clock.advance(1_000);
    expect(metrics[0]?.metrics.labels).toMatchObject({ route: "fast", odd: "7" });
    expect(metrics[0]?.metrics.labels["long"]?.length).toBe(200);
  });

  it("r29-pair: tell a slow start from a slow finish of the same total, and only the first exceeds the budget of the wait", async () => {
    const slowStart = await measure(
      script(openStep(), at(4_000, openPart()), at(4_000, append("Yes. ")), at(5_000, append("Do.")), completeStep(6_000)),
      4_016,
    );
    const slowFinish = await measure(
      script(openStep(), at(300, openPart()), at(300, append("Yes. ")), at(5_000, append("Do.")), completeStep(6_000)),
      316,
    );
    expect([slowStart.totalMs, slowFinish.totalMs]).toEqual([6_000, 6_000]);
    expect([slowStart.waitMs, slowFinish.waitMs]).toEqual([4_016, 316]);
    const exceeded = [slowStart, slowFinish].map((each) => exceededBudget(each, { waitMs: 3_000 }).map(({ figure }) => figure));
    expect(exceeded).toEqual([["waitMs"], []]);
  });

  async function measure(steps: Script, paintAt: number) {
    const { clock, session, paint, metrics } = watchedTalk(steps);
    session.send("go");
    await clock.advance(paintAt);
    paint({ "p-s": 5 });
    await clock.advance(10_000);
    const [report] = metrics;
    if (report === undefined) throw new Error("no report");
    return report.metrics;
  }

  it("r29-abandon: say who left while waiting, and how", async () => {
    const slow = script(openStep(), at(5_000, openPart()), at(5_000, append("Yes.")), completeStep(6_000));
    for (const by of ["hidden", "navigated"] as const) {
      const { clock, session, metrics } = watchedTalk(slow);
      session.send("go");
      await clock.advance(2_000);
      session.leave(by);
      await clock.advance(10_000);
      expect(metrics[0]?.metrics.abandoned).toEqual({ at: 2_000, phase: "waiting", by });
    }
    const stopped = watchedTalk(slow);
    stopped.session.send("go");
    await stopped.clock.advance(1_000);
    stopped.session.stop();
    await stopped.clock.advance(1_000);
    expect(stopped.metrics[0]?.metrics.abandoned).toEqual({ at: 1_000, phase: "waiting", by: "stop" });
  });

  it("r29-abandon: say nothing of a reader who has seen words, and tell words that were held back from words that never came", async () => {
    const steps = script(openStep(), at(100, openPart()), at(100, append("Yes.")), completeStep(6_000));
    const seen = watchedTalk(steps);
    seen.session.send("go");
    await seen.clock.advance(200);
    seen.paint({ "p-s": 4 });
    seen.session.leave("hidden");
    await seen.clock.advance(10_000);
    expect(seen.metrics[0]?.metrics.abandoned).toBeNull();
    const held = watchedTalk(steps);
    held.session.send("go");
    await held.clock.advance(200);
    held.paint({ "t-s": 0 });
    held.session.leave("hidden");
    await held.clock.advance(10_000);
    expect(held.metrics[0]?.metrics.abandoned).toEqual({ at: 200, phase: "holding", by: "hidden" });
  });

  it("the last unmount of a thread is a way to leave it", async () => {
    const { clock, session, metrics } = watchedTalk(script(openStep({}), at(5_000, openPart()), completeStep(6_000)));
    const detach = session.attach();
    session.send("go");
    await clock.advance(500);
    detach();
    await clock.advance(10_000);
    expect(metrics[0]?.metrics.abandoned).toEqual({ at: 500, phase: "waiting", by: "navigated" });
  });

  it("count the share of painted text that was corrected or taken back", async () => {
    const steps = script(
      openStep(),
      at(100, openPart()),
      at(100, { type: "span.append", part: "p", span: "a", text: "It is safe. " }),
      at(200, { type: "span.append", part: "p", span: "b", text: "Go ahead now. Really." }),
      at(500, { type: "span.revise", spans: ["a"], replacement: { span: "c", text: "It is not. " }, reason: "checked", by: "verifier" }),
      completeStep(600),
    );
    const { clock, session, paint, metrics } = watchedTalk(steps);
    session.send("go");
    await clock.advance(300);
    paint({ a: 12, b: 17 });
    await clock.advance(250);
    paint({ a: 0, c: 11, b: 20 });
    await clock.advance(2_000);
    expect(metrics[0]?.metrics.churnRatio).toBeCloseTo(12 / (12 + 11 + 20));
  });

  it("measure Stop from the press to the acknowledgement and to the end", async () => {
    const steps = { ...script(openStep(), ...streamWords("one two three four", { at: 100, everyMs: 500 })), onStop: [] };
    const { clock, session, metrics, transport } = watchedTalk(steps);
    session.send("go");
    await clock.advance(700);
    session.stop();
    await clock.advance(1_000);
    expect(transport.sent.at(-1)).toMatchObject({ command: "stop" });
    await clock.advance(60_000);
    expect(metrics).toEqual([]);
    const answered = watchedTalk(script(openStep(), ...streamWords("one two three four", { at: 100, everyMs: 500 })));
    answered.session.send("go");
    await answered.clock.advance(700);
    answered.session.stop();
    await answered.clock.advance(1_000);
    expect(answered.metrics[0]?.metrics.stopLatencyMs).toEqual({ toAckMs: 0, toEndMs: 0 });
  });

  it("r15-quiet: a silence of 2.5 s is one stall, and one that a tool, a hold or a hidden page explains is none", async () => {
    const words = (moment: number) => at(moment, append(`word at ${moment}. `));
    const quiet = script(openStep(), at(100, openPart()), words(200), words(2_700), words(2_800), completeStep(2_900));
    const held = script(
      openStep(),
      at(100, openPart()),
      words(200),
      at(210, { type: "hold", part: "p", why: "guardrail", maxMs: 5_000 }),
      words(2_700),
      completeStep(2_900),
    );
    const explained = await figures(held);
    expect(await figures(quiet)).toMatchObject({ stalls: 1, maxGapMs: 2_500 });
    expect(explained).toMatchObject({ stalls: 0, maxGapMs: 100 });
    const tool = script(
      openStep(),
      ...readyCall(100, { call: "c", name: "find", args: {}, effect: "read" }),
      at(310, { type: "tool.start", call: "c", attempt: 1, callKey: "k" }),
      at(5_000, { type: "tool.result", call: "c", result: "ok" }),
      at(5_100, openPart()),
      words(5_200),
      completeStep(5_300),
    );
    expect(await figures(tool)).toMatchObject({ stalls: 0, maxGapMs: 100 });
    expect(await figures(quiet, (session, clock) => clock.after(1_000, () => session.leave("hidden")))).toMatchObject({ stalls: 0 });
  });

  async function figures(
    steps: Script,
    before: (session: ReturnType<typeof watchedTalk>["session"], clock: ReturnType<typeof createFakeClock>) => void = () => {},
  ) {
    const { clock, session, metrics } = watchedTalk(steps);
    before(session, clock);
    session.send("go");
    await clock.advance(20_000);
    return metrics[0]?.metrics;
  }

  it("say nothing of a run that was joined on its way, whose beginning nobody measured", async () => {
    const { clock, transport, metrics, outcomes, session } = watchedTalk(scripts.complete);
    session.send("go");
    await clock.advance(800);
    const later: unknown[] = [];
    const second = createSession({
      id: "thread",
      transport,
      clock,
      onMetrics: (report) => later.push(report),
      onOutcome: (message) => later.push(message.status),
    });
    transport.history = async () => session.store.getState().messages;
    transport.active = async () => ({
      run: session.store.getState().messages[1]?.role === "assistant" ? "run" : "",
      message: session.store.getState().messages[1]?.id ?? "",
      last: 1,
    });
    await second.load();
    await clock.advance(20_000);
    expect(later).toEqual(["complete"]);
    expect([metrics.length, outcomes.length]).toEqual([1, 1]);
  });

  it("cost the same for an event of a long run as for one of a short run", () => {
    timeOf(20_000);
    const growth = (): number => timeOf(80_000) / [1, 2, 3, 4].reduce((sum) => sum + timeOf(20_000), 0);
    // What grows does so in each turn; what disturbs does not.
    let least = Number.POSITIVE_INFINITY;
    for (let turn = 0; turn < 10 && least >= 2; turn += 1) least = Math.min(least, growth());
    expect(least).toBeLessThan(2);
  });

  function note(record: RunRecord, event: UnsayEvent, now: number): void {
    record.hear(event, now, 1);
    record.observe(event, now, null);
  }

  function timeOf(count: number): number {
    const record = new RunRecord({ now: 0, epoch: 0 });
    const factory = createEventFactory({ thread: "t", run: "r", message: "m" });
    const events = Array.from({ length: count }, () => factory.make(append("word ")));
    // Of this thread alone: what else the machine does meanwhile is no cost of ours.
    const before = process.threadCpuUsage();
    for (const [index, event] of events.entries()) note(record, event, index * 2_000);
    const { user, system } = process.threadCpuUsage(before);
    return user + system;
  }

  it("and the trace stay bounded however much happens", () => {
    const record = new RunRecord({ now: 0, epoch: 0 });
    const factory = createEventFactory({ thread: "t", run: "r", message: "m" });
    for (let index = 0; index < 20_000; index += 1) note(record, factory.make(append("x")), index * 2_000);
    const ended = foldEvents(createPendingMessage({ id: "m", thread: "t" }), [
      factory.make({ type: "run.open", caps: {}, heartbeatMs: null, ttlMs: null }),
      factory.make(cut("failed")),
    ]).message;
    record.end(ended, 50_000_000);
    const trace = record.report(ended, null, false);
    expect(trace?.marks.length).toBeLessThanOrEqual(502);
    expect(trace?.droppedMarks).toBeGreaterThan(19_000);
    expect(trace?.marks.at(-1)).toMatchObject({ type: "end", cause: "failed" });
    expect(JSON.stringify(trace).length).toBeLessThan(50_000);
    expect(trace?.metrics).toMatchObject({ stalls: 20_000, maxGapMs: 50_000_000 - 19_999 * 2_000 });
  });
});

describe("traces", () => {
  it("r11-trace: put down what happened where the script did it, to the frame", async () => {
    const loop = "The pool has to drain first. Then the flag is flipped. After that you watch the errors. ";
    const steps = script(
      openStep(),
      at(200, openPart("t", "reasoning")),
      at(300, append("hmm", "t")),
      at(310, { type: "part.close", part: "t" }),
      ...readyCall(400, { call: "c", name: "find", args: { q: 1 }, effect: "read" }),
      at(700, { type: "tool.start", call: "c", attempt: 1, callKey: "k" }),
      at(1_700, { type: "tool.result", call: "c", result: "error", error: { code: "not-found", message: "m", retryable: false } }),
      at(1_800, openPart()),
      at(1_900, { type: "span.append", part: "p", span: "a", text: "Wrong. " }),
      at(2_000, { type: "hold", part: "p", why: "guardrail", maxMs: 1_000 }),
      at(2_400, { type: "span.append", part: "p", span: "b", text: loop }),
      at(4_900, { type: "span.append", part: "p", span: "c", text: loop }),
      at(5_000, { type: "span.append", part: "p", span: "d", text: loop }),
      at(3_000, { type: "span.revise", spans: ["a"], replacement: { span: "e", text: "Right. " }, reason: "r", by: "v" }),
      at(5_200, { type: "span.retract", spans: ["b"], reason: "r", expunge: true }),
      at(60_000, append("never")),
    );
    const { clock, session, traces, paint } = watchedTalk(steps);
    session.send("go");
    await clock.advance(1_916);
    paint({ a: 7 });
    await clock.advance(6_000 - 1_916);
    session.stop();
    await clock.advance(2_000);
    expect(traces).toHaveLength(1);
    const [trace] = traces;
    expect(trace?.marks).toEqual([
      { type: "open", at: 0, run: expect.any(String) },
      { type: "first-reasoning", at: 300 },
      { type: "tool", at: 700, ms: 1_000, call: "c", name: "find", effect: "read", attempt: 1, outcome: "failed", code: "not-found" },
      { type: "first-answer", at: 1_900 },
      { type: "first-paint", at: 1_916 },
      { type: "hold", at: 2_000, ms: 400, part: "p", why: "guardrail", isExpired: false },
      { type: "stall", at: 2_400, ms: 2_500 },
      { type: "revision", at: 3_000, spans: 1, isInferred: false },
      { type: "loop", at: 5_000, repeats: 3 },
      { type: "retraction", at: 5_200, spans: 1, isExpunged: true },
      { type: "stop-pressed", at: 6_000, intent: "stop" },
      { type: "stop-acknowledged", at: 6_000, upstream: "aborted" },
      { type: "end", at: 6_000, status: "truncated", cause: "stopped", code: null, stated: true, grade: "good" },
    ]);
    expect(trace).toMatchObject({ v: 1, thread: "thread", model: "scripted", durationMs: 6_000, droppedMarks: 0, amended: false });
    expect(trace?.gaps.reduce((sum, { count }) => sum + count, 0)).toBeGreaterThan(3);
    expect(JSON.parse(JSON.stringify(trace))).toEqual(trace);
    expect(JSON.stringify(trace)).not.toMatch(/drain|Wrong|Right/u);
  });

  it("say when the connection was lost and found again", async () => {
    const { clock, session, traces } = watchedTalk(scripts.resume);
    session.send("go");
    await clock.advance(20_000);
    expect(traces[0]?.marks.map(({ type }) => type)).toEqual(expect.arrayContaining(["connection-lost", "connection-resumed"]));
    expect(traces[0]?.outcome).toMatchObject({ status: "complete" });
  });
});

describe("a resumed connection", () => {
  it("that tells the beginning again adds nothing to the figures", async () => {
    const { clock, session, traces, transport } = watchedTalk(scripts.resume);
    const resume = transport.resume?.bind(transport);
    if (resume !== undefined) transport.resume = (request, options) => resume({ ...request, after: 0 }, options);
    session.send("go");
    await clock.advance(20_000);
    expect(traces[0]?.marks.filter(({ type }) => type === "open")).toHaveLength(1);
    expect(traces[0]?.outcome.status).toBe("complete");
  });
});
