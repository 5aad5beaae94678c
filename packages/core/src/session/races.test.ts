import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { RaceServer, type Network, type RaceRun, type RunPlan } from "../../test-kit/race-server.js";
import { toContext, textOf, type AssistantMessage, type Session } from "../index.js";
import { createFakeClock, type FakeClock } from "../testing/index.js";
import { createSession } from "./session.js";

const RUNS = 500;
/** 500 runs take seconds, and many on a machine with other work. */
vi.setConfig({ testTimeout: 120_000 });
/** The seed of a run that fails is printed by fast-check; new ones are tried each time. */
const check = async <T>(arbitrary: fc.Arbitrary<T>, property: (value: T) => Promise<void>): Promise<void> =>
  fc.assert(fc.asyncProperty(arbitrary, property), { numRuns: RUNS });

interface Race {
  readonly clock: FakeClock;
  readonly server: RaceServer;
  readonly open: (network: Network) => {
    readonly session: Session;
    readonly sent: ReturnType<RaceServer["connect"]>["sent"];
    readonly violations: number[];
  };
}

function createRace(...plans: readonly RunPlan[]): Race {
  const clock = createFakeClock();
  const server = new RaceServer(clock, plans);
  return {
    clock,
    server,
    open: (network) => {
      const transport = server.connect(network);
      const violations: number[] = [];
      const session = createSession({
        id: "thread",
        transport,
        clock,
        random: () => 0.5,
        onProtocolError: ({ rule }) => violations.push(rule),
        strict: false,
      });
      return { session, sent: transport.sent, violations };
    },
  };
}

const answersOf = (session: Session): readonly AssistantMessage[] =>
  session.store.getState().messages.filter((message): message is AssistantMessage => message.role === "assistant");
const firstOf = (session: Session): AssistantMessage => existing(answersOf(session)[0]);
const runOf = ({ server }: Pick<Race, "server">, nth = 0): RaceRun => existing(server.runs[nth]);

function existing<T>(value: T | undefined): T {
  if (value === undefined) throw new TypeError("The race has not come so far.");
  return value;
}

/** What this client shows is what the server said, and nothing kinder. */
function expectServersWord(message: AssistantMessage, run: RaceRun): void {
  expect(message.stated).toBe(true);
  if (run.end === "complete") expect(message.status).toBe("complete");
  else expect(message).toMatchObject({ status: "truncated", cause: run.end });
}

/** A call that was executed is never called cancelled, and one that was not is never called done. */
function expectEffects(message: AssistantMessage, run: RaceRun): void {
  expect(run.executions).toBeLessThanOrEqual(1);
  const status = message.calls[0]?.status;
  if (run.executions === 1) expect(status).toBe("succeeded");
  else expect([undefined, "cancelled", "rejected"]).toContain(status);
  expect(message.receipts).toHaveLength(run.executions);
}

const ms = (max: number) => fc.integer({ min: 0, max });
const network = fc.record({ upMs: ms(20), downMs: ms(20) });

describe("row 46: stop against finish", () => {
  it("has one winner, the server's word, on every device", async () => {
    let completed = 0;
    let stopped = 0;
    await check(
      fc.record({ mine: network, other: network, endAt: fc.constant(60), pressAt: fc.integer({ min: 20, max: 120 }) }),
      async (race) => {
        const { clock, server, open } = createRace({ askAt: null, toolMs: 0, endAt: race.endAt });
        const { session, violations } = open(race.mine);
        const other = open(race.other);
        session.send("go");
        clock.after(race.pressAt, () => session.stop());
        clock.after(50, () => void other.session.load());
        await clock.advance(20_000);
        await other.session.load();
        const run = runOf({ server });
        for (const device of [session, other.session]) expectServersWord(firstOf(device), run);
        expect(violations).toEqual([]);
        const pressedInTime = firstOf(session).stop !== null;
        if (run.end === "complete" && pressedInTime) expect(firstOf(session).notes).toContain("stop-too-late");
        if (run.end === "complete") completed += 1;
        else stopped += 1;
      },
    );
    console.log(`stop against finish: ${completed} finished first, ${stopped} stopped first`);
    expect(Math.min(completed, stopped)).toBeGreaterThan(20);
  });
});

describe("row 48: approve against stop", () => {
  it("executes at most once, and never what was stopped first", async () => {
    const wins = { stop: 0, approval: 0 };
    const times = fc.record({
      network,
      askAt: ms(30),
      toolMs: ms(40),
      approveAt: fc.integer({ min: 30, max: 110 }),
      stopAt: fc.integer({ min: 30, max: 110 }),
    });
    await check(times, async ({ network: mine, askAt, toolMs, approveAt, stopAt }) => {
      const race = createRace({ askAt, toolMs, endAt: 10 });
      const { session, violations } = race.open(mine);
      const other = race.open({ upMs: mine.downMs, downMs: mine.upMs });
      session.send("go");
      race.clock.after(29, () => void other.session.load());
      race.clock.after(approveAt, () => void session.decide("a", { decision: "approve" }).catch(() => {}));
      race.clock.after(stopAt, () => other.session.stop());
      await race.clock.advance(20_000);
      const run = runOf(race);
      const message = firstOf(session);
      expectServersWord(message, run);
      expectEffects(message, run);
      expect(violations).toEqual([]);
      const wasStoppedFirst = run.stoppedAt !== null && run.executions === 0;
      if (wasStoppedFirst && message.approvals.length > 0) expect(message.approvals[0]?.status).toBe("cancelled");
      wins[wasStoppedFirst ? "stop" : "approval"] += 1;
    });
    console.log(`approve against stop: ${wins.approval} approved first, ${wins.stop} stopped first`);
    expect(Math.min(wins.stop, wins.approval)).toBeGreaterThan(20);
  });

  it("sends no yes after its own stop", async () => {
    const times = fc.record({ network, gap: ms(20) });
    await check(times, async ({ network: mine, gap }) => {
      const race = createRace({ askAt: 0, toolMs: 10, endAt: 10 });
      const { session, sent } = race.open(mine);
      session.send("go");
      race.clock.after(60, () => session.stop());
      race.clock.after(60 + gap, () => void session.decide("a", { decision: "approve" }).catch(() => {}));
      await race.clock.advance(20_000);
      expect(sent.filter(({ command }) => command === "decide")).toEqual([]);
      expect(runOf(race).executions).toBe(0);
    });
  });
});

describe("row 49, r20-redirect, r20-cost: redirect against a result", () => {
  it("takes one action; the result stays with the old answer, and the new run starts after the old has settled", async () => {
    const late = { count: 0 };
    const times = fc.record({ network, toolMs: ms(60), redirectAt: fc.integer({ min: 45, max: 130 }) });
    await check(times, async ({ network: mine, toolMs, redirectAt }) => {
      const race = createRace({ askAt: 0, toolMs, endAt: 40 }, { askAt: null, toolMs: 0, endAt: 10 });
      const { session, sent } = race.open(mine);
      session.send("go");
      race.clock.after(44, () => void session.decide("a", { decision: "approve" }).catch(() => {}));
      race.clock.after(redirectAt, () => session.redirect("rather this"));
      await race.clock.advance(20_000);
      const [old, next] = answersOf(session) as [AssistantMessage, AssistantMessage];
      const [oldRun, newRun] = [runOf(race), runOf(race, 1)];
      expectServersWord(old, oldRun);
      expectEffects(old, oldRun);
      expect([next.status, next.calls, next.receipts]).toEqual(["complete", [], []]);
      expect(sent.filter(({ command }) => command === "start")).toHaveLength(2);
      expect(textOf(old)).toBe("Some words.");
      if (oldRun.end !== "redirected") return;
      late.count += oldRun.executions;
      expect(newRun.command.redirects).toBe(old.id);
      expect(toContext(old)?.note).toContain("the user redirected it");
      if (oldRun.executions === 1) expect(toContext(old)?.calls[0]?.result.kind).toBe("ok");
    });
    console.log(`redirect against a result: ${late.count} of ${RUNS} had acted before the redirect`);
    expect(late.count).toBeGreaterThan(20);
  });
});

describe("row 50, B7: approve, then the connection is lost", () => {
  it("is decided once, under one command, whatever was lost on the way", async () => {
    const fates = fc.array(fc.constantFrom("arrives" as const, "reply-lost" as const, "lost" as const), { maxLength: 4 });
    await check(fc.record({ network, fates, presses: fc.integer({ min: 1, max: 3 }) }), async ({ network: mine, fates: lost, presses }) => {
      const race = createRace({ askAt: 0, toolMs: 5, endAt: 10 });
      const { session, sent, violations } = race.open({ ...mine, fate: (nth) => lost[nth - 1] ?? "arrives" });
      session.send("go");
      for (let press = 0; press < presses; press += 1) {
        race.clock.after(100 + press * 7, () => void session.decide("a", { decision: press === 0 ? "approve" : "reject" }).catch(() => {}));
      }
      await race.clock.advance(120_000);
      const run = runOf(race);
      expect([run.executions, run.gate, run.end]).toEqual([1, "approved", "complete"]);
      expect(new Set(sent.flatMap((command) => (command.command === "decide" ? [command.id] : []))).size).toBe(1);
      expect(firstOf(session).approvals[0]).toMatchObject({ status: "approved" });
      expect(firstOf(session).approvals[0]?.elsewhere).toBeUndefined();
      expectEffects(firstOf(session), run);
      expect(violations).toEqual([]);
    });
  });

  it("B7: of two devices that answer differently one wins, and both show its answer", async () => {
    const times = fc.record({
      mine: network,
      other: network,
      approveAt: fc.integer({ min: 90, max: 130 }),
      rejectAt: fc.integer({ min: 90, max: 130 }),
    });
    const wins = { approved: 0, rejected: 0 };
    await check(times, async ({ mine, other: theirs, approveAt, rejectAt }) => {
      const race = createRace({ askAt: 0, toolMs: 5, endAt: 10 });
      const one = race.open(mine);
      const two = race.open(theirs);
      one.session.send("go");
      race.clock.after(25, () => void two.session.load());
      race.clock.after(approveAt, () => void one.session.decide("a", { decision: "approve" }).catch(() => {}));
      race.clock.after(rejectAt, () => void two.session.decide("a", { decision: "reject" }).catch(() => {}));
      await race.clock.advance(20_000);
      const run = runOf(race);
      for (const { session, violations } of [one, two]) {
        expect(firstOf(session).approvals[0]?.status).toBe(run.gate);
        expectEffects(firstOf(session), run);
        expect(violations).toEqual([]);
      }
      const loser = run.gate === "approved" ? two : one;
      expect(firstOf(loser.session).approvals[0]?.elsewhere).toBe(true);
      wins[run.gate as "approved" | "rejected"] += 1;
    });
    expect(Math.min(wins.approved, wins.rejected)).toBeGreaterThan(20);
  });
});

describe("r10-regen: asking again after something was done", () => {
  it("keeps the old answer with its receipt, and the new run is a run of its own", async () => {
    const race = createRace({ askAt: 0, toolMs: 5, endAt: 10 }, { askAt: null, toolMs: 0, endAt: 10 });
    const { session, sent } = race.open({ upMs: 5, downMs: 5 });
    session.send("go");
    race.clock.after(60, () => void session.decide("a", { decision: "approve" }));
    await race.clock.advance(1_000);
    const before = firstOf(session);
    session.regenerate(before.id);
    await race.clock.advance(1_000);
    expect(firstOf(session)).toBe(before);
    expect(answersOf(session)).toHaveLength(2);
    expect(before.receipts).toHaveLength(1);
    expect([runOf(race).executions, runOf(race, 1).executions]).toEqual([1, 0]);
    expect(sent.at(-1)).toMatchObject({ mode: "regenerate", parent: before.parent });
  });
});
