import { describe, expect, it } from "vitest";
import { append, at, cut, openPart, script, watchedTalk } from "../../test-kit/watched-talk.js";
import { usageOf } from "../index.js";
import type { EventPayload } from "../protocol/index.js";
import { completeStep, openStep } from "../testing/index.js";

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
    const { clock, session, answer } = watchedTalk({ ...steps, onStop: stop });
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
    const { clock, session, answer } = watchedTalk({ ...steps, onStop: stop });
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
    const { clock, session, answer } = watchedTalk(steps);
    session.send("go");
    await clock.advance(1_000);
    expect(usageOf(answer())).toMatchObject({ painted: 300, overrun: 0, status: "final" });
  });

  it("r18-ledger: that was promised and never came is unreported after 60 s, with nothing made up", async () => {
    const { clock, session, answer, diagnostics } = watchedTalk(
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
    const silent = watchedTalk(script(openStep({}), at(100, openPart()), completeStep(300)));
    silent.session.send("go");
    await silent.clock.advance(1_000);
    expect(usageOf(silent.answer()).status).toBe("unreported");
    const told = watchedTalk(
      script(openStep(), at(100, openPart()), at(200, usage({ source: "unreported", final: true })), completeStep(300)),
    );
    told.session.send("go");
    await told.clock.advance(1_000);
    expect(usageOf(told.answer())).toMatchObject({ billed: null, status: "unreported" });
    expect([silent.diagnostics, told.diagnostics].map((list) => list.map(({ code }) => code))).toEqual([
      ["usage.unreported"],
      ["usage.unreported"],
    ]);
  });
});
