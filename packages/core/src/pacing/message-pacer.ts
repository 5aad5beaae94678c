import type { AssistantMessage, Part, TextPart } from "../message/message.js";
import { isLive, isSettled, selectOpenApprovals } from "../message/selectors.js";
import { DraftWatch } from "./draft-watch.js";
import { JitterBuffer, type JitterRate, type UnitQueue } from "./jitter-buffer.js";
import type { DraftText, KeptBack, PacedView, PacingMoment, PacingSettings, SelfCorrection } from "./pacing.types.js";
import { isShown, PartPacer, type Batch, type PartMoment, type Unit } from "./part-pacer.js";
import { DEFAULT_MAX_HOLD_MS, DEFAULT_MAX_LAG_MS, policyOf, rulesFor } from "./rules.js";
import { soundsLikeSelfCorrection } from "./self-correction.js";
import { unresolvedCalls } from "./unresolved-calls.js";
import { wholeView } from "./whole-view.js";

/**
 * Decides what of one message is painted, and when. Knows the time only from its caller; given the same messages at the
 * same times, it gives the same views. A step costs what came since the step before, not what the answer has become.
 *
 * Parts are painted in their order, so that what stands in the document is a beginning of what will stand there.
 */
export class MessagePacer {
  readonly #settings: PacingSettings;
  readonly #parts = new Map<string, PartPacer>();
  readonly #buffer = new JitterBuffer();
  readonly #passed = new Map<string, Part>();
  readonly #drafts = new Map<string, DraftWatch>();
  #selfCorrections: readonly SelfCorrection[] = [];
  #waiting: { readonly part: string; readonly releasedTo: number; readonly since: number } | null = null;
  #isFirst = true;
  #shown: AssistantMessage | null = null;

  constructor(settings: PacingSettings = {}) {
    this.#settings = settings;
  }

  step(message: AssistantMessage, moment: PacingMoment): PacedView {
    // Stop has frozen the answer where it was painted, and the message knows where that is.
    if (message.stop?.painted != null) return wholeView(message);
    if (message.parts.length === 0) this.#forget();
    const painted = new Map<string, number>();
    const pacers = this.#advance(message, moment, painted);
    const nextPaintAt = this.#paint(message, pacers, moment);
    for (const [, pacer] of pacers) for (const [span, length] of pacer.takeChanged()) painted.set(span, length);
    this.#isFirst = false;
    const hold = this.#hold(message, pacers, moment.now);
    return {
      message: this.#messageOf(message),
      holding: hold.holding,
      keptBack: isLive(message) ? [] : keptBackOf(pacers),
      selfCorrections: this.#selfCorrections,
      drafts: this.#settings.showDrafts === true ? this.#draftsOf(message) : [],
      painted,
      nextAt: earliest(nextPaintAt, hold.nextAt),
    };
  }

  /** The same request began anew under the id of the first. */
  #forget(): void {
    this.#parts.clear();
    this.#passed.clear();
    this.#drafts.clear();
    this.#selfCorrections = [];
  }

  /** Drafts stand behind painted words alone: words that come between later would push them aside. */
  #draftsOf({ parts }: AssistantMessage): readonly DraftText[] {
    let isOpen = true;
    return parts.flatMap((part) => {
      const pacer = this.#parts.get(part.id);
      if (part.type !== "text" || pacer === undefined) return [];
      const drafts = this.#draftWatchOf(part.id).read(part);
      const shown = isOpen && pacer.reachesDraft ? firstOf(drafts, part) : [];
      isOpen &&= pacer.isClear;
      return shown;
    });
  }

  #draftWatchOf(part: string): DraftWatch {
    const known = this.#drafts.get(part);
    if (known !== undefined) return known;
    const watch = new DraftWatch();
    this.#drafts.set(part, watch);
    return watch;
  }

  #advance(message: AssistantMessage, moment: PacingMoment, painted: Map<string, number>): readonly (readonly [string, PartPacer])[] {
    const shared = this.#partMoment(message, moment);
    const pacers: [string, PartPacer][] = [];
    let isOpen = true;
    for (const part of message.parts) {
      if (part.type !== "text" || part.kind === "reasoning") this.#pass(part, painted);
      if (!this.#isPaced(part)) continue;
      const pacer = this.#pacerOf(part, moment);
      pacer.advance({ ...shared, part });
      if (isOpen) this.#accept(part, pacer, moment.now);
      isOpen &&= pacer.isClear;
      pacers.push([part.id, pacer]);
    }
    return pacers;
  }

  #partMoment(message: AssistantMessage, moment: PacingMoment): Omit<PartMoment, "part"> {
    const holdsDependencies = this.#settings.dependencies === "hold" && isLive(message);
    return {
      isPaused: message.run?.state === "awaiting-approval",
      end: isLive(message) ? "live" : isSettled(message) ? "settled" : "truncated",
      isRevealed: moment.revealHeld === true,
      calls: message.calls,
      isWaiting: (span) => holdsDependencies && unresolvedCalls(message, span).length > 0,
    };
  }

  /** Reasoning is folded away and paints as it comes. */
  #pass(part: Part, painted: Map<string, number>): void {
    if (part.type !== "text" || this.#passed.get(part.id) === part) return;
    this.#passed.set(part.id, part);
    for (const span of part.spans) painted.set(span.id, span.text.length);
  }

  #isPaced(part: Part): part is TextPart {
    return part.type === "text" && part.kind !== "reasoning" && !this.#isSilent(part);
  }

  #isSilent(part: Part): boolean {
    const preamble = policyOf(this.#settings)?.preamble ?? "model";
    return part.type === "text" && part.kind === "preamble" && preamble !== "model";
  }

  #pacerOf(part: TextPart, { reducedMotion }: PacingMoment): PartPacer {
    const known = this.#parts.get(part.id);
    if (known !== undefined) return known;
    const pacer = new PartPacer(rulesFor(part.kind, this.#settings, reducedMotion === true));
    this.#parts.set(part.id, pacer);
    return pacer;
  }

  #accept(part: TextPart, pacer: PartPacer, now: number): void {
    const before = pacer.units.length;
    pacer.accept(now);
    if (this.#settings.detectSelfCorrection !== true) return;
    for (const unit of pacer.units.slice(before)) this.#noteSelfCorrection(part, pacer, unit);
  }

  #noteSelfCorrection(part: TextPart, pacer: PartPacer, unit: Unit): void {
    const found = pacer.textOf(unit);
    if (found === null || unit.end === unit.length || !soundsLikeSelfCorrection(found.text)) return;
    if (this.#selfCorrections.some(({ span, offset }) => span === found.span && offset === found.offset)) return;
    this.#selfCorrections = [...this.#selfCorrections, { part: part.id, span: found.span, offset: found.offset }];
  }

  #paint(message: AssistantMessage, pacers: readonly (readonly [string, PartPacer])[], moment: PacingMoment): number | null {
    const waiting = pacers.map(([, pacer]) => pacer).filter((pacer) => pacer.next !== undefined);
    if (!this.#isSpread(message, moment)) {
      for (const pacer of waiting) while (pacer.next !== undefined) pacer.paintNext();
      this.#buffer.reset(moment.now);
      return null;
    }
    return this.#buffer.drain(queueOf(waiting), moment.now, this.#rate());
  }

  /**
   * A page that nobody sees, a reader who wants no motion and a decision that needs the words are not kept waiting; nor
   * does text grow above a line that says how it ended.
   */
  #isSpread(message: AssistantMessage, moment: PacingMoment): boolean {
    if (policyOf(this.#settings) === null || moment.isHidden === true || moment.reducedMotion === true) return false;
    if (!isLive(message) || (this.#isFirst && message.status !== "pending")) return false;
    return selectOpenApprovals(message).length === 0;
  }

  #rate(): JitterRate {
    const policy = policyOf(this.#settings);
    return { maxLagMs: policy?.maxLagMs ?? DEFAULT_MAX_LAG_MS, maxCps: policy?.maxCps ?? null };
  }

  #hold(message: AssistantMessage, pacers: readonly (readonly [string, PartPacer])[], now: number): Pick<PacedView, "holding" | "nextAt"> {
    const found = isLive(message) ? pacers.find(([, pacer]) => !pacer.isClear) : undefined;
    const why = found?.[1].waitsFor ?? null;
    if (found === undefined || why === null) {
      this.#waiting = null;
      return { holding: null, nextAt: null };
    }
    const [part, pacer] = found;
    const isSame = this.#waiting?.part === part && this.#waiting.releasedTo === pacer.releasedTo;
    if (!isSame || this.#waiting === null) this.#waiting = { part, releasedTo: pacer.releasedTo, since: now };
    const sayAt = this.#waiting.since + (this.#settings.maxHoldMs ?? DEFAULT_MAX_HOLD_MS);
    return now >= sayAt ? { holding: { part, why }, nextAt: null } : { holding: null, nextAt: sayAt };
  }

  #messageOf(message: AssistantMessage): AssistantMessage {
    const parts = message.parts.flatMap((part) => this.#viewOfPart(part));
    const isWhole = parts.length === message.parts.length && parts.every((part, index) => part === message.parts[index]);
    const shown = isWhole ? message : { ...message, parts, seams: message.seams.filter((seam) => isReached(seam, parts)) };
    this.#shown = this.#shown !== null && isEqual(this.#shown, shown) ? this.#shown : shown;
    return this.#shown;
  }

  #viewOfPart(part: Part): readonly Part[] {
    if (this.#isSilent(part)) return [];
    const pacer = this.#parts.get(part.id);
    if (part.type !== "text" || pacer === undefined) return [part];
    const view = pacer.view(this.#settings.showDrafts === true);
    return view === null ? [] : [view];
  }
}

/** The drafts up to the words that wait behind them. */
function firstOf(drafts: readonly DraftText[], { spans }: TextPart): readonly DraftText[] {
  const from = spans.findIndex(({ state }) => state === "speculative");
  const behind = spans.slice(from).findIndex((span) => isShown(span));
  if (behind === -1) return drafts;
  const first = new Set(spans.slice(from, from + behind).map(({ id }) => id));
  return drafts.filter(({ span }) => first.has(span));
}

function queueOf(pacers: readonly PartPacer[]): UnitQueue {
  const first = () => pacers.find((pacer) => pacer.next !== undefined);
  return { batches: () => batchesOf(pacers), next: () => first()?.next, paint: () => first()?.paintNext() };
}

function* batchesOf(pacers: readonly PartPacer[]): Iterable<Batch> {
  for (const pacer of pacers) yield* pacer.batches;
}

function keptBackOf(pacers: readonly (readonly [string, PartPacer])[]): readonly KeptBack[] {
  return pacers.flatMap(([part, pacer]) => {
    const kept = pacer.keptBack();
    return kept === null || kept.text.trim() === "" ? [] : [{ part, ...kept }];
  });
}

/** A joint is drawn once the text before it is. */
function isReached({ part, offset }: AssistantMessage["seams"][number], parts: readonly Part[]): boolean {
  const found = parts.find((candidate) => candidate.id === part);
  if (found?.type !== "text" || offset === null) return found !== undefined;
  return found.spans.reduce((sum, span) => sum + (span.replaces === undefined ? span.text.length : 0), 0) >= offset;
}

/** All fields but the parts are the message's own; equal parts make an equal view. */
function isEqual(a: AssistantMessage, b: AssistantMessage): boolean {
  if (a === b) return true;
  const keys = Object.keys(b) as (keyof AssistantMessage)[];
  if (keys.length !== Object.keys(a).length) return false;
  return keys.every((key) => (key === "parts" || key === "seams" ? isEqualList(a[key], b[key]) : a[key] === b[key]));
}

function isEqualList(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}

function earliest(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.min(a, b);
}
