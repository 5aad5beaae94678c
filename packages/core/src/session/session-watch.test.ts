import { describe, expect, it, vi } from "vitest";
import {
  exceededBudget,
  toContext,
  usageOf,
  type AssistantMessage,
  type Interrupt,
  type MetricsReport,
  type Outcome,
  type StreamTrace,
} from "../index.js";
import { RunRecord } from "../health/run-record.js";
import { createPendingMessage, foldEvents } from "../message/index.js";
import { createEventFactory, NO_EFFECTS, UnsayError, type Cause, type Diagnostic, type EventPayload } from "../protocol/index.js";
import {
  completeStep,
  createFakeClock,
  createScriptedTransport,
  endOf,
  openStep,
  readyCall,
  SCRIPT_CAPS,
  scripts,
  streamWords,
  type Script,
  type ScriptedTransportOptions,
  type ScriptStep,
} from "../testing/index.js";
import { createSession } from "./session.js";
import type { SessionOptions } from "./session.types.js";

interface Told {
  readonly outcomes: (Outcome & { readonly amended: boolean })[];
  readonly metrics: MetricsReport[];
  readonly traces: StreamTrace[];
  readonly interrupts: Interrupt[];
  readonly diagnostics: Diagnostic[];
}

function setUp(script: Script | (() => Script), options: Partial<SessionOptions> = {}, transportOptions: ScriptedTransportOptions = {}) {
  const clock = createFakeClock();
  const transport = createScriptedTransport(script, { clock, ...transportOptions });
  const told: Told = { outcomes: [], metrics: [], traces: [], interrupts: [], diagnostics: [] };
  const session = createSession({
    id: "thread",
    transport,
    clock,
    random: () => 1,
    onOutcome: (_message, outcome) => told.outcomes.push(outcome),
    onMetrics: (report) => told.metrics.push(report),
    onTrace: (trace) => told.traces.push(trace),
    onInterrupt: (interrupt) => told.interrupts.push(interrupt),
    onDiagnostic: (diagnostic) => told.diagnostics.push(diagnostic),
    ...options,
  });
  const answer = () => session.store.getState().messages.findLast((message) => message.role === "assistant") as AssistantMessage;
  const paint = (lengths: Readonly<Record<string, number>>) => session.markPainted(answer().id, new Map(Object.entries(lengths)));
  return { clock, transport, session, answer, paint, ...told };
}

const script = (...steps: readonly ScriptStep[]): Script => ({ id: "s", title: "s", prompt: "go", steps });
const at = (moment: number, event: EventPayload): ScriptStep => ({ at: moment, event });
const append = (text: string, part = "p"): EventPayload => ({ type: "span.append", part, span: `${part}-s`, text });
const openPart = (part = "p", kind: "answer" | "reasoning" = "answer"): EventPayload => ({ type: "part.open", part, kind });
const cut = (cause: Cause, by?: "user" | "admin"): EventPayload => ({
  type: "run.end",
  outcome: "truncated",
  cause,
  resumable: false,
  effects: NO_EFFECTS,
  ...(by === undefined ? {} : { by }),
});

describe("metrics", () => {
  const thinking = [
    openStep(),
    at(200, openPart("t", "reasoning")),
    at(300, append("hmm", "t")),
    at(400, { type: "part.close", part: "t" }),
  ];

  it("r7-three: tell reasoning, the answer's arrival and its paint apart, and reasoning sets nothing of the answer", async () => {
    const words = [at(4_900, openPart()), at(5_000, append("Yes, ")), at(6_000, append("do it."))];
    const { clock, session, paint, metrics } = setUp(script(...thinking, ...words, completeStep(6_100)));
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
    const { clock, session, metrics } = setUp(script(openStep(), at(100, openPart()), at(200, append("Yes.")), completeStep(300)));
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
    const { clock, session, paint, metrics } = setUp(script(openStep(), at(100, openPart()), at(100, append("Yes.")), completeStep(100)));
    session.send("go");
    await clock.advance(116);
    paint({ "p-s": 4 });
    await clock.advance(2_000);
    expect(metrics.map((report) => report.metrics.firstAnswerPaintedMs)).toEqual([116]);
  });

  it("carry the labels of run.open, however odd they are", async () => {
    const labels = { route: "fast", long: "x".repeat(5_000), odd: 7 as unknown as string };
    const open = at(0, { type: "run.open", caps: {}, heartbeatMs: null, ttlMs: null, labels });
    const { clock, session, metrics } = setUp(script(open, at(100, openPart()), completeStep(200)));
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
    const { clock, session, paint, metrics } = setUp(steps);
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
      const { clock, session, metrics } = setUp(slow);
      session.send("go");
      await clock.advance(2_000);
      session.leave(by);
      await clock.advance(10_000);
      expect(metrics[0]?.metrics.abandoned).toEqual({ at: 2_000, phase: "waiting", by });
    }
    const stopped = setUp(slow);
    stopped.session.send("go");
    await stopped.clock.advance(1_000);
    stopped.session.stop();
    await stopped.clock.advance(1_000);
    expect(stopped.metrics[0]?.metrics.abandoned).toEqual({ at: 1_000, phase: "waiting", by: "stop" });
  });

  it("r29-abandon: say nothing of a reader who has seen words, and tell words that were held back from words that never came", async () => {
    const steps = script(openStep(), at(100, openPart()), at(100, append("Yes.")), completeStep(6_000));
    const seen = setUp(steps);
    seen.session.send("go");
    await seen.clock.advance(200);
    seen.paint({ "p-s": 4 });
    seen.session.leave("hidden");
    await seen.clock.advance(10_000);
    expect(seen.metrics[0]?.metrics.abandoned).toBeNull();
    const held = setUp(steps);
    held.session.send("go");
    await held.clock.advance(200);
    held.paint({ "t-s": 0 });
    held.session.leave("hidden");
    await held.clock.advance(10_000);
    expect(held.metrics[0]?.metrics.abandoned).toEqual({ at: 200, phase: "holding", by: "hidden" });
  });

  it("the last unmount of a thread is a way to leave it", async () => {
    const { clock, session, metrics } = setUp(script(openStep({}), at(5_000, openPart()), completeStep(6_000)));
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
    const { clock, session, paint, metrics } = setUp(steps);
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
    const { clock, session, metrics, transport } = setUp(steps);
    session.send("go");
    await clock.advance(700);
    session.stop();
    await clock.advance(1_000);
    expect(transport.sent.at(-1)).toMatchObject({ command: "stop" });
    await clock.advance(60_000);
    expect(metrics).toEqual([]);
    const answered = setUp(script(openStep(), ...streamWords("one two three four", { at: 100, everyMs: 500 })));
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
    before: (session: ReturnType<typeof setUp>["session"], clock: ReturnType<typeof createFakeClock>) => void = () => {},
  ) {
    const { clock, session, metrics } = setUp(steps);
    before(session, clock);
    session.send("go");
    await clock.advance(20_000);
    return metrics[0]?.metrics;
  }

  it("say nothing of a run that was joined on its way, whose beginning nobody measured", async () => {
    const { clock, transport, metrics, outcomes, session } = setUp(scripts.complete);
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
    const short = [1, 2, 3, 4].reduce((sum) => sum + timeOf(20_000), 0);
    expect(timeOf(80_000) / short).toBeLessThan(2);
  });

  function timeOf(count: number): number {
    const record = new RunRecord({ now: 0, epoch: 0 });
    const factory = createEventFactory({ thread: "t", run: "r", message: "m" });
    const events = Array.from({ length: count }, () => factory.make(append("word ")));
    // Of this thread alone: what else the machine does meanwhile is no cost of ours.
    const before = process.threadCpuUsage();
    for (const [index, event] of events.entries()) record.observe([event], index * 2_000, null);
    const { user, system } = process.threadCpuUsage(before);
    return user + system;
  }

  it("and the trace stay bounded however much happens", () => {
    const record = new RunRecord({ now: 0, epoch: 0 });
    const factory = createEventFactory({ thread: "t", run: "r", message: "m" });
    for (let index = 0; index < 20_000; index += 1) record.observe([factory.make(append("x"))], index * 2_000, null);
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

describe("outcomes", () => {
  const words = [openStep(), at(100, openPart()), at(200, append("Half an ans"))];
  const ends: readonly [string, EventPayload, string][] = [
    ["complete", { type: "run.end", outcome: "complete", effects: NO_EFFECTS }, "good"],
    ["provider timeout", { ...cut("failed"), error: { code: "provider-timeout", message: "m", retryable: true } } as EventPayload, "bad"],
    ["overloaded", { ...cut("failed"), error: { code: "provider-overloaded", message: "m", retryable: true } } as EventPayload, "bad"],
    ["length", cut("length"), "bad"],
    ["filter", cut("filtered"), "filtered"],
    ["withheld", cut("withheld"), "withheld"],
    ["lost producer", cut("orphaned"), "bad"],
    ["stopped by the user", cut("stopped", "user"), "good"],
    ["redirected by the user", cut("redirected", "user"), "good"],
    ["stopped by an administrator", cut("stopped", "admin"), "bad"],
    ["unverified", cut("unverified"), "bad"],
  ];

  it.each(ends)(
    "r28-matrix: %s is told once and counted for what it is, before the first word, in the middle and after the last",
    async (_name, end, grade) => {
      const last = [at(250, append("wer.")), at(260, { type: "part.close", part: "p" })];
      const moments = [
        [openStep(), at(300, end)],
        [...words, at(300, end)],
        [...words, ...last, at(300, end)],
      ];
      for (const steps of moments) {
        const { clock, session, outcomes } = setUp(script(...steps.filter((step): step is ScriptStep => "at" in step)));
        session.send("go");
        await clock.advance(100_000);
        expect(outcomes.map((outcome) => [outcome.grade, outcome.stated, outcome.amended])).toEqual([[grade, true, false]]);
      }
    },
  );

  it("r28-matrix: a connection that is lost for good is bad, inferred, and never good", async () => {
    const { clock, session, outcomes, transport } = setUp(script(...words, { at: 300, fault: "disconnect" }));
    delete (transport as { resume?: unknown }).resume;
    session.send("go");
    await clock.advance(100_000);
    expect(outcomes).toEqual([
      { status: "truncated", cause: "disconnected", code: "stream-eof", stated: false, grade: "bad", amended: false },
    ]);
  });

  it("r28-matrix: a start that is refused is bad", async () => {
    const { clock, session, outcomes, transport } = setUp(scripts.complete);
    transport.start = () => Promise.reject(new UnsayError({ code: "unauthorized", message: "Sign in.", retryable: false }));
    session.send("go");
    await clock.advance(1_000);
    expect(outcomes).toMatchObject([{ cause: "failed", code: "unauthorized", grade: "bad", stated: false }]);
  });

  it("are told again, amended, when the server's record changes an end that was only inferred, and so are metrics and trace", async () => {
    const { clock, session, answer, outcomes, metrics, traces, transport } = setUp(scripts.resume);
    const resume = transport.resume?.bind(transport);
    transport.resume = () => Promise.reject(new UnsayError({ code: "network", message: "refused", retryable: true }));
    session.send("go");
    await clock.advance(300_000);
    expect(outcomes).toMatchObject([{ cause: "disconnected", stated: false, amended: false }]);
    expect(metrics).toMatchObject([{ amended: false, metrics: { timeToSettledMs: null } }]);
    if (resume !== undefined) transport.resume = resume;
    session.reconnect(answer().id);
    await clock.advance(2_000);
    expect(outcomes[1]).toMatchObject({ status: "complete", stated: true, grade: "good", amended: true });
    expect(metrics[1]).toMatchObject({ amended: true, metrics: { totalMs: metrics[0]?.metrics.totalMs } });
    expect(metrics[1]?.metrics.timeToSettledMs).toBeGreaterThan(metrics[0]?.metrics.totalMs ?? 0);
    expect(traces[1]?.marks.at(-1)).toMatchObject({ type: "amended", status: "complete" });
    session.reconnect(answer().id);
    await session.load();
    await clock.advance(10_000);
    expect(outcomes).toHaveLength(2);
  });

  it("that the server stated are not amended by what happens to the text afterwards", async () => {
    const { clock, session, answer, outcomes, metrics, transport } = setUp(script(...words, completeStep(300)));
    session.send("go");
    await clock.advance(2_000);
    const stored = session.store
      .getState()
      .messages.map((message) => (message.role === "user" ? message : { ...message, status: "revised", revisions: 1 }));
    transport.history = async () => stored as AssistantMessage[];
    await session.load();
    expect(answer().status).toBe("revised");
    expect([outcomes.length, metrics.length]).toEqual([1, 1]);
  });

  it("of an answer that is continued are told once for each end", async () => {
    const more = [openStep(), at(100, openPart("q")), at(200, append("wer.", "q")), at(300, cut("length"))];
    let starts = 0;
    const { clock, session, answer, outcomes } = setUp(() => script(...((starts += 1) === 1 ? [...words, at(300, cut("length"))] : more)));
    session.send("go");
    await clock.advance(1_000);
    session.continue(answer().id);
    await clock.advance(1_000);
    expect(outcomes.map(({ cause, amended }) => [cause, amended])).toEqual([
      ["length", false],
      ["length", false],
    ]);
  });
});

describe("interrupts", () => {
  const long = script(openStep(), ...streamWords("one two three four five six seven eight", { at: 100, everyMs: 500 }));

  it("say how long it took to the next words, and what a composer knew", async () => {
    const { clock, session, interrupts } = setUp(long);
    session.send("go");
    await clock.advance(1_000);
    session.stop();
    session.stop();
    session.noteInterrupt({ draftKept: true });
    await clock.advance(4_000);
    expect(interrupts).toEqual([]);
    session.send("something else");
    expect(interrupts).toEqual([{ verb: "stop", msToNextSend: 4_000, draftKept: true, discarded: false, per100: 100 }]);
  });

  it("are counted once for a stop that had to be pressed twice", async () => {
    const { clock, session, interrupts } = setUp(long, {}, { onCommand: () => "hang" });
    session.send("go");
    await clock.advance(500);
    session.stop();
    await clock.advance(5_500);
    session.stop();
    session.leave("navigated");
    expect(interrupts).toMatchObject([{ verb: "stop", per100: 100 }]);
  });

  it("of a redirect are known at once, and one that nothing followed is told when the reader goes", async () => {
    const { clock, session, interrupts } = setUp(long);
    session.send("go");
    await clock.advance(1_000);
    session.redirect("only the EU");
    expect(interrupts).toEqual([{ verb: "redirect", msToNextSend: 0, draftKept: null, discarded: false, per100: 100 }]);
    await clock.advance(1_000);
    session.stop();
    session.leave("navigated");
    expect(interrupts[1]).toEqual({ verb: "stop", msToNextSend: null, draftKept: null, discarded: false, per100: 100 });
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
    const { clock, session, traces, paint } = setUp(steps);
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
    const { clock, session, traces } = setUp(scripts.resume);
    session.send("go");
    await clock.advance(20_000);
    expect(traces[0]?.marks.map(({ type }) => type)).toEqual(expect.arrayContaining(["connection-lost", "connection-resumed"]));
    expect(traces[0]?.outcome).toMatchObject({ status: "complete" });
  });
});

describe("a resumed connection", () => {
  it("that tells the beginning again adds nothing to the figures", async () => {
    const { clock, session, traces, transport } = setUp(scripts.resume);
    const resume = transport.resume?.bind(transport);
    if (resume !== undefined) transport.resume = (request, options) => resume({ ...request, after: 0 }, options);
    session.send("go");
    await clock.advance(20_000);
    expect(traces[0]?.marks.filter(({ type }) => type === "open")).toHaveLength(1);
    expect(traces[0]?.outcome.status).toBe("complete");
  });
});

describe("usage", () => {
  const usage = (figures: Partial<Extract<EventPayload, { type: "usage" }>>): EventPayload => ({
    type: "usage",
    generated: null,
    billed: null,
    billedReasoning: null,
    source: "provider",
    final: false,
    ...figures,
  });

  it("r18-ledger: 912 billed of which 800 were painted are 112 too many, and final", async () => {
    const steps = script(
      openStep(),
      at(100, openPart()),
      at(200, append("Some words. ")),
      at(210, usage({ generated: 800 })),
      at(60_000, append("never")),
    );
    const stop: EventPayload[] = [usage({ generated: 912, billed: 912, final: true }), cut("stopped", "user")];
    const { clock, session, answer } = setUp({ ...steps, onStop: stop });
    session.send("go");
    await clock.advance(100);
    expect(usageOf(answer())).toMatchObject({
      generated: null,
      painted: null,
      billed: null,
      overrun: null,
      status: "pending",
      source: null,
    });
    await clock.advance(200);
    expect(usageOf(answer())).toMatchObject({ generated: 800, painted: 800, billed: null, overrun: null, status: "estimated" });
    session.stop();
    await clock.advance(100);
    expect(usageOf(answer())).toEqual({
      generated: 912,
      painted: 800,
      billed: 912,
      billedReasoning: null,
      overrun: 112,
      status: "final",
      source: "provider",
    });
  });

  it("r18-ledger: a server that knows the tokens of each event says itself what was painted", async () => {
    const steps = script(openStep(), at(100, openPart()), at(200, append("Some words. ")), at(60_000, append("never")));
    const stop = [usage({ generated: 912, billed: 912, painted: 790, final: true }), cut("stopped", "user")];
    const { clock, session, answer } = setUp({ ...steps, onStop: stop });
    session.send("go");
    await clock.advance(300);
    session.stop();
    await clock.advance(100);
    expect(usageOf(answer())).toMatchObject({ painted: 790, overrun: 122, status: "final" });
  });

  it("r18-reasoning: reasoning is billed and not an overrun", async () => {
    const steps = script(
      openStep(),
      at(50, openPart("t", "reasoning")),
      at(60, append("hmm", "t")),
      at(100, openPart()),
      at(200, append("Words.")),
      at(300, usage({ generated: 800, billed: 800, billedReasoning: 500, final: true })),
      completeStep(310),
    );
    const { clock, session, answer } = setUp(steps);
    session.send("go");
    await clock.advance(1_000);
    expect(usageOf(answer())).toMatchObject({ painted: 300, overrun: 0, status: "final" });
  });

  it("r18-ledger: that was promised and never came is unreported after 60 s, with nothing made up", async () => {
    const { clock, session, answer, diagnostics } = setUp(
      script(openStep(), at(100, openPart()), at(200, append("Words.")), completeStep(300)),
    );
    session.send("go");
    await clock.advance(1_000);
    expect(usageOf(answer()).status).toBe("pending");
    await clock.advance(60_000);
    expect(usageOf(answer())).toEqual({
      generated: null,
      painted: null,
      billed: null,
      billedReasoning: null,
      overrun: null,
      status: "unreported",
      source: "unreported",
    });
    expect(diagnostics).toEqual([{ code: "usage.unreported", run: answer().run?.id }]);
  });

  it("that nobody promised is unreported from the end on, and so is what the server says will not come", async () => {
    const silent = setUp(script(openStep({}), at(100, openPart()), completeStep(300)));
    silent.session.send("go");
    await silent.clock.advance(1_000);
    expect(usageOf(silent.answer()).status).toBe("unreported");
    const told = setUp(script(openStep(), at(100, openPart()), at(200, usage({ source: "unreported", final: true })), completeStep(300)));
    told.session.send("go");
    await told.clock.advance(1_000);
    expect(usageOf(told.answer())).toMatchObject({ billed: null, status: "unreported" });
    expect([silent.diagnostics, told.diagnostics].map((list) => list.map(({ code }) => code))).toEqual([
      ["usage.unreported"],
      ["usage.unreported"],
    ]);
  });
});

describe("an agent that goes round in circles", () => {
  const failing = (moment: number, call: string, code = "not-found", args: unknown = { b: 2, a: 1 }): readonly ScriptStep[] => [
    ...readyCall(moment, { call, name: "find", args, effect: "read" }),
    at(moment + 300, { type: "tool.start", call, attempt: 1, callKey: call }),
    at(moment + 400, { type: "tool.result", call, result: "error", error: { code, message: "m", retryable: false } }),
  ];

  it("r31-loop: is noticed at the third identical failure, in a diagnostic and in the message", async () => {
    const calls = [...failing(100, "a"), ...failing(1_100, "b", "not-found", { a: 1, b: 2 }), ...failing(2_100, "c")];
    const { clock, session, answer, diagnostics, traces } = setUp(
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
      const { clock, session, answer, diagnostics } = setUp(script(openStep(), ...calls, at(5_000, cut("failed"))));
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
    const { clock, session, answer, diagnostics, traces } = setUp(steps);
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
    const { clock, session, diagnostics } = setUp(
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
    const { clock, session, answer, diagnostics } = setUp(scripts.gate);
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
      const { clock, session, answer, diagnostics } = setUp(scripts.gate);
      session.send("go");
      await clock.advance(Math.max(...scripts.gate.steps.map((step) => step.at)) + (decision === "approve" ? 900 : 100));
      await session.decide(answer().approvals[0]?.id ?? "", { decision });
      expect(diagnostics.map(({ code }) => code)).not.toContain("approval.reflex");
    }
    expect(setUp(scripts.gate).session.health.approvals()).toEqual({
      decided: 0,
      approvalRate: null,
      medianDwellMs: null,
      reflexShare: null,
    });
  });

  it("a page that was hidden through a long silence is looked at anew before it is called one", async () => {
    const words = [openStep(), at(100, openPart()), at(200, append("One. ")), at(3_000_000, append("Two. "))];
    const { clock, session, answer } = setUp(script(...words));
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

describe("a callback of the app that throws", () => {
  it("breaks no stream and is said once", async () => {
    const said = vi.spyOn(console, "error").mockImplementation(() => {});
    const throwing = () => {
      throw new Error("mine");
    };
    const callbacks = {
      onOutcome: throwing,
      onMetrics: throwing,
      onTrace: throwing,
      onDiagnostic: throwing,
      onInterrupt: throwing,
      onProtocolError: throwing,
    };
    const { clock, session, answer } = setUp(
      script(openStep(SCRIPT_CAPS), ...streamWords("some words", { at: 100 }), completeStep(endOf(streamWords("some words", { at: 100 })))),
      callbacks,
    );
    session.send("one");
    await clock.advance(100_000);
    session.send("two");
    await clock.advance(100_000);
    expect(answer()).toMatchObject({ status: "complete", stated: true });
    const names = said.mock.calls.map(([message]) => /on[A-Z]\w+/u.exec(String(message))?.[0]);
    expect(names).toHaveLength(4);
    expect(new Set(names)).toEqual(new Set(["onDiagnostic", "onMetrics", "onOutcome", "onTrace"]));
    said.mockRestore();
  });
});
