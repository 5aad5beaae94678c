import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { NO_EFFECTS, type EventPayload } from "../protocol/index.js";
import { isAnswerPart, shownTextOfSpan, textOf, textOfPart } from "../message/selectors.js";
import type { AssistantMessage, Span } from "../message/message.js";
import { PacingPlayer, type Frame } from "../../test-kit/pacing-player.js";
import type { Isolation, PacingSettings } from "./pacing.types.js";

/** What may happen to an answer; numbers choose among what is there. */
type Step =
  | { readonly do: "append"; readonly text: string; readonly isNewSpan: boolean; readonly isDraft: boolean }
  | { readonly do: "settle" | "drop" | "retract" | "expunge"; readonly choice: number }
  | { readonly do: "revise"; readonly choice: number; readonly text: string }
  | { readonly do: "openPart"; readonly kind: "answer" | "verdict" | "table" }
  | { readonly do: "closePart" }
  | { readonly do: "wait"; readonly ms: number };

const TEXT = fc.constantFrom(
  "Go. ",
  "Then ",
  "flip it. ",
  "3.",
  "5 ",
  "etc. ",
  "\n",
  "\n\n",
  "No? ",
  "好。",
  "👩‍👧 ",
  "- a\n",
  "```\n",
  "| a |\n",
  "|--|\n",
  "Wait",
);
const CHOICE = fc.nat(30);
const APPEND = fc.record({ do: fc.constant("append" as const), text: TEXT, isNewSpan: fc.boolean(), isDraft: fc.constant(false) });
const DRAFT = fc.record({ do: fc.constant("append" as const), text: TEXT, isNewSpan: fc.constant(true), isDraft: fc.constant(true) });
const WAIT = fc.record({ do: fc.constant("wait" as const), ms: fc.nat(700) });
const PART = fc.oneof(
  fc.record({ do: fc.constant("openPart" as const), kind: fc.constantFrom("answer" as const, "verdict" as const, "table" as const) }),
  fc.constant({ do: "closePart" as const }),
);
const CHANGE = fc.oneof(
  fc.record({ do: fc.constantFrom("settle" as const, "drop" as const, "retract" as const, "expunge" as const), choice: CHOICE }),
  fc.record({ do: fc.constant("revise" as const), choice: CHOICE, text: TEXT }),
);
const ANYTHING: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: APPEND },
    { weight: 1, arbitrary: DRAFT },
    { weight: 2, arbitrary: WAIT },
    { weight: 1, arbitrary: PART },
    { weight: 2, arbitrary: CHANGE },
  ),
  { maxLength: 40 },
);
const GROWTH: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof({ weight: 6, arbitrary: APPEND }, { weight: 2, arbitrary: WAIT }, { weight: 1, arbitrary: PART }),
  { maxLength: 40 },
);
const ISOLATION = fc.constantFrom<Isolation>("uncommitted", "sentence", "paragraph", "committed");
const END = fc.constantFrom("complete" as const, "truncated" as const);

function spansOf(message: AssistantMessage): readonly Span[] {
  return message.parts.flatMap((part) => (part.type === "text" ? part.spans : []));
}

/** Plays steps, leaving out those that mean nothing where they come. */
class Schedule {
  readonly player: PacingPlayer;
  readonly #frameMs: number;
  #made = 0;

  constructor(settings: PacingSettings, frameMs = 0) {
    this.player = new PacingPlayer(settings);
    this.#frameMs = frameMs;
    this.player.message = {
      ...this.player.message,
      run: this.player.message.run && { ...this.player.message.run, caps: { ...this.player.message.run.caps, verifier: true } },
    };
    this.#openPart("answer");
  }

  run(steps: readonly Step[]): this {
    for (const step of steps) this.#do(step);
    return this;
  }

  end(outcome: "complete" | "truncated"): this {
    if (outcome === "complete") this.#settleAll();
    this.#play(
      outcome === "complete"
        ? { type: "run.end", outcome, effects: NO_EFFECTS }
        : { type: "run.end", outcome, cause: "length", resumable: false, effects: NO_EFFECTS },
    );
    return this;
  }

  /** A verifier that leaves words unverified makes no answer complete. */
  #settleAll(): void {
    const inState = (state: Span["state"]) => spansOf(this.player.message).flatMap((span) => (span.state === state ? [span.id] : []));
    if (inState("speculative").length > 0) this.#play({ type: "span.drop", spans: inState("speculative") });
    if (inState("provisional").length > 0) this.#play({ type: "span.settle", spans: inState("provisional"), to: "verified", by: "test" });
  }

  #play(event: EventPayload): void {
    this.player.play(event);
  }

  #openPart(kind: "answer" | "verdict" | "table"): void {
    this.#play({ type: "part.open", part: `part-${(this.#made += 1)}`, kind });
  }

  #do(step: Step): void {
    switch (step.do) {
      case "append":
        return this.#append(step);
      case "openPart":
        return this.#openPart(step.kind);
      case "closePart": {
        const part = this.player.message.parts.at(-1);
        if (part?.type === "text") this.#play({ type: "part.close", part: part.id });
        return;
      }
      case "wait":
        return this.player.wait(step.ms, this.#frameMs);
      default:
        return this.#change(step);
    }
  }

  #append({ text, isNewSpan, isDraft }: Extract<Step, { do: "append" }>): void {
    const part = this.player.message.parts.at(-1);
    if (part?.type !== "text" || part.status !== "open") return;
    const last = part.spans.at(-1);
    const isOpen = last !== undefined && last.state === (isDraft ? "speculative" : "provisional") && last.replaces === undefined;
    const span = isNewSpan || !isOpen ? `span-${(this.#made += 1)}` : last.id;
    this.#play({ type: "span.append", part: part.id, span, text, ...(isDraft ? { state: "speculative" } : {}) });
  }

  #change(step: Exclude<Step, { do: "append" | "openPart" | "closePart" | "wait" }>): void {
    const spans = spansOf(this.player.message);
    const span = spans[step.choice % Math.max(1, spans.length)];
    if (span === undefined) return;
    const isDraft = span.state === "speculative";
    const isShown = shownTextOfSpan(span) !== "";
    if (step.do === "settle" && (isDraft || span.state === "provisional"))
      this.#play({ type: "span.settle", spans: [span.id], to: isDraft ? "provisional" : "verified", by: "test" });
    else if (step.do === "drop" && isDraft) this.#play({ type: "span.drop", spans: [span.id] });
    else if (step.do === "revise" && isShown)
      this.#play({
        type: "span.revise",
        spans: [span.id],
        replacement: { span: `span-${(this.#made += 1)}`, text: step.text },
        reason: "r",
        by: "test",
      });
    else if (
      (step.do === "retract" || step.do === "expunge") &&
      isShown &&
      spans.filter((other) => shownTextOfSpan(other) !== "").length > 1
    )
      this.#play({ type: "span.retract", spans: [span.id], reason: "r", expunge: step.do === "expunge" });
  }
}

function lengthsOf(message: AssistantMessage): ReadonlyMap<string, number> {
  return new Map(spansOf(message).map((span) => [span.id, shownTextOfSpan(span).length]));
}

/** No word that was painted goes without a mark in its place. */
function expectNothingLost(before: Frame, after: Frame): void {
  const now = new Map(spansOf(after.view.message).map((span) => [span.id, span]));
  for (const [id, length] of lengthsOf(before.view.message)) {
    const span = now.get(id);
    const isMarked = span?.state === "replaced" || span?.state === "retracted";
    if (length > 0 && !isMarked) expect((span?.text ?? "").length).toBeGreaterThanOrEqual(length);
  }
}

describe("MessagePacer, whatever happens", () => {
  it("statement 59: r16-zero-churn: what is painted is a beginning of what was received, and no painted word goes without a mark", () => {
    fc.assert(
      fc.property(ANYTHING, ISOLATION, fc.boolean(), END, (steps, isolation, isPaced, outcome) => {
        const { frames } = new Schedule({ isolation, ...(isPaced ? {} : { pacing: false }) }).run(steps).end(outcome).player;
        for (const [index, frame] of frames.entries()) {
          const before = frames[index - 1];
          if (before !== undefined) expectNothingLost(before, frame);
          if (isolation !== "committed" && frame.received.status === "streaming") {
            expect(textOf(frame.received).startsWith(textOf(frame.view.message))).toBe(true);
          }
        }
      }),
      { numRuns: 1_500 },
    );
  });

  it("statement 57: r16-zero-churn: drafts alone take nothing back: each view begins the next, and the last is the whole answer", () => {
    const steps = fc.array(
      fc.oneof(APPEND, DRAFT, WAIT, fc.record({ do: fc.constantFrom("settle" as const, "drop" as const), choice: CHOICE })),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(steps, ISOLATION, (played, isolation) => {
        const { frames, message } = new Schedule({ isolation, showDrafts: true }).run(played).end("complete").player;
        const texts = frames.map(({ view }) => textOf(view.message));
        for (const [index, text] of texts.entries()) expect(text.startsWith(texts[index - 1] ?? "")).toBe(true);
        expect(texts.at(-1)).toBe(textOf(message));
      }),
      { numRuns: 1_000 },
    );
  });

  it("r15-flush: shows all of an answer with its complete end, and keeps nothing back", () => {
    fc.assert(
      fc.property(
        ANYTHING,
        ISOLATION,
        fc.constantFrom<PacingSettings>({}, { pacing: { maxCps: 5 } }, { hold: "decision" }),
        (steps, isolation, rest) => {
          const { player } = new Schedule({ ...rest, isolation }, 16).run(steps).end("complete");
          expect(textOf(player.view.message)).toBe(textOf(player.message));
          expect(player.view).toMatchObject({ keptBack: [], nextAt: null, holding: null });
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it("after a cut, what is not painted is kept back, word for word", () => {
    fc.assert(
      fc.property(ANYTHING, ISOLATION, (steps, isolation) => {
        const { player } = new Schedule({ isolation }, 16).run(steps).end("truncated");
        if (player.message.status !== "truncated" || player.message.cause === "withheld") return;
        const painted = lengthsOf(player.view.message);
        for (const part of player.message.parts.filter(isAnswerPart)) {
          const shown = player.view.message.parts.find(({ id }) => id === part.id);
          const kept = player.view.keptBack.find((held) => held.part === part.id)?.text ?? "";
          const rest = part.spans.map((span) => shownTextOfSpan(span).slice(painted.get(span.id) ?? 0)).join("");
          expect(kept.trim()).toBe(rest.trim());
          expect(textOfPart(part).length).toBe((shown?.type === "text" ? textOfPart(shown) : "").length + rest.length);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it("r15-buffer: no released text waits longer than maxLagMs", () => {
    fc.assert(
      fc.property(GROWTH, ISOLATION, fc.integer({ min: 50, max: 600 }), (steps, isolation, maxLagMs) => {
        const released = new Schedule({ isolation, pacing: false }).run(steps).end("complete").player.frames;
        const { frames } = new Schedule({ isolation, pacing: { maxLagMs } }, 16).run(steps).end("complete").player;
        for (const { now, view } of released) {
          const length = textOf(view.message).length;
          const painted = frames.find((frame) => textOf(frame.view.message).length >= length);
          expect((painted?.now ?? Number.POSITIVE_INFINITY) - now).toBeLessThanOrEqual(maxLagMs);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it("r23-levels: committed shows no word before it is settled or verified, so none that is revised before", () => {
    fc.assert(
      fc.property(ANYTHING, (steps) => {
        const { frames } = new Schedule({ isolation: "committed" }).run(steps).player;
        for (const { view } of frames) {
          for (const span of spansOf(view.message)) if (shownTextOfSpan(span) !== "") expect(["settled", "verified"]).toContain(span.state);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it("r23-levels: sentence shows no unfinished sentence while the answer runs", () => {
    const segmenter = new Intl.Segmenter(undefined, { granularity: "sentence" });
    const words = fc.array(
      fc.oneof(
        {
          weight: 4,
          arbitrary: fc
            .constantFrom("Go. ", "no ", "Then ", "3.", "5 ", "etc. ", "\n", "No? ", "好。")
            .map((text): Step => ({ do: "append", text, isNewSpan: text === "no ", isDraft: false })),
        },
        { weight: 1, arbitrary: WAIT },
      ),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(words, (steps) => {
        const { frames, message } = new Schedule({}).run(steps).player;
        const whole = textOf(message);
        const ends = new Set([
          0,
          ...Array.from(whole.matchAll(/.*\n|.+$/g)).flatMap((line) => [
            ...Array.from(segmenter.segment(line[0]), ({ index }) => line.index + index),
            ...(line[0].endsWith("\n") ? [line.index + line[0].length] : []),
          ]),
        ]);
        for (const { view } of frames) expect(ends.has(textOf(view.message).length)).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });
});
