import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { textOf } from "../message/index.js";
import { createEventFactory, NO_EFFECTS, type Diagnostic, type EventPayload, type UnsayEvent } from "../protocol/index.js";
import type { Transport } from "../transport/transport.js";
import { createSession } from "./session.js";
import type { Clock, SessionOptions } from "./session.types.js";

const words = (text: string, part = "p"): EventPayload => ({ type: "span.append", part, span: "s", text });

/** Words of two parts and of the arguments of a call, between what opens, closes and corrects them. */
const PAYLOADS: readonly EventPayload[] = [
  words("a"),
  words("b"),
  words(""),
  words("c", "q"),
  { type: "span.append", part: "p", span: "t", text: "d", state: "speculative" },
  { type: "part.open", part: "q", kind: "reasoning" },
  { type: "part.close", part: "p" },
  { type: "span.settle", spans: ["s"], to: "verified", by: "check" },
  { type: "span.drop", spans: ["t"] },
  { type: "span.retract", spans: ["s"], reason: "wrong", expunge: true },
  { type: "tool.propose", call: "c", name: "pay", effect: "write", cancellable: false },
  { type: "tool.args", call: "c", delta: "{" },
  { type: "tool.args", call: "c", delta: "}" },
  { type: "tool.result", call: "c", result: "ok" },
];

/** Neither a moment passes nor a frame is drawn, so that nothing but a reader brings words together. */
const STANDING: Clock = { now: () => 0, epoch: () => 0, after: () => () => {} };

type Commit = NonNullable<SessionOptions["scheduleCommit"]>;

/** Each commit is made at once, so that nothing is brought together. */
const commitAtOnce: Commit = (publish) => {
  publish();
  return () => {};
};

const OPEN: EventPayload = { type: "run.open", caps: {}, heartbeatMs: null, ttlMs: null };
const PART: EventPayload = { type: "part.open", part: "p", kind: "answer" };
const COMPLETE: EventPayload = { type: "run.end", outcome: "complete", effects: NO_EFFECTS };

const MADE_EVERY_MS = 150;

interface Setting extends Pick<SessionOptions, "scheduleCommit"> {
  readonly clock?: Clock;
  /** What is said at once comes in one piece. */
  readonly isBatched?: boolean;
}

/** A session whose server sends each event when told to. */
function setUp({ clock = STANDING, isBatched = false, ...options }: Setting = {}) {
  const waiting: UnsayEvent[] = [];
  const diagnostics: Diagnostic[] = [];
  const violations: number[] = [];
  let factory = createEventFactory({ thread: "", run: "r", message: "" });
  let wake = (): void => {};
  async function* stream() {
    for (;;) {
      while (waiting.length > 0) yield waiting.splice(0, isBatched ? waiting.length : 1);
      await new Promise<void>((resolve) => (wake = resolve));
    }
  }
  const transport: Transport = {
    wire: "unsay",
    async start({ thread, answer }) {
      factory = createEventFactory({ thread, run: "r", message: answer });
      return { [Symbol.asyncIterator]: stream };
    },
  };
  const session = createSession({
    transport,
    clock,
    ...options,
    strict: false,
    onDiagnostic: (diagnostic) => diagnostics.push(diagnostic),
    onProtocolError: ({ rule }) => violations.push(rule),
  });
  session.send("go");
  const settle = () => new Promise((resolve) => setTimeout(resolve, 0));
  return {
    session,
    diagnostics,
    violations,
    say: async (...payloads: readonly EventPayload[]) => {
      await settle();
      for (const [index, payload] of payloads.entries()) waiting.push(factory.make(payload, { t: index * MADE_EVERY_MS }));
      wake();
      await settle();
    },
    lose: () => factory.make(words("lost")),
    answer: () => {
      const message = session.store.getState().messages.at(-1);
      if (message?.role !== "assistant") throw new Error("There is no answer.");
      return message;
    },
  };
}

describe("words that are folded together", () => {
  it("are not lost by a stop that no frame preceded: what came unseen is offered", async () => {
    const { say, session, answer } = setUp();
    await say(OPEN, PART, words("One "), words("two "), words("three."));
    session.stop();
    expect([answer().status, textOf(answer())]).toEqual(["truncated", ""]);
    session.revealTail(answer().id);
    expect(textOf(answer())).toBe("One two three.");
  });

  it("stand before whatever comes next: a complete answer is whole", async () => {
    const { say, answer } = setUp();
    await say(OPEN, PART, words("One "), words("two."), COMPLETE);
    expect([answer().status, textOf(answer())]).toEqual(["complete", "One two."]);
  });

  it("hide no hole: what came before it stays, and nothing after it is shown", async () => {
    const { say, lose, answer, diagnostics } = setUp();
    await say(OPEN, PART, words("One "), words("two "));
    lose();
    await say(words("four "), COMPLETE);
    expect(diagnostics).toContainEqual({ code: "protocol.gap", expected: 5, got: 6 });
    expect(answer().status).not.toBe("complete");
    expect(textOf(answer())).toBe("One two ");
  });

  it("are counted one by one: a proxy that kept them back is found out", async () => {
    const { say, session, answer, diagnostics } = setUp();
    const text = Array.from({ length: 12 }, () => words("word "));
    await say(OPEN, PART, ...text, COMPLETE);
    expect(diagnostics).toContainEqual({ code: "transport.buffered", spreadMs: 11 * MADE_EVERY_MS, arrivalMs: 0 });
    expect(session.health.metricsOf(answer().id)).toMatchObject({ maxGapMs: 0, p95GapMs: 0 });
  });

  it("blur no silence between them, though they are folded at one commit", async () => {
    let time = 0;
    const { say, session, answer } = setUp({ clock: { ...STANDING, now: () => time, epoch: () => time } });
    await say(OPEN, PART, words("One "));
    for (const ms of [2, 40, 3]) {
      time += ms;
      await say(words("two "), words("three "));
    }
    await say(COMPLETE);
    expect(session.health.metricsOf(answer().id)).toMatchObject({ maxGapMs: 40, totalMs: 45 });
  });

  it("are not taken for the first ones of an answer, nor is an empty delta", async () => {
    let time = 0;
    const { say, session, answer } = setUp({ clock: { ...STANDING, now: () => time, epoch: () => time } });
    await say(OPEN, PART, words(""));
    for (const text of ["One ", "two ", "three."]) {
      time += 5;
      await say(words(text));
    }
    await say(COMPLETE);
    expect(session.health.metricsOf(answer().id)).toMatchObject({ firstAnswerReceivedMs: 5, maxGapMs: 5 });
  });

  it("make the same answer as those that are folded one by one, whatever stands between them", { timeout: 60_000 }, async () => {
    const mixed = fc.array(fc.constantFrom(...PAYLOADS), { maxLength: 30 });
    const outcomeOf = async (setting: Setting, payloads: readonly EventPayload[]) => {
      const { say, answer, violations } = setUp(setting);
      await say(OPEN, PART, words("a"));
      await say(...payloads, words("b"));
      await say(words("c"), COMPLETE);
      const { parts, calls, run, status } = answer();
      return { parts, calls, status, lastSeq: run?.lastSeq, violations };
    };
    await fc.assert(
      fc.asyncProperty(mixed, async (payloads) => {
        const expected = await outcomeOf({ scheduleCommit: commitAtOnce }, payloads);
        expect(await outcomeOf({}, payloads)).toEqual(expected);
        expect(await outcomeOf({ isBatched: true }, payloads)).toEqual(expected);
      }),
      { numRuns: 200 },
    );
  });

  it("are refused like any others where they belong to nothing, and the answer is not called complete", async () => {
    const { say, answer, violations } = setUp();
    await say(OPEN, PART, words("One "), words("two", "unknown"), words("three", "unknown"), COMPLETE);
    expect(violations).toEqual([16, 16]);
    expect(answer().status).toBe("truncated");
  });
});
