import { describe, expect, it } from "vitest";
import type { AssistantMessage, SessionOptions, Transport, UserMessage } from "../index.js";
import { continueMessage, createPendingMessage, requestStop } from "../message/index.js";
import { NO_EFFECTS, UnsayError } from "../protocol/index.js";
import { completeStep, createFakeClock, createScriptedTransport, openStep, streamWords, type Script } from "../testing/index.js";
import { endLocally } from "./local-end.js";
import type { RunsModule, RunsSource } from "./runs-access.js";
import { Runs } from "./runs.js";
import { openSession } from "./thread-session.js";
import { endUnsent } from "./unsent.js";

const words = streamWords("Drain the pool first.", { at: 200, everyMs: 40 });
const SCRIPT: Script = { id: "s", title: "s", prompt: "go", steps: [openStep(), ...words, completeStep(900)] };

/** Runs that come when the test says so, and whether. */
function lateRuns() {
  let module: RunsModule | null = null;
  let fail: (error: Error) => void = () => {};
  let loads = 0;
  const listeners = new Set<() => void>();
  const source: RunsSource = {
    current: () => module,
    load: () => {
      loads += 1;
      return new Promise((_, reject) => (fail = reject));
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  return {
    source,
    loads: () => loads,
    listeners,
    arrive: () => {
      module = { Runs };
      for (const listener of listeners) listener();
    },
    fail: async () => {
      fail(new TypeError("Failed to fetch dynamically imported module"));
      await Promise.resolve();
      await Promise.resolve();
    },
  };
}

function setUp(transportOf: Partial<Transport> = {}, options: Partial<SessionOptions> = {}) {
  const clock = createFakeClock();
  const scripted = createScriptedTransport(SCRIPT, { clock });
  const started: string[] = [];
  const transport: Transport = {
    ...scripted,
    start: (command, request) => {
      started.push(command.message?.text ?? command.mode);
      return scripted.start(command, request);
    },
    ...transportOf,
  };
  const runs = lateRuns();
  const session = openSession({ id: "thread", clock, transport, ...options }, runs.source);
  const messages = () => session.store.getState().messages;
  return {
    clock,
    runs,
    session,
    started,
    sent: scripted.sent,
    state: () => session.store.getState(),
    answers: () => messages().filter((message): message is AssistantMessage => message.role === "assistant"),
    asked: () => messages().filter((message): message is UserMessage => message.role === "user"),
  };
}

describe("a session before its runs are there", () => {
  it("asks for them with the first press, not before", () => {
    const { session, runs } = setUp();
    session.attach();
    session.queue("");
    expect(runs.loads()).toBe(0);
    session.send("go");
    expect(runs.loads()).toBe(1);
  });

  it("shows at once what is sent, and asks the server once, when they come", async () => {
    const { session, runs, clock, started, answers, asked, state } = setUp();
    session.send("go");
    expect(asked()).toMatchObject([{ text: "go", delivery: "sending" }]);
    expect(answers()).toMatchObject([{ status: "pending", run: null }]);
    expect(state().status).toBe("submitted");
    await clock.advance(5_000);
    expect(started).toEqual([]);
    runs.arrive();
    await clock.advance(2_000);
    expect(started).toEqual(["go"]);
    expect(answers()).toMatchObject([{ status: "complete", stated: true }]);
    expect(asked()).toMatchObject([{ delivery: "sent" }]);
    expect(runs.listeners.size).toBe(0);
  });

  it("keeps the order of what is asked meanwhile", async () => {
    const { session, runs, clock, started } = setUp();
    session.send("one");
    session.send("two");
    session.queue("three");
    runs.arrive();
    await clock.advance(10_000);
    expect(started).toEqual(["one", "two", "three"]);
  });

  it("stops at the press what has not left: it is never sent, and nobody is said to have confirmed it", async () => {
    const { session, runs, clock, started, answers, sent, asked } = setUp();
    session.send("go");
    session.stop();
    expect(answers()).toMatchObject([{ status: "truncated", cause: "stopped", stated: false, resumable: false, stop: { phase: "done" } }]);
    runs.arrive();
    await clock.advance(5_000);
    expect(asked()).toMatchObject([{ delivery: "failed" }]);
    expect([started, sent]).toEqual([[], []]);
    session.retry(answers()[0]?.id ?? "");
    await clock.advance(5_000);
    expect(started).toEqual(["go"]);
  });

  it("redirects what has not left: only the new words are sent", async () => {
    const { session, runs, clock, started, answers } = setUp();
    session.send("go");
    session.redirect("rather this");
    runs.arrive();
    await clock.advance(5_000);
    expect(started).toEqual(["rather this"]);
    expect(answers()).toMatchObject([{ cause: "redirected", stated: false }, { status: "complete" }]);
  });

  it("says that nothing was sent where they can't be fetched, and sends it with the next try", async () => {
    const { session, runs, clock, started, answers, asked, state } = setUp();
    session.send("go");
    session.queue("later");
    await runs.fail();
    expect(answers()).toMatchObject([{ status: "truncated", cause: "failed", stated: false, error: { code: "network", retryable: true } }]);
    expect(asked()).toMatchObject([{ delivery: "failed" }]);
    expect(state()).toMatchObject({ status: "error", queuePaused: "error" });
    session.retry(answers()[0]?.id ?? "");
    expect(runs.loads()).toBe(2);
    expect(answers()).toMatchObject([{ status: "pending" }]);
    runs.arrive();
    await clock.advance(5_000);
    expect(started).toEqual(["go"]);
    expect(answers()).toMatchObject([{ status: "complete" }]);
  });

  it("a command that waits for them goes out when they come, and rejects where they can't be fetched", async () => {
    const { session, runs } = setUp();
    const first = session.undo("nothing");
    await runs.fail();
    await expect(first).rejects.toMatchObject({ name: "UnsayError", code: "network", retryable: true });
    const second = session.decide("nothing", { decision: "approve" });
    runs.arrive();
    await expect(second).rejects.toMatchObject({ code: "approval-unknown" });
    await expect(session.undo("nothing")).rejects.toBeInstanceOf(UnsayError);
  });

  it("measures nothing, and what was asked to be told is told from then on", async () => {
    const { session, runs, clock } = setUp();
    let told = 0;
    session.health.subscribe(() => (told += 1));
    expect(session.health.approvals()).toEqual({ decided: 0, approvalRate: null, medianDwellMs: null, reflexShare: null });
    session.send("go");
    expect([session.health.metricsOf("answer-1"), told]).toEqual([null, 0]);
    runs.arrive();
    await clock.advance(5_000);
    expect(told).toBeGreaterThan(0);
    expect(session.health.approvals()).toEqual({ decided: 0, approvalRate: null, medianDwellMs: null, reflexShare: null });
  });
});

describe("a stored thread before the runs are there", () => {
  const stored = (id: string): AssistantMessage => ({
    ...createPendingMessage({ id, thread: "thread" }),
    status: "streaming",
    liveness: "flowing",
    run: { id: `run-${id}`, lastSeq: 3, caps: { resume: true }, heartbeatMs: null, phase: null, state: "open" },
  });

  it("is shown without them when nothing of it runs", async () => {
    const { session, runs, answers } = setUp({
      history: async () => [{ ...stored("a"), status: "complete" } as unknown as AssistantMessage],
      active: async () => null,
    });
    await session.load();
    expect(answers()).toMatchObject([{ id: "a", status: "complete" }]);
    expect(runs.loads()).toBe(0);
  });

  it("an answer that goes on elsewhere is joined once they are there, also after a failed fetch", async () => {
    const resumed: string[] = [];
    const { session, runs, answers, clock } = setUp({
      history: async () => [stored("a")],
      active: async () => ({ run: "run-a", message: "a", last: 3 }),
      resume: async ({ run }) => {
        resumed.push(run);
        return { type: "none" };
      },
    });
    await session.load();
    expect(answers()).toMatchObject([{ status: "streaming", reconnecting: true, liveness: "reconnecting" }]);
    session.attach();
    await runs.fail();
    expect(resumed).toEqual([]);
    runs.arrive();
    await clock.advance(10);
    expect(resumed).toEqual(["run-a"]);
  });

  it("an answer without a producer is not called over before this client can say so, and never whole", async () => {
    const { session, runs, answers } = setUp({ history: async () => [stored("a")], active: async () => null });
    await session.load();
    expect(answers()).toMatchObject([{ status: "streaming", liveness: "reconnecting" }]);
    runs.arrive();
    expect(answers()).toMatchObject([{ status: "truncated", cause: "orphaned", stated: false }]);
  });

  it("a stop is said at once and carried out when they come; it is unconfirmed where they can't be fetched", async () => {
    const { session, runs, answers, sent } = setUp({
      history: async () => [stored("a")],
      active: async () => ({ run: "run-a", message: "a", last: 3 }),
    });
    await session.load();
    session.stop();
    expect(answers()).toMatchObject([{ liveness: "stopping", stop: { phase: "requesting" } }]);
    await runs.fail();
    expect(answers()).toMatchObject([{ stop: { phase: "unconfirmed" } }]);
    session.stop();
    expect(answers()).toMatchObject([{ stop: { phase: "requesting" } }]);
    runs.arrive();
    expect(sent).toMatchObject([{ command: "stop", run: "run-a" }]);
  });
});

describe("an answer that nobody was asked for", () => {
  const times = { now: 5, epoch: 7 };
  const fresh = createPendingMessage({ id: "a", thread: "t", parent: "u" }, { now: 1, epoch: 2 });
  const ended: AssistantMessage = {
    ...fresh,
    status: "truncated",
    cause: "disconnected",
    resumable: false,
    at: { seq: 4, part: "p", offset: 5 },
    stated: true,
    run: { id: "r", lastSeq: 4, caps: {}, heartbeatMs: null, phase: null, state: "ended" },
    runs: ["r"],
    parts: [{ type: "text", id: "p", kind: "answer", status: "cut", spans: [{ id: "s", text: "Drain", state: "provisional" }] }],
  } as unknown as AssistantMessage;
  const stop = (message: AssistantMessage, intent: "stop" | "redirect") =>
    requestStop(message, { command: "c", intent, atSeq: 0, painted: { parts: [], spans: [] } }, 3);
  const error = { code: "network", message: "Not sent.", retryable: true };

  it.each([
    ["fresh", fresh, "failed"],
    ["continued", continueMessage(ended, 3), "failed"],
    ["stopped", stop(fresh, "stop"), "disconnected"],
    ["redirected", stop(continueMessage(ended, 3), "redirect"), "disconnected"],
  ] as const)("%s: ends as a run of it would be ended here", (_, message, cause) => {
    const expected = endLocally({ ...message, effects: NO_EFFECTS }, { cause, error }, times);
    expect(endUnsent(message, error, times.epoch)).toEqual(expected);
  });

  it("one that is on its way is left alone", () => {
    expect(endUnsent(ended, error, 1)).toBe(ended);
  });
});
