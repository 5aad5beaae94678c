import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  MessagePacer,
  createSession,
  createStructuredReader,
  exceededBudget,
  selectCall,
  textOf,
  textOfPart,
  usageOf,
} from "../../index.js";
import type { AssistantMessage, Diagnostic, Outcome, RunMetrics, Session, TextPart } from "../../index.js";
import { createFakeClock, type FakeClock } from "../fake-clock.js";
import { findScriptProblems, parseScript } from "../create-script.js";
import { watchStatuses, type StatusHistory } from "../history.js";
import { createRandom } from "../random.js";
import { eventsOf } from "../script.js";
import type { ScriptedTransport } from "../scripted-transport.js";
import { createProblemBackend, performActs, problems, problemsElsewhere, type Problem } from "./index.js";

/** Often enough to see all that a reader could. */
const FRAME_MS = 20;
const LONGEST_MS = 20_000;

/** What a reader saw at one moment of the newest answer. */
interface Moment {
  readonly at: number;
  readonly message: AssistantMessage;
  /** The words as the problem's settings paint them. */
  readonly painted: string;
  readonly holding: string | null;
}

interface Played {
  readonly session: Session;
  readonly backend: ScriptedTransport;
  readonly history: StatusHistory;
  readonly moments: readonly Moment[];
  readonly diagnostics: readonly Diagnostic[];
  readonly outcomes: readonly Outcome[];
  readonly answers: readonly AssistantMessage[];
  readonly answer: AssistantMessage;
  readonly metrics: (turn?: number) => RunMetrics;
}

async function playProblem(problem: Problem): Promise<Played> {
  const clock = createFakeClock();
  const { transport, backend } = createProblemBackend(problem, { clock });
  const diagnostics: Diagnostic[] = [];
  const outcomes: Outcome[] = [];
  const session = createSession({
    transport,
    clock,
    strict: (problem.faults ?? []).length === 0,
    random: createRandom(1),
    ...(problem.reconnect === undefined ? {} : { reconnect: problem.reconnect }),
    onDiagnostic: (diagnostic) => diagnostics.push(diagnostic),
    onOutcome: (_message, outcome) => outcomes.push(outcome),
  });
  const history = watchStatuses(session);
  performActs(problem, session, clock);
  const moments = await watchMoments(problem, session, clock);
  const answers = answersOf(session);
  return {
    session,
    backend,
    history,
    moments,
    diagnostics,
    outcomes,
    answers,
    answer: at(answers, -1),
    metrics: metricsOf(session, answers),
  };
}

/** Paints as a view does, and tells the session what it has painted. */
async function watchMoments(problem: Problem, session: Session, clock: FakeClock): Promise<readonly Moment[]> {
  const pacers = new Map<string, MessagePacer>();
  const moments: Moment[] = [];
  const look = () => {
    for (const message of answersOf(session)) {
      const pacer = pacers.get(message.id) ?? new MessagePacer(problem.paint ?? {});
      pacers.set(message.id, pacer);
      const view = pacer.step(message, { now: clock.now() });
      session.markPainted(message.id, view.painted);
      moments.push({ at: clock.now(), message, painted: textOf(view.message), holding: view.holding?.why ?? null });
    }
  };
  while (clock.now() < LONGEST_MS) {
    look();
    await clock.advance(FRAME_MS);
  }
  return moments;
}

function answersOf(session: Session): readonly AssistantMessage[] {
  return session.store.getState().messages.filter((message) => message.role === "assistant");
}

function metricsOf(session: Session, answers: readonly AssistantMessage[]): Played["metrics"] {
  return (turn = 0) => {
    const metrics = session.health.metricsOf(at(answers, turn).id);
    if (metrics === null) throw new Error("This client started the run, so it has measured it.");
    return metrics;
  };
}

function at<Item>(list: readonly Item[], index: number): Item {
  const item = list.at(index);
  if (item === undefined) throw new Error(`There is no item ${index} among ${list.length}.`);
  return item;
}

function find(id: string): Problem {
  return at(
    problems.filter((problem) => problem.id === id),
    0,
  );
}

const played = new Map<string, Promise<Played>>();

/** Each problem is played once, and looked at as often as a test wants. */
function play(id: string): Promise<Played> {
  const known = played.get(id) ?? playProblem(find(id));
  played.set(id, known);
  return known;
}

/** What the script says in all, corrections aside. */
function wordsOf(problem: Problem): string {
  return eventsOf(problem.scripts[0])
    .map((event) => (event.type === "span.append" ? event.text : ""))
    .join("");
}

function structuredPart(message: AssistantMessage): TextPart | undefined {
  return message.parts.find((part): part is TextPart => part.type === "text" && part.kind === "structured");
}

describe("the problems", () => {
  it("are all 31, here or elsewhere, each once and each with its reason", () => {
    const ids = [...problems, ...problemsElsewhere].map(({ id }) => id);
    const all = Array.from({ length: 31 }, (_, index) => `r${index + 1}`);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.toSorted((a, b) => Number(a.slice(1)) - Number(b.slice(1)))).toEqual(all);
    for (const { why } of problemsElsewhere) expect(why.length).toBeGreaterThan(40);
  });

  it.each(problems)("$id is honest data: its scripts are legal JSON, and it takes 4 to 20 s", async (problem) => {
    for (const script of problem.scripts) {
      expect(parseScript(JSON.parse(JSON.stringify(script)))).toEqual(script);
      expect(findScriptProblems(script)).toEqual([]);
    }
    const { moments } = await play(problem.id);
    const end = moments.findLast(({ message }) => message.status === "pending" || message.status === "streaming")?.at ?? 0;
    expect(end).toBeGreaterThan(3_000);
    expect(end).toBeLessThan(15_000);
  });

  it.each(problems)("$id ends as it says, and no answer was ever falsely complete", async (problem) => {
    const { answers, history } = await play(problem.id);
    expect(answers.map((answer) => ({ status: answer.status, ...("cause" in answer ? { cause: answer.cause } : {}) }))).toEqual(
      problem.ends,
    );
    for (const answer of answers) {
      const statuses = history.entries.filter(({ message }) => message === answer.id).map(({ status }) => status);
      if (answer.status === "truncated") expect(statuses).not.toContain("complete");
      else expect(statuses.findIndex((status) => status === "complete" || status === "revised")).toBe(statuses.length - 1);
    }
  });
});

describe("docs/problems.md", () => {
  it("lists each problem with its story, its test, or why it is not here", () => {
    const guide = readFileSync(new URL("../../../../../docs/problems.md", import.meta.url), "utf8").replaceAll(/ +\|/gu, " |");
    const tests = readFileSync(new URL(import.meta.url), "utf8");
    for (const { id, title } of problems) {
      const [, check = ""] = new RegExp(`\\| ${id} \\| ${title} \\| \`(.+?)\` \\|`, "u").exec(guide) ?? [];
      expect(tests, `the test of ${id}`).toContain(`it("${check}: `);
    }
    for (const { id, title, why } of problemsElsewhere) expect(guide).toContain(`| ${id} | ${title} | ${why} |`);
  });
});

describe("r1 and the connection", () => {
  it("r1-refresh: two breaks lose nothing and repeat nothing", async () => {
    const { answer, backend, moments } = await play("r1");
    expect(textOf(answer)).toBe(wordsOf(find("r1")));
    expect(backend.connections).toBe(3);
    expect(new Set(moments.map(({ message }) => "liveness" in message && message.liveness))).toContain("reconnecting");
    for (const { painted } of moments) expect(textOf(answer).startsWith(painted)).toBe(true);
  });

  it("r3-buffered: the proxy is named once, with figures, and the wait before it is said", async () => {
    const { diagnostics, moments } = await play("r3");
    expect(diagnostics).toEqual([{ code: "transport.buffered", spreadMs: expect.any(Number), arrivalMs: 0 }]);
    expect(diagnostics[0]).toHaveProperty("spreadMs", 1_120);
    expect(moments.filter(({ at: time }) => time > 1_100 && time < 6_000).map(({ message }) => message.status)).not.toContain("streaming");
  });

  it("r9-524: the page of the gateway is never shown, and the answer is picked up where it stopped", async () => {
    const { answer, moments, backend } = await play("r9");
    expect(textOf(answer)).toBe(wordsOf(find("r9")));
    expect(backend.connections).toBe(2);
    for (const { painted } of moments) expect(painted).not.toMatch(/<|html|Sign in/iu);
    expect(moments.some(({ message }) => message.reconnecting)).toBe(true);
  });

  it("r10-doublepost: the request is sent twice under one key, and there is one run and one booking", async () => {
    const { backend, answer } = await play("r10");
    const starts = backend.sent.filter((command) => command.command === "start");
    expect(starts.length).toBe(2);
    expect(new Set(starts.map(({ startKey }) => startKey)).size).toBe(1);
    expect(answer.runs.length).toBe(1);
    expect(answer.receipts.map(({ summary }) => summary)).toEqual(["table for 4 booked at 19:30"]);
  });

  it("r19-every-cut: a text that stops after a full stop is not complete, and the end is this client's own word", async () => {
    const { answer, outcomes } = await play("r19");
    expect(textOf(answer)).toMatch(/keep a copy\. $/u);
    expect(answer).toMatchObject({ status: "truncated", cause: "disconnected", stated: false });
    expect(outcomes).toMatchObject([{ grade: "bad", stated: false }]);
  });

  it("r28-matrix: an answer is counted by how it ended, whatever HTTP said first", async () => {
    const { outcomes } = await play("r28");
    expect(outcomes.map(({ cause, grade }) => [cause, grade])).toEqual([
      ["failed", "bad"],
      ["length", "bad"],
      [null, "good"],
    ]);
  });
});

describe("r4 and the waits", () => {
  it("r4-never-blank: at each moment there is a status or a phase to say, and none stands longer than 10 s", async () => {
    const { moments } = await play("r4");
    const said = moments.map(
      ({ message }) => `${message.status} ${message.run?.phaseLabel ?? message.run?.phase ?? "sent"} ${message.calls.at(-1)?.status}`,
    );
    for (const words of said) expect(words).not.toMatch(/^ |undefined undefined/u);
    for (const words of new Set(said.slice(0, 640)))
      expect(said.slice(0, 640).filter((each) => each === words).length * FRAME_MS).toBeLessThan(10_000);
    expect(new Set(moments.map(({ message }) => message.run?.phase))).toEqual(
      new Set([undefined, null, "queued", "thinking", "checking", "writing"]),
    );
  });

  it("r7-three: opened, first thought, first word received and first word painted are four figures", async () => {
    const { metrics } = await play("r7");
    const { ackMs, firstReasoningMs, firstAnswerReceivedMs, firstAnswerPaintedMs, heldBackMs } = metrics();
    expect(ackMs).toBeLessThan(50);
    expect(firstReasoningMs).toBe(500);
    expect(firstAnswerReceivedMs).toBeGreaterThan(4_500);
    expect(firstAnswerPaintedMs).toBeGreaterThan(firstAnswerReceivedMs ?? Infinity);
    expect(heldBackMs).toBe((firstAnswerPaintedMs ?? 0) - (firstAnswerReceivedMs ?? 0));
  });

  it("r8-whole: the table is painted once, and whole, while the prose before it streams", async () => {
    const { moments, answer } = await play("r8");
    const table = answer.parts.find((part): part is TextPart => part.type === "text" && part.kind === "table");
    const whole = table === undefined ? "" : textOfPart(table);
    const tables = new Set(moments.map(({ painted }) => painted.includes("|")).values());
    expect(tables).toEqual(new Set([false, true]));
    for (const { painted } of moments) if (painted.includes("|")) expect(painted).toContain(whole);
    expect(moments.some(({ holding }) => holding === "whole")).toBe(true);
  });

  it("r12-swap: both models are painted at 45 characters a second, and the end keeps nothing back", async () => {
    const { moments, answer, metrics } = await play("r12");
    const between = (from: number, to: number) => moments.filter(({ at: time }) => time >= from && time < to);
    const rate = (span: readonly Moment[]) =>
      (at(span, -1).painted.length - at(span, 0).painted.length) / ((at(span, -1).at - at(span, 0).at) / 1_000);
    const total = metrics().totalMs ?? 0;
    expect(rate(between(total - 2_500, total - 100))).toBeGreaterThan(45 * 0.8);
    expect(rate(between(total - 2_500, total - 100))).toBeLessThan(45 * 1.2);
    for (let time = 500; time < total - 1_000; time += 500) expect(rate(between(time, time + 1_000))).toBeLessThan(45 * 1.4);
    expect(between(total + 320, total + 340)[0]?.painted).toBe(textOf(answer));
  });

  it("r15-quiet: lumps are painted evenly, the hole is said between 1.5 and 1.6 s after the last words, and kept as a figure", async () => {
    const { moments, metrics } = await play("r15");
    const stalled = moments.find(({ message }) => "liveness" in message && message.liveness === "stalled");
    const last = stalled === undefined ? 0 : (stalled.message.waitingSince ?? 0);
    expect((stalled?.at ?? 0) - last).toBeGreaterThanOrEqual(1_500);
    expect((stalled?.at ?? 0) - last).toBeLessThanOrEqual(1_600);
    expect(metrics().stalls).toBe(1);
    expect(metrics().maxGapMs).toBeGreaterThan(3_900);
    const largest = Math.max(...moments.slice(1).map(({ painted }, index) => painted.length - at(moments, index).painted.length));
    expect(largest).toBeLessThan(60);
  });

  it("r29-pair: equal totals, and only the one that let its reader wait is over the budget", async () => {
    const { metrics } = await play("r29");
    const [late, early] = [metrics(0), metrics(1)];
    expect(Math.abs((late.totalMs ?? 0) - (early.totalMs ?? 0))).toBeLessThan(250);
    expect(exceededBudget(late).map(({ figure }) => figure)).toEqual(["waitMs"]);
    expect(exceededBudget(early)).toEqual([]);
  });
});

describe("r6 and the words", () => {
  it("r6-order: the first claim is replaced in its place, with a reason, and kept", async () => {
    const { answer } = await play("r6");
    expect(answer.revisions).toBe(1);
    const spans = answer.parts.flatMap((part) => (part.type === "text" ? part.spans : []));
    expect(spans.map(({ state }) => state)).toEqual(["replaced", "settled", "settled"]);
    expect(spans[1]).toMatchObject({ replaces: ["claim"], reason: "the leaflet of the second one names the first" });
    expect(textOf(answer)).toMatch(/^Leave four hours/u);
  });

  it("r16-zero-churn: no dropped word was ever painted, and what was painted only grew", async () => {
    const { moments, answer, metrics } = await play("r16");
    for (const { painted } of moments) expect(painted).not.toMatch(/ten|evening|nine euros|by post/u);
    for (const { painted } of moments) expect(textOf(answer).startsWith(painted)).toBe(true);
    expect(metrics().churnRatio).toBe(0);
  });

  it("r23-levels: the first claim loses its support when the second says otherwise, and no sentence was painted in part", async () => {
    const { answer, moments } = await play("r23");
    const spans = answer.parts.flatMap((part) => (part.type === "text" ? part.spans : []));
    expect(spans.map(({ state, why }) => [state, why])).toEqual([
      ["unsupported", "contradicted"],
      ["settled", undefined],
      ["settled", undefined],
    ]);
    expect(answer.notes).toEqual(["unsupported"]);
    for (const { painted } of moments) expect(painted.trim()).toMatch(/^$|[.!?]$/u);
  });

  it("r25-demote: exactly the two sentences that rest on the failed call lose their support", async () => {
    const { answer, moments } = await play("r25");
    const spans = (message: AssistantMessage) => message.parts.flatMap((part) => (part.type === "text" ? part.spans : []));
    expect(spans(answer).map(({ state, why }) => [state, why])).toEqual([
      ["settled", undefined],
      ["unsupported", "failed"],
      ["unsupported", "failed"],
    ]);
    expect(spans(answer)[1]?.reason).toBe("the carrier did not answer");
    const failedAt = moments.find(({ message }) => selectCall(message, "track")?.status === "failed")?.at;
    expect(moments.find(({ message }) => spans(message).some(({ state }) => state === "unsupported"))?.at).toBe(failedAt);
  });

  it("r27-verdict: “safely” is never there before “us-east”, and the wait for it is said", async () => {
    const { moments } = await play("r27");
    for (const { painted } of moments) if (painted.includes("safely")) expect(painted).toContain("us-east");
    expect(moments.map(({ holding }) => holding)).toContain("decision");
  });
});

describe("r11 and the reader's part", () => {
  it("r11-loop: the notice is there with the third repetition, and nothing is stopped", async () => {
    const { moments, diagnostics, answer } = await play("r11");
    const noticed = moments.find(({ message }) => "liveness" in message && message.liveness === "looping");
    const repetitions = textOf(noticed?.message ?? answer).match(/If it blinks/gu)?.length ?? 0;
    expect(repetitions).toBeLessThanOrEqual(4);
    expect(diagnostics).toMatchObject([{ code: "degenerate.loop", repeats: 3 }]);
    expect(answer).toMatchObject({ status: "truncated", cause: "length", stop: null });
  });

  it("r13-enough: thirty-odd rows, marked as a part, and the run goes on to its end", async () => {
    const { answer, backend } = await play("r13");
    const call = selectCall(answer, "search");
    expect(call).toMatchObject({ status: "succeeded", partial: true, cut: { by: "user" } });
    expect(call?.progress?.count).toBeGreaterThan(28);
    expect(call?.progress?.count).toBeLessThan(36);
    expect(backend.sent.at(-1)).toMatchObject({ command: "stop", scope: "tool", keepPartial: true, intent: "enough" });
    expect(textOf(answer)).toMatch(/look at more of them, if you like\.$/u);
  });

  it("r18-ledger: not reported is no zero, and 912 billed of which 800 were seen are 112 over", async () => {
    const { answer, moments } = await play("r18");
    const stopping = moments.find(({ message }) => message.stop?.phase === "acknowledged" || message.stop?.phase === "settling");
    expect(stopping && usageOf(stopping.message)).toMatchObject({ billed: null, overrun: null, status: "pending" });
    expect(usageOf(answer)).toMatchObject({ billed: 912, painted: 800, overrun: 112, status: "final" });
  });

  it("r20-redirect: one action keeps the text, names the cause, and asks the new question", async () => {
    const { answers, backend, session } = await play("r20");
    expect(backend.sent.map((command) => command.command)).toEqual(["start", "stop", "start"]);
    expect(textOf(at(answers, 0))).toMatch(/^For a Tuesday evening/u);
    expect(session.store.getState().messages.map((message) => message.role)).toEqual(["user", "assistant", "user", "assistant"]);
    expect(at(answers, 0).redirectedTo).toBe(session.store.getState().messages[2]?.id);
  });

  it("r31-loop: three equal failures are noticed at the third, in words for people, and a fourth call is not made", async () => {
    const { answer, diagnostics } = await play("r31");
    expect(diagnostics).toMatchObject([{ code: "agent.looping", name: "create_invoice", errorCode: "invalid-arguments", times: 3 }]);
    expect(answer.calls.map(({ status, error }) => [status, error?.userMessage])).toEqual(
      Array.from({ length: 3 }, () => ["failed", "the invoice needs a VAT id"]),
    );
    expect(answer.repeatedFailure).toEqual({ name: "create_invoice", code: "invalid-arguments", times: 3 });
  });
});

describe("r14 and structured answers", () => {
  const actions = ["Delete", "DeleteIfEmpty", "Archive"];
  const schema = {
    type: "object",
    properties: { action: { enum: actions }, olderThanDays: { type: "number" }, notifyOwner: { type: "boolean" } },
  };

  it("r14-prefix: the action, the number and the yes are shown only when they are final", async () => {
    const { moments, answer } = await play("r14");
    const reader = createStructuredReader<Record<string, unknown>>(schema);
    const seen = { action: new Set(), olderThanDays: new Set(), notifyOwner: new Set(), isComplete: new Set() };
    for (const { message, at: time } of moments) {
      const part = structuredPart(message);
      if (part === undefined) continue;
      const { value, isComplete } = reader.read(part);
      const fields = (value ?? {}) as Record<string, unknown>;
      for (const name of ["action", "olderThanDays", "notifyOwner"] as const) seen[name].add(fields[name]);
      if (isComplete) seen.isComplete.add(time);
    }
    expect([...seen.action]).toEqual([undefined, "DeleteIfEmpty"]);
    expect([...seen.olderThanDays]).toEqual([undefined, 1_000]);
    expect([...seen.notifyOwner]).toEqual([undefined, true]);
    const part = structuredPart(answer);
    expect(part && reader.read(part).output).toEqual(JSON.parse(part === undefined ? "" : textOfPart(part)));
  });

  it("r17-final: the recipe equals what JSON.parse makes of it, and closed fields keep their identity to the end", async () => {
    const { moments, answer } = await play("r17");
    const reader = createStructuredReader<{ ingredients: readonly string[] }>();
    const lists = new Set<unknown>();
    for (const { message } of moments) {
      const part = structuredPart(message);
      if (part === undefined) continue;
      const { stream } = reader.read(part);
      if (stream.isClosed(["ingredients"])) lists.add(stream.read(["ingredients"]));
    }
    expect(lists.size).toBe(1);
    const part = structuredPart(answer);
    expect(part && reader.read(part).output).toEqual(JSON.parse(part === undefined ? "" : textOfPart(part)));
  });
});
