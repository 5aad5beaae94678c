import { describe, expect, it } from "vitest";
import { textOf, type AssistantMessage, type SessionOptions } from "../index.js";
import { UnsayError } from "../protocol/index.js";
import {
  createFakeClock,
  createScriptedTransport,
  playAnswer,
  scripts,
  type Script,
  type ScriptedTransportOptions,
} from "../testing/index.js";
import { createSession } from "./session.js";

function setUp(script: Script, options: Partial<SessionOptions> = {}, transportOptions: ScriptedTransportOptions = {}) {
  const clock = createFakeClock();
  const transport = createScriptedTransport(script, { clock, ...transportOptions });
  let next = 0;
  const session = createSession({
    id: "thread",
    transport,
    clock,
    random: () => 1,
    createId: () => `id-${(next += 1)}`,
    scheduleCommit: (publish) => clock.after(16, publish),
    ...options,
  });
  const answer = () => session.store.getState().messages.findLast((message) => message.role === "assistant") as AssistantMessage;
  return { clock, transport, session, answer };
}

function statusLog(session: ReturnType<typeof createSession>): string[] {
  const log: string[] = [];
  session.store.subscribe(({ messages }) => {
    const latest = messages.findLast((message) => message.role === "assistant");
    if (latest !== undefined && log.at(-1) !== latest.status) log.push(latest.status);
  });
  return log;
}

describe("a session", () => {
  it("statement 18: shows the user's words and a pending answer at once, then streams to complete", async () => {
    const { clock, session, answer } = setUp(scripts.complete);
    const log = statusLog(session);
    session.send("How do I deploy this?");
    expect(session.store.getState().messages.map((message) => message.status)).toEqual(["complete", "pending"]);
    expect(session.store.getState().status).toBe("submitted");
    await clock.advance(10_000);
    expect(log).toEqual(["pending", "streaming", "complete"]);
    expect(answer()).toMatchObject({ status: "complete", stated: true });
    expect(session.store.getState()).toMatchObject({ status: "ready", connection: { status: "closed" } });
    expect(session.store.getState().messages[0]).toMatchObject({ delivery: "sent" });
  });

  it("publishes once a frame, however many events arrive in it", async () => {
    const { clock, session } = setUp(scripts.complete);
    session.send("go");
    await clock.advance(300);
    let commits = 0;
    session.store.subscribe(() => (commits += 1));
    await clock.advance(400);
    expect(commits).toBeLessThanOrEqual(400 / 16);
    expect(commits).toBeGreaterThan(3);
  });

  it("keeps the identity of finished messages and parts while another streams", async () => {
    const { clock, session } = setUp(scripts.complete);
    session.send("one");
    await clock.advance(10_000);
    const before = session.store.getState().messages[1];
    session.send("two");
    await clock.advance(1_000);
    expect(session.store.getState().messages[1]).toBe(before);
  });

  it("queues what is sent while an answer is live, and sends it after a good end only", async () => {
    const { clock, session } = setUp(scripts.complete);
    session.send("one");
    await clock.advance(500);
    session.send("two");
    expect(session.store.getState().queue).toMatchObject([{ text: "two" }]);
    await clock.advance(20_000);
    expect(session.store.getState().queue).toEqual([]);
    expect(session.store.getState().messages).toHaveLength(4);
  });

  it("statement 48: pauses the queue after a stop and says why", async () => {
    const { clock, session } = setUp(scripts.complete);
    session.send("one");
    await clock.advance(500);
    session.queue("two");
    session.stop();
    await clock.advance(5_000);
    expect(session.store.getState()).toMatchObject({ queuePaused: "stopped", queue: [{ text: "two" }] });
    session.resumeQueue();
    await clock.advance(20_000);
    expect(session.store.getState().messages).toHaveLength(4);
  });
});

describe("stopping", () => {
  it("says so in the same tick, keeps the text, and ends only when the server says", async () => {
    const { clock, session, answer } = setUp(scripts.complete);
    session.send("go");
    await clock.advance(600);
    const shown = textOf(answer());
    session.stop();
    expect(answer()).toMatchObject({ status: "streaming", liveness: "stopping" });
    await clock.advance(100);
    expect(answer()).toMatchObject({ status: "truncated", cause: "stopped", stated: true, stop: { phase: "done", upstream: "aborted" } });
    expect(textOf(answer())).toBe(shown);
    expect(shown).not.toBe("");
  });

  it("sends one stop for two presses", async () => {
    const { clock, session, transport } = setUp(scripts.complete, {}, { onCommand: () => "hang" });
    session.send("go");
    await clock.advance(600);
    session.stop();
    session.stop();
    await clock.advance(100);
    expect(transport.sent.filter((command) => command.command === "stop")).toHaveLength(1);
  });

  it("is unconfirmed after 5 s without a reply, stays live, and repeats the same command when pressed again", async () => {
    const diagnostics: string[] = [];
    const { clock, session, transport, answer } = setUp(
      { ...scripts.complete, steps: scripts.complete.steps.slice(0, 6) },
      { onDiagnostic: (diagnostic) => diagnostics.push(diagnostic.code) },
      { onCommand: () => "hang" },
    );
    session.send("go");
    await clock.advance(600);
    session.stop();
    await clock.advance(4_999);
    expect(answer().stop?.phase).toBe("requesting");
    await clock.advance(1);
    expect(answer()).toMatchObject({ status: "streaming", liveness: "stopping", stop: { phase: "unconfirmed" } });
    expect(diagnostics).toContain("stop.unconfirmed");
    session.stop();
    const stops = transport.sent.filter((command) => command.command === "stop");
    expect(stops).toHaveLength(2);
    expect(stops[0]).toMatchObject({ id: stops[1]?.command === "stop" ? stops[1].id : "none" });
  });

  it("shows nothing that arrives after the press, and offers it when the run had finished anyway", async () => {
    const { clock, session, answer } = setUp(scripts.complete, {}, { onCommand: () => "hang" });
    session.send("go");
    await clock.advance(600);
    const shown = textOf(answer());
    session.stop();
    await clock.advance(4_000);
    expect(answer()).toMatchObject({ status: "complete", notes: ["stop-too-late"] });
    expect(textOf(answer())).toBe(shown);
    session.revealTail(answer().id);
    expect(textOf(answer()).length).toBeGreaterThan(shown.length);
  });

  it("cancels an open approval and never approves it", async () => {
    const { clock, session, answer } = setUp(scripts.gate);
    session.send("go");
    await clock.advance(5_000);
    expect(answer()).toMatchObject({ liveness: "awaiting-approval", approvals: [{ status: "open" }] });
    session.stop();
    await clock.advance(100);
    expect(answer()).toMatchObject({
      status: "truncated",
      cause: "stopped",
      approvals: [{ status: "cancelled" }],
      calls: [{ status: "cancelled" }],
    });
  });

  it("does not hide a refusal that the server stated: a failed start is failed, whatever was pressed", async () => {
    const { clock, session, transport, answer } = setUp(scripts.complete, {}, { onCommand: () => "hang" });
    let refuse: (error: UnsayError) => void = () => {};
    transport.start = () => new Promise((_resolve, reject) => (refuse = reject));
    session.send("go");
    session.stop();
    refuse(new UnsayError({ code: "unauthorized", message: "Sign in.", retryable: false }));
    await clock.advance(10);
    expect(answer()).toMatchObject({ status: "truncated", cause: "failed", error: { code: "unauthorized" } });
  });

  it("without a stop command closes the connection and says that nobody confirmed it", async () => {
    const { clock, session, transport, answer } = setUp(scripts.complete);
    delete (transport as { command?: unknown }).command;
    session.send("go");
    await clock.advance(600);
    session.stop();
    expect(answer()).toMatchObject({ status: "truncated", cause: "stopped", stated: false });
  });
});

describe("redirecting", () => {
  it("shows the new words at once, stops, and sends them when the old answer has ended", async () => {
    const { clock, session, transport } = setUp(scripts.complete);
    session.send("go");
    await clock.advance(600);
    session.redirect("only EU customers");
    expect(session.store.getState().messages.map((message) => message.role)).toEqual(["user", "assistant", "user"]);
    expect(transport.sent.filter((command) => command.command === "start")).toHaveLength(1);
    await clock.advance(100);
    const [, first, second] = session.store.getState().messages;
    expect(first).toMatchObject({ status: "truncated", cause: "redirected", redirectedTo: second?.id });
    expect(transport.sent.at(-1)).toMatchObject({ command: "start", redirects: first?.id, message: { text: "only EU customers" } });
  });
});

describe("a lost connection", () => {
  it("is resumed after the last event, with one seam and no word twice", async () => {
    const { clock, session, transport, answer } = setUp(scripts.resume);
    session.send("go");
    await clock.advance(800);
    expect(answer()).toMatchObject({ status: "streaming", liveness: "reconnecting" });
    await clock.advance(10_000);
    expect(answer()).toMatchObject({ status: "complete", seams: [{ why: "resume", gapMs: 1_000 }] });
    expect(textOf(answer())).toBe("First drain the pool. Second, flip the flag.");
    expect(transport.connections).toBe(2);
  });

  it("is tried at once when the network is back", async () => {
    const { clock, session, transport } = setUp(scripts.resume);
    session.send("go");
    await clock.advance(800);
    session.wake();
    await clock.advance(0);
    expect(transport.connections).toBe(2);
  });

  it("ends as disconnected, unstated, when every try is spent, and offers to reconnect", async () => {
    const { clock, session, transport, answer } = setUp(scripts.resume);
    transport.resume = () => Promise.reject(new UnsayError({ code: "network", message: "refused", retryable: true }));
    session.send("go");
    await clock.advance(10_000);
    expect(answer().status).toBe("streaming");
    await clock.advance(200_000);
    expect(answer()).toMatchObject({ status: "truncated", cause: "disconnected", stated: false, resumable: true });
    expect(textOf(answer())).toBe("First drain the pool. ");
    expect(session.store.getState().status).toBe("error");
  });

  it("can be reconnected by hand: the log is read again behind what is shown", async () => {
    const { clock, session, transport, answer } = setUp(scripts.resume);
    const resume = transport.resume?.bind(transport);
    transport.resume = () => Promise.reject(new UnsayError({ code: "network", message: "refused", retryable: true }));
    session.send("go");
    await clock.advance(200_000);
    if (resume !== undefined) transport.resume = resume;
    const lengths: number[] = [];
    session.store.subscribe(() => lengths.push(textOf(answer()).length));
    session.reconnect(answer().id);
    await clock.advance(1_000);
    expect(answer()).toMatchObject({ status: "complete", stated: true });
    expect(textOf(answer())).toBe("First drain the pool. Second, flip the flag.");
    expect(Math.min(...lengths)).toBe("First drain the pool. ".length);
  });

  it("where nothing can be resumed, ends at once and keeps the text", async () => {
    const { clock, session, transport, answer } = setUp(scripts.resume);
    delete (transport as { resume?: unknown }).resume;
    session.send("go");
    await clock.advance(1_000);
    expect(answer()).toMatchObject({ status: "truncated", cause: "disconnected", resumable: true });
    expect(textOf(answer())).toBe("First drain the pool. ");
  });

  it("is noticed by silence after 2.5 heartbeats, not before", async () => {
    const silent: Script = { ...scripts.complete, steps: scripts.complete.steps.slice(0, 5) };
    const { clock, session, answer, transport } = setUp(silent);
    session.send("go");
    const last = silent.steps.at(-1)?.at ?? 0;
    await clock.advance(last + 37_400);
    expect(answer()).toMatchObject({ liveness: "silent" });
    expect(transport.connections).toBe(1);
    await clock.advance(200);
    expect(answer()).toMatchObject({ liveness: "reconnecting" });
  });
});

describe("an open approval", () => {
  it("runs the tool only after the decision was accepted", async () => {
    const { clock, session, answer } = setUp(scripts.gate);
    session.send("go");
    await clock.advance(5_000);
    const decided = session.decide("approval-1", { decision: "approve" });
    expect(answer().approvals[0]?.status).toBe("deciding");
    await decided;
    await clock.advance(10_000);
    expect(answer()).toMatchObject({
      status: "complete",
      approvals: [{ status: "approved" }],
      calls: [{ status: "succeeded" }],
      receipts: [{ outcome: "succeeded" }],
    });
  });

  it("sends one decision for two presses, with the hash of what was asked", async () => {
    const { clock, session, answer, transport } = setUp(scripts.gate, {}, { onCommand: () => "hang" });
    session.send("go");
    await clock.advance(5_000);
    void session.decide("approval-1", { decision: "approve" });
    void session.decide("approval-1", { decision: "approve" });
    const decisions = transport.sent.filter((command) => command.command === "decide");
    expect(decisions).toHaveLength(1);
    expect(decisions[0]).toMatchObject({ items: [{ call: "call-1", argsHash: answer().calls[0]?.argsHash, decision: "approve" }] });
    await clock.advance(5_000);
    expect(answer().approvals[0]).toMatchObject({ status: "deciding", unconfirmed: true });
  });

  it("opens again when the server refuses the decision", async () => {
    const refusal = new UnsayError({ code: "approval-args-mismatch", message: "other arguments", retryable: false });
    const { clock, session, answer } = setUp(scripts.gate, {}, { onCommand: () => refusal });
    session.send("go");
    await clock.advance(5_000);
    await expect(session.decide("approval-1", { decision: "approve" })).rejects.toBe(refusal);
    expect(answer().approvals[0]?.status).toBe("open");
  });

  it("is not called unconfirmed because an earlier, refused decision once was on its way", async () => {
    let answerTo: () => "hang" | UnsayError = () => new UnsayError({ code: "approval-args-mismatch", message: "no", retryable: false });
    const { clock, session, answer } = setUp(scripts.gate, {}, { onCommand: () => answerTo() });
    session.send("go");
    await clock.advance(5_000);
    await session.decide("approval-1", { decision: "approve" }).catch(() => {});
    await clock.advance(4_000);
    answerTo = () => "hang";
    void session.decide("approval-1", { decision: "approve" });
    await clock.advance(2_000);
    expect(answer().approvals[0]).toMatchObject({ status: "deciding" });
    expect(answer().approvals[0]).not.toHaveProperty("unconfirmed");
  });

  it("repeats an unconfirmed decision as it was, whatever is pressed then", async () => {
    const { clock, session, transport } = setUp(scripts.gate, {}, { onCommand: () => "hang" });
    session.send("go");
    await clock.advance(5_000);
    void session.decide("approval-1", { decision: "approve" });
    await clock.advance(5_000);
    void session.decide("approval-1", { decision: "reject" });
    const decisions = transport.sent.filter((command) => command.command === "decide");
    expect(decisions).toHaveLength(2);
    expect(decisions[1]).toEqual(decisions[0]);
  });

  it("statement 47: 10: is never answered by free text, whatever it says", async () => {
    const { clock, session, transport, answer } = setUp(scripts.gate);
    session.send("go");
    await clock.advance(5_000);
    for (const text of ["yes", "approve", "approval-1: approved"]) session.send(text);
    await clock.advance(5_000);
    expect(transport.sent).toHaveLength(1);
    expect(answer()).toMatchObject({ approvals: [{ status: "open" }], calls: [{ status: "awaiting-approval" }] });
  });

  it("statement 48: pauses the queue until it is decided", async () => {
    const { clock, session } = setUp(scripts.gate);
    session.send("go");
    await clock.advance(5_000);
    session.send("and then this");
    expect(session.store.getState()).toMatchObject({ queuePaused: "approval", queue: [{ text: "and then this" }] });
  });
});

describe("going on", () => {
  it("continues a cut answer in the same message, after a seam", async () => {
    let started = 0;
    const rest: Script = { ...scripts.complete, id: "rest" };
    const clock = createFakeClock();
    const transport = createScriptedTransport(() => ((started += 1) === 1 ? scripts.length : { ...rest, steps: rest.steps.map(renamed) }), {
      clock,
    });
    const session = createSession({ id: "thread", transport, clock });
    session.send("go");
    await clock.advance(10_000);
    const id = session.store.getState().messages[1]?.id ?? "";
    session.continue(id);
    await clock.advance(10_000);
    const answer = session.store.getState().messages[1];
    expect(answer).toMatchObject({ id, status: "complete", seams: [{ why: "continue" }] });
    expect(session.store.getState().messages).toHaveLength(2);
  });

  it("reads the server's record before it continues an answer whose end was only inferred", async () => {
    const { clock, session, transport, answer } = setUp(scripts.resume);
    transport.resume = () => Promise.reject(new UnsayError({ code: "network", message: "refused", retryable: true }));
    session.send("go");
    await clock.advance(200_000);
    expect(answer()).toMatchObject({ status: "truncated", cause: "disconnected", stated: false });
    const record = { ...playAnswer(scripts.resume), id: answer().id };
    transport.history = async () => [record];
    session.continue(answer().id);
    await clock.advance(100);
    expect(answer()).toMatchObject({ status: "complete", stated: true });
    expect(transport.sent.filter((command) => command.command === "start")).toHaveLength(1);
  });

  it.each(["withheld", "filtered"] as const)("11: never continues an answer that was %s", async (cause) => {
    const { clock, session, transport, answer } = setUp(scripts[cause]);
    session.send("go");
    await clock.advance(10_000);
    session.continue(answer().id);
    await clock.advance(1_000);
    expect(answer()).toMatchObject({ status: "truncated", cause });
    expect(transport.sent).toHaveLength(1);
  });

  it("regenerates as a new answer and keeps the old one", async () => {
    const { clock, session, transport } = setUp(scripts.length);
    session.send("go");
    await clock.advance(10_000);
    const [user, old] = session.store.getState().messages;
    session.regenerate(old?.id ?? "");
    await clock.advance(10_000);
    expect(session.store.getState().messages).toHaveLength(3);
    expect(transport.sent.at(-1)).toMatchObject({ mode: "regenerate", parent: user?.id });
  });

  it("asks a refused send again under the same key", async () => {
    const { clock, session, transport, answer } = setUp(scripts.complete);
    const start = transport.start.bind(transport);
    const keys: string[] = [];
    transport.start = (command, options) => {
      keys.push(command.startKey);
      if (keys.length > 1) return start(command, options);
      return Promise.reject(new UnsayError({ code: "invalid-request", message: "no text", retryable: false }));
    };
    session.send("go");
    await clock.advance(100);
    expect(answer()).toMatchObject({ status: "truncated", cause: "failed", error: { code: "invalid-request" } });
    expect(session.store.getState().messages[0]).toMatchObject({ delivery: "failed" });
    session.retry(answer().id);
    await clock.advance(10_000);
    expect(answer().status).toBe("complete");
    expect(new Set(keys).size).toBe(1);
  });

  it("asks an unanswered start again under the same key, since nobody knows whether it arrived", async () => {
    const { clock, session, transport, answer } = setUp(scripts.complete);
    const start = transport.start.bind(transport);
    let tries = 0;
    transport.start = (command, options) =>
      (tries += 1) < 3 ? Promise.reject(new UnsayError({ code: "network", message: "lost", retryable: true })) : start(command, options);
    session.send("go");
    await clock.advance(500);
    expect(answer()).toMatchObject({ status: "pending", liveness: "reconnecting" });
    await clock.advance(20_000);
    expect(answer().status).toBe("complete");
    expect(tries).toBe(3);
  });
});

function renamed(step: Script["steps"][number]): Script["steps"][number] {
  if (!("event" in step)) return step;
  const { event } = step;
  if (event.type === "part.open" || event.type === "part.close") return { ...step, event: { ...event, part: `${event.part}-b` } };
  return event.type === "span.append" ? { ...step, event: { ...event, part: `${event.part}-b`, span: `${event.span}-b` } } : step;
}

describe("mounting", () => {
  it("closes the connection when the last mount leaves and resumes when one comes back; the run is never stopped", async () => {
    const { clock, session, transport, answer } = setUp(scripts.complete);
    const detach = session.attach();
    session.send("go");
    await clock.advance(600);
    detach();
    await clock.advance(1_000);
    expect(transport.sent.some((command) => command.command === "stop")).toBe(false);
    const frozen = textOf(answer());
    session.attach();
    await clock.advance(10_000);
    expect(answer().status).toBe("complete");
    expect(textOf(answer()).startsWith(frozen)).toBe(true);
    expect(transport.connections).toBe(2);
  });

  it("survives a mount, unmount and mount in one tick on one connection", async () => {
    const { clock, session, transport, answer } = setUp(scripts.complete);
    const detach = session.attach();
    session.send("go");
    await clock.advance(600);
    detach();
    session.attach();
    await clock.advance(10_000);
    expect(answer().status).toBe("complete");
    expect(transport.connections).toBe(1);
  });
});

describe("loading a stored thread", () => {
  it("shows a live row without a producer as orphaned, never as complete", async () => {
    const { session, transport } = setUp(scripts.complete);
    const stored = { ...playAnswer(scripts.complete, { until: 600 }), id: "stored" };
    transport.history = async () => [stored];
    transport.active = async () => null;
    await session.load();
    expect(session.store.getState().messages[0]).toMatchObject({ status: "truncated", cause: "orphaned", stated: false });
  });
});
