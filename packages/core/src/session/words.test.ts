import { describe, expect, it } from "vitest";
import { textOf } from "../message/index.js";
import { createEventFactory, NO_EFFECTS, type Diagnostic, type EventPayload, type UnsayEvent } from "../protocol/index.js";
import type { Transport } from "../transport/transport.js";
import { createSession } from "./session.js";
import type { Clock } from "./session.types.js";

/** Neither a moment passes nor a frame is drawn, so that nothing but a reader brings words together. */
const STANDING: Clock = { now: () => 0, epoch: () => 0, after: () => () => {} };

const OPEN: EventPayload = { type: "run.open", caps: {}, heartbeatMs: null, ttlMs: null };
const PART: EventPayload = { type: "part.open", part: "p", kind: "answer" };
const COMPLETE: EventPayload = { type: "run.end", outcome: "complete", effects: NO_EFFECTS };
const words = (text: string, part = "p"): EventPayload => ({ type: "span.append", part, span: "s", text });

/** A session whose server sends each event when told to. */
function setUp() {
  const waiting: UnsayEvent[] = [];
  const diagnostics: Diagnostic[] = [];
  const violations: number[] = [];
  let factory = createEventFactory({ thread: "", run: "r", message: "" });
  let wake = (): void => {};
  async function* stream() {
    for (;;) {
      for (let event = waiting.shift(); event !== undefined; event = waiting.shift()) yield [event];
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
    clock: STANDING,
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
      for (const payload of payloads) waiting.push(factory.make(payload));
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

  it("are refused like any others where they belong to nothing, and the answer is not called complete", async () => {
    const { say, answer, violations } = setUp();
    await say(OPEN, PART, words("One "), words("two", "unknown"), words("three", "unknown"), COMPLETE);
    expect(violations).toEqual([16, 16]);
    expect(answer().status).toBe("truncated");
  });
});
