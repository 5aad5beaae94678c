import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fold } from "../../test-kit/folding.js";
import { legalRuns } from "../../test-kit/generated-runs.js";
import type { AssistantMessage } from "../message/message.js";
import { isAnswerPart, isLive, textOf, textOfPart } from "../message/selectors.js";
import { endLocally } from "../session/local-end.js";
import { MessagePacer } from "./message-pacer.js";
import type { PacingSettings } from "./pacing.types.js";
import { needsPacer, viewWithoutPacer } from "./without-pacer.js";

const SETTINGS: fc.Arbitrary<PacingSettings> = fc.record(
  {
    isolation: fc.constantFrom("uncommitted" as const, "sentence" as const, "paragraph" as const, "committed" as const, {
      verdict: "committed" as const,
    }),
    reveal: fc.constantFrom({ answer: "whole" as const }, { code: "block" as const }),
    hold: fc.constant("decision" as const),
    dependencies: fc.constantFrom("mark" as const, "hold" as const),
    pacing: fc.constantFrom(false as const, {}, { preamble: "none" as const }, { unit: "sentence" as const }),
  },
  { requiredKeys: [] },
);
const PREFIX = fc.tuple(legalRuns, fc.double({ min: 0, max: 1, noNaN: true }), SETTINGS);
const LOST = { cause: "disconnected", error: { code: "stream-eof", message: "It broke.", retryable: true } } as const;
const end = (message: AssistantMessage) => endLocally(message, LOST, { now: 0, epoch: 0 });
const words = (parts: Parameters<typeof textOfPart>[0][]) => parts.map(textOfPart).join("");

describe("r14-prefix: an answer without its pacer", () => {
  it("that is shown whole is shown whole by a pacer too", () => {
    let ended = 0;
    fc.assert(
      fc.property(PREFIX, ([events, share, settings]) => {
        const message = end(fold(events.slice(0, Math.ceil(events.length * share))));
        if (needsPacer(message, settings)) return;
        ended += 1;
        const shown = viewWithoutPacer(message, settings, null);
        const paced = new MessagePacer(settings).step(message, { now: 0 });
        expect(shown.message.parts.map(({ id }) => id)).toEqual(paced.message.parts.map(({ id }) => id));
        expect(shown.message.seams).toEqual(paced.message.seams);
        expect(textOf(shown.message)).toBe(textOf(paced.message));
        expect([shown.keptBack, paced.keptBack]).toEqual([[], []]);
      }),
      { numRuns: 600 },
    );
    expect(ended).toBeGreaterThan(20);
  });

  it("shows no word of one that goes on, save those that had been shown before", () => {
    fc.assert(
      fc.property(PREFIX, ([events, share, settings]) => {
        const message = fold(events.slice(0, Math.ceil(events.length * share)));
        if (!isLive(message) || message.stop !== null) return;
        const view = viewWithoutPacer(message, settings, null);
        expect(words(view.message.parts.filter(isAnswerPart))).toBe("");
        const again = viewWithoutPacer(message, settings, message);
        expect(words(again.message.parts.filter(isAnswerPart))).toBe(words(message.parts.filter(isAnswerPart)));
      }),
    );
  });

  it("that has ended and might be held is there for who asks for it", () => {
    fc.assert(
      fc.property(PREFIX, ([events, , settings]) => {
        const message = end(fold(events));
        const view = viewWithoutPacer(message, settings, null);
        const kept = view.keptBack.map(({ text }) => text).join("");
        const all = message.parts.flatMap((part) => (part.type === "text" && part.kind !== "reasoning" ? [part] : []));
        const shown = view.message.parts.flatMap((part) => (part.type === "text" && part.kind !== "reasoning" ? [part] : []));
        expect(words(shown).length + kept.length).toBe(words(all).length);
      }),
    );
  });
});
