import { describe, expect, it } from "vitest";
import { textOf, toContext } from "../index.js";
import { NO_EFFECTS, type EventPayload } from "../protocol/index.js";
import { SCRIPT_CAPS } from "../testing/script.js";
import { converse, type Conversation } from "../../test-kit/conversation.js";

const OPEN: EventPayload = { type: "run.open", caps: SCRIPT_CAPS, heartbeatMs: 15_000, ttlMs: null };

const STOPPED: EventPayload = { type: "run.end", outcome: "truncated", cause: "stopped", resumable: false, effects: NO_EFFECTS };

function part(id: string, ...texts: readonly string[]): readonly EventPayload[] {
  const appended = texts.map((text, index): EventPayload => ({ type: "span.append", part: id, span: `${id}-${index}`, text }));
  return [{ type: "part.open", part: id, kind: "answer" }, ...appended];
}

/** Two parts have come: "One. Two." in two spans, and "Three." */
async function answering(): Promise<Conversation> {
  const conversation = await converse([OPEN, ...part("a", "One. ", "Two. "), ...part("b", "Three.")]);
  expect(textOf(conversation.answer())).toBe("One. Two. Three.");
  return conversation;
}

function stopOf({ sent }: Conversation): object | undefined {
  return sent.find((command) => command.command === "stop");
}

describe("Stop, where a view says what it has painted", () => {
  it("statement 29: freezes there and not at what had arrived: on screen, in the command and in what the model is told", async () => {
    const conversation = await answering();
    const { session, answer, clock, say } = conversation;
    session.markPainted(answer().id, new Map([["a-0", 5]]));
    session.markPainted(answer().id, new Map([["a-1", 3]]));
    session.stop();
    expect(textOf(answer())).toBe("One. Two");
    expect(stopOf(conversation)).toMatchObject({ painted: { span: "a-1", offset: 3 } });
    say(STOPPED);
    await clock.advance(1_000);
    expect(answer()).toMatchObject({ status: "truncated", cause: "stopped" });
    expect(toContext(answer())?.text).toBe("One. Two");
    session.revealTail(answer().id);
    expect(textOf(answer())).toBe("One. Two. Three.");
  });

  it("shows nothing where nothing had been painted", async () => {
    const conversation = await answering();
    const { session, answer } = conversation;
    session.markPainted(answer().id, new Map());
    session.stop();
    expect(textOf(answer())).toBe("");
    expect(stopOf(conversation)).toMatchObject({ painted: null });
  });

  it("claims no word on the wire behind words that were kept back", async () => {
    const conversation = await answering();
    const { session, answer } = conversation;
    session.markPainted(
      answer().id,
      new Map([
        ["a-0", 5],
        ["b-0", 6],
      ]),
    );
    session.stop();
    expect(textOf(answer())).toBe("One. Three.");
    expect(stopOf(conversation)).toMatchObject({ painted: { span: "a-0", offset: 5 } });
  });

  it("freezes at what was published where no view reports", async () => {
    const conversation = await answering();
    conversation.session.stop();
    expect(textOf(conversation.answer())).toBe("One. Two. Three.");
    expect(stopOf(conversation)).toMatchObject({ painted: { span: "b-0", offset: 6 } });
  });

  it("r2-bargein: keeps all that was painted on screen, and tells server and model of what was heard only", async () => {
    const conversation = await answering();
    const { session, answer, clock, say } = conversation;
    session.markPainted(
      answer().id,
      new Map([
        ["a-0", 5],
        ["a-1", 5],
        ["b-0", 6],
      ]),
    );
    session.stop({ intent: "barge-in", heardUpTo: { span: "a-0", offset: 5 } });
    expect(stopOf(conversation)).toMatchObject({
      intent: "barge-in",
      painted: { span: "b-0", offset: 6 },
      heardUpTo: { span: "a-0", offset: 5 },
    });
    say(STOPPED);
    await clock.advance(1_000);
    expect(textOf(answer())).toBe("One. Two. Three.");
    expect(toContext(answer())?.text).toBe("One. ");
  });
});
