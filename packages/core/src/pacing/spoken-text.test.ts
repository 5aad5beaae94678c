import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toContext } from "../context/index.js";
import { NO_EFFECTS, type EventPayload } from "../protocol/index.js";
import { heardOf, paintedOf } from "../message/selectors.js";
import { requestStop } from "../message/local.js";
import { PacingPlayer } from "../../test-kit/pacing-player.js";
import { SpokenText, type SpokenItem } from "./spoken-text.js";

const OPEN: EventPayload = { type: "part.open", part: "part", kind: "answer" };
const COMPLETE: EventPayload = { type: "run.end", outcome: "complete", effects: NO_EFFECTS };

function speaking(): { readonly player: PacingPlayer; readonly spoken: SpokenText; readonly hear: () => readonly string[] } {
  const player = new PacingPlayer({ pacing: false });
  const spoken = new SpokenText();
  player.play(OPEN);
  return {
    player,
    spoken,
    hear: () => {
      spoken.step(player.message);
      return spoken.queue.map(wordsOf);
    },
  };
}

function wordsOf(item: SpokenItem): string {
  return item.type === "retraction" ? `(${item.reason})` : item.text;
}

describe("SpokenText", () => {
  it("queues whole sentences in order, without blank lines", () => {
    const { player, hear } = speaking();
    player.append("Drain the pool. Then flip it.\n\nThird");
    expect(hear()).toEqual(["Drain the pool.", "Then flip it."]);
  });

  it("r2-bargein: with three queued and one spoken, cancel empties the queue and the model is told of sentence 1 only", () => {
    const { player, spoken } = speaking();
    player.append("One here. Two here. Three here. And");
    spoken.step(player.message);
    expect(spoken.queue).toHaveLength(3);
    expect(spoken.take()).toMatchObject({ type: "sentence", text: "One here." });
    const heard = heardOf(player.message, spoken.heardUpTo);
    spoken.cancel();
    expect(spoken.queue).toEqual([]);
    expect(spoken.take()).toBeNull();
    player.append(" Four here. And");
    spoken.step(player.message);
    expect(spoken.queue).toEqual([]);
    player.change((message) => requestStop(message, { command: "c", intent: "barge-in", atSeq: 3, painted: paintedOf(message), heard }, 0));
    player.play({ type: "run.end", outcome: "truncated", cause: "stopped", resumable: false, effects: NO_EFFECTS });
    expect(toContext(player.message)?.text).toBe("One here. ");
    expect(player.text).toBe("One here. Two here. Three here. And Four here. And");
  });

  it("says a correction of what was said, and only the new words of what was not", () => {
    const { player, spoken, hear } = speaking();
    player.append("Yes. ", { span: "a" });
    player.append("Go now. Then", { span: "b" });
    spoken.step(player.message);
    spoken.take();
    player.play({ type: "span.revise", spans: ["a"], replacement: { span: "c", text: "No. " }, reason: "checked", by: "m" });
    player.play({ type: "span.revise", spans: ["b"], replacement: { span: "d", text: "Wait. Then" }, reason: "checked", by: "m" });
    expect(hear()).toEqual(["No.", "Wait."]);
    expect(spoken.queue.map(({ type }) => type)).toEqual(["correction", "sentence"]);
  });

  it("takes back what was said, and never says what was taken back before", () => {
    const { player, spoken, hear } = speaking();
    player.append("Call Ana. ", { span: "a" });
    player.append("Or Bo. ", { span: "b" });
    player.append("Go. Now", { span: "c" });
    spoken.step(player.message);
    spoken.take();
    player.play({ type: "span.retract", spans: ["a", "b"], reason: "personal data", expunge: true });
    expect(hear()).toEqual(["(personal data)", "Go."]);
  });

  it("waits for verification where the server verifies", () => {
    const { player, hear } = speaking();
    player.message = {
      ...player.message,
      run: player.message.run && { ...player.message.run, caps: { ...player.message.run.caps, verifier: true } },
    };
    player.append("Go now. ", { span: "a" });
    player.append("Then rest. ", { span: "b" });
    expect(hear()).toEqual([]);
    player.play({ type: "span.settle", spans: ["a", "b"], to: "verified", by: "checker" });
    player.play({ type: "part.close", part: "part" }, COMPLETE);
    expect(hear()).toEqual(["Go now.", "Then rest."]);
  });

  it("r2-draft: no draft is queued, however drafts are accepted and dropped", () => {
    const step = fc.record({ text: fc.constantFrom("Go. ", "No. ", "Wait. Then "), fate: fc.constantFrom("open", "accepted", "dropped") });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        const { player, spoken } = speaking();
        const open = new Set<string>();
        for (const [index, { text, fate }] of steps.entries()) {
          const span = `draft-${index}`;
          player.play({ type: "span.append", part: "part", span, text, state: "speculative" });
          open.add(span);
          spoken.step(player.message);
          expect(spoken.queue.some((item) => item.type === "sentence" && open.has(item.span))).toBe(false);
          if (fate === "accepted") player.play({ type: "span.settle", spans: [span], to: "provisional", by: "m" });
          if (fate === "dropped") player.play({ type: "span.drop", spans: [span] });
          if (fate === "accepted") open.delete(span);
          spoken.step(player.message);
          expect(spoken.queue.some((item) => item.type === "sentence" && open.has(item.span))).toBe(false);
        }
      }),
      { numRuns: 500 },
    );
  });
});
