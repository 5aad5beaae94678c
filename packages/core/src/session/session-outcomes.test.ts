import { describe, expect, it, vi } from "vitest";
import { append, at, cut, openPart, script, watchedTalk } from "../../test-kit/watched-talk.js";
import type { AssistantMessage } from "../index.js";
import { NO_EFFECTS, UnsayError, type EventPayload } from "../protocol/index.js";
import { completeStep, endOf, openStep, SCRIPT_CAPS, scripts, streamWords, type ScriptStep } from "../testing/index.js";

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
        const { clock, session, outcomes } = watchedTalk(script(...steps.filter((step): step is ScriptStep => "at" in step)));
        session.send("go");
        await clock.advance(100_000);
        expect(outcomes.map((outcome) => [outcome.grade, outcome.stated, outcome.amended])).toEqual([[grade, true, false]]);
      }
    },
  );

  it("r28-matrix: a connection that is lost for good is bad, inferred, and never good", async () => {
    const { clock, session, outcomes, transport } = watchedTalk(script(...words, { at: 300, fault: "disconnect" }));
    delete (transport as { resume?: unknown }).resume;
    session.send("go");
    await clock.advance(100_000);
    expect(outcomes).toEqual([
      { status: "truncated", cause: "disconnected", code: "stream-eof", stated: false, grade: "bad", amended: false },
    ]);
  });

  it("r28-matrix: a start that is refused is bad", async () => {
    const { clock, session, outcomes, transport } = watchedTalk(scripts.complete);
    transport.start = () => Promise.reject(new UnsayError({ code: "unauthorized", message: "Sign in.", retryable: false }));
    session.send("go");
    await clock.advance(1_000);
    expect(outcomes).toMatchObject([{ cause: "failed", code: "unauthorized", grade: "bad", stated: false }]);
  });

  it("are told again, amended, when the server's record changes an end that was only inferred, and so are metrics and trace", async () => {
    const { clock, session, answer, outcomes, metrics, traces, transport } = watchedTalk(scripts.resume);
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
    const { clock, session, answer, outcomes, metrics, transport } = watchedTalk(script(...words, completeStep(300)));
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
    const { clock, session, answer, outcomes } = watchedTalk(() =>
      script(...((starts += 1) === 1 ? [...words, at(300, cut("length"))] : more)),
    );
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
    const { clock, session, interrupts } = watchedTalk(long);
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
    const { clock, session, interrupts } = watchedTalk(long, {}, { onCommand: () => "hang" });
    session.send("go");
    await clock.advance(500);
    session.stop();
    await clock.advance(5_500);
    session.stop();
    session.leave("navigated");
    expect(interrupts).toMatchObject([{ verb: "stop", per100: 100 }]);
  });

  it("of a redirect are known at once, and one that nothing followed is told when the reader goes", async () => {
    const { clock, session, interrupts } = watchedTalk(long);
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
    const { clock, session, answer } = watchedTalk(
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
