import type { AssistantMessage, Span, TextPart } from "../message/message.js";
import { isAnswerPart, isLive, isSettled, shownTextOfSpan } from "../message/selectors.js";
import { PartPacer, type Unit } from "./part-pacer.js";
import { rulesFor } from "./rules.js";

/** One thing to say. */
export type SpokenItem =
  | { readonly type: "sentence"; readonly id: string; readonly text: string; readonly span: string; readonly offset: number }
  /** What was said has been replaced: `text` is what holds now. */
  | { readonly type: "correction"; readonly id: string; readonly text: string; readonly reason: string }
  /** What was said has been taken back. */
  | { readonly type: "retraction"; readonly id: string; readonly reason: string };

/** A place in the text, for `stop({ intent: "barge-in", heardUpTo })`. */
export interface HeardUpTo {
  readonly span: string;
  readonly offset: number;
}

/**
 * What may be said aloud of one answer, in order: whole sentences, of verified text only where the server verifies.
 * Never a draft. What is corrected before it was said is said as it is now; what was said gets an item of its own.
 */
export class SpokenText {
  readonly #pacers = new Map<string, PartPacer>();
  readonly #told = new Set<string>();
  #notices: SpokenItem[] = [];
  #isCancelled = false;
  #heard: HeardUpTo | null = null;

  /** Reads the newest state of the message. */
  step(message: AssistantMessage): void {
    if (this.#isCancelled) return;
    for (const part of message.parts) if (isAnswerPart(part)) this.#read(message, part);
  }

  /** What waits to be said. */
  get queue(): readonly SpokenItem[] {
    return [...this.#notices, ...[...this.#pacers.values()].flatMap(sentencesOf)];
  }

  /** Where the listener is: the end of the last sentence that was taken. */
  get heardUpTo(): HeardUpTo | null {
    return this.#heard;
  }

  /** The next thing to say, which from now on counts as said. */
  take(): SpokenItem | null {
    const notice = this.#notices.shift();
    if (notice !== undefined) return notice;
    for (const pacer of this.#pacers.values()) {
      const item = this.#takeFrom(pacer);
      if (item !== null) return item;
    }
    return null;
  }

  /** Blank lines pass with what follows them. */
  #takeFrom(pacer: PartPacer): SpokenItem | null {
    for (let unit = pacer.next; unit !== undefined; unit = pacer.next) {
      const item = itemOf(pacer, unit);
      pacer.paintNext();
      for (const [span, offset] of pacer.takeChanged()) this.#heard = { span, offset };
      if (item !== null) return item;
    }
    return null;
  }

  /** The listener speaks: nothing that waits is said any more. */
  cancel(): void {
    this.#isCancelled = true;
    this.#notices = [];
    this.#pacers.clear();
  }

  #read(message: AssistantMessage, part: TextPart): void {
    const pacer = this.#pacerOf(message, part);
    pacer.advance({
      part,
      isPaused: false,
      end: isLive(message) ? "live" : isSettled(message) ? "settled" : "truncated",
      isRevealed: false,
      calls: message.calls,
      isWaiting: () => false,
    });
    pacer.accept(0);
    for (const [span] of pacer.takeChanged()) this.#noteCorrection(part, span);
    for (const span of part.spans) if (span.state === "retracted") this.#noteRetraction(pacer, span);
  }

  #pacerOf(message: AssistantMessage, part: TextPart): PartPacer {
    const known = this.#pacers.get(part.id);
    if (known !== undefined) return known;
    const isolation = message.run?.caps.verifier === true ? "committed" : "sentence";
    const pacer = new PartPacer(rulesFor(part.kind, { isolation }, false));
    this.#pacers.set(part.id, pacer);
    return pacer;
  }

  #noteCorrection(part: TextPart, id: string): void {
    const span = part.spans.find((candidate) => candidate.id === id);
    if (span?.replaces === undefined || this.#told.has(id)) return;
    this.#told.add(id);
    this.#notices.push({ type: "correction", id, text: shownTextOfSpan(span).trim(), reason: span.reason ?? "" });
  }

  #noteRetraction(pacer: PartPacer, span: Span): void {
    if (this.#told.has(span.id) || !pacer.hasPainted(span.id)) return;
    this.#told.add(span.id);
    this.#notices = this.#notices.filter((notice) => notice.id !== span.id);
    this.#notices.push({ type: "retraction", id: span.id, reason: span.reason ?? "" });
  }
}

function sentencesOf(pacer: PartPacer): readonly SpokenItem[] {
  return pacer.units.flatMap((unit) => itemOf(pacer, unit) ?? []);
}

function itemOf(pacer: PartPacer, unit: Unit): SpokenItem | null {
  const found = pacer.textOf(unit);
  if (found === null || found.text.trim() === "") return null;
  const { span, offset, text } = found;
  return { type: "sentence", id: `${span}@${offset}`, text: text.trim(), span, offset };
}
