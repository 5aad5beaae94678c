import type { RunCommand, UnsayEvent } from "../protocol/index.js";
import type { AssistantMessage, StopRecord } from "../message/index.js";
import { ApprovalWatch } from "../health/approval-watch.js";
import type { ApprovalHealth, Interrupt, InterruptFacts, RunMetrics } from "../health/index.js";
import { InterruptWatch } from "../health/interrupt-watch.js";
import { RunRecord } from "../health/run-record.js";
import { AnswerWatch } from "./answer-watch.js";
import type { PaintedReports } from "./painted-reports.js";
import type { SharedContext } from "./session-context.js";
import type { PaintedLengths, SessionOptions } from "./session.types.js";
import type { SessionStore } from "./session-store.js";

/** Looks on while a session works, and tells the app what it saw. Nothing in here changes how an answer goes. */
export class SessionWatch {
  readonly #store: SessionStore;
  readonly #painted: PaintedReports;
  readonly #options: SessionOptions;
  readonly #answers = new Map<string, AnswerWatch>();
  readonly #approvals = new ApprovalWatch();
  readonly #interrupts = new InterruptWatch();
  readonly #tell: () => void;
  #newest: AnswerWatch | null = null;
  /** The answer that Stop was pressed for: a second press of the same stop is no second interrupt. */
  #stopped: string | null = null;

  /** `tell` is called after each batch of events, each first paint and each end. */
  constructor({ store, painted, options }: SharedContext, tell: () => void) {
    this.#store = store;
    this.#painted = painted;
    this.#options = options;
    this.#tell = tell;
    store.onEnded = (message) => this.#noteEnd(message);
  }

  /** The request of a run leaves now. */
  begin(messageId: string): void {
    this.#interrupts.countAnswer();
    this.#stopped = null;
    const { now, epoch } = this.#store.times();
    this.#add(messageId, new RunRecord({ now, epoch }));
  }

  /** A run is joined on its way, or read again. */
  join(messageId: string): void {
    const known = this.#answers.get(messageId);
    if (known === undefined) return this.#add(messageId, null);
    known.rejoin();
    this.#newest = known;
  }

  #add(messageId: string, record: RunRecord | null): void {
    const painted = () => this.#painted.find(messageId);
    this.#newest = new AnswerWatch({ messageId, store: this.#store, callbacks: this.#options, record, painted });
    this.#answers.set(messageId, this.#newest);
  }

  /** So many words came at `now`, which will be observed together with others. */
  hear(messageId: string, newest: UnsayEvent, now: number, count: number): void {
    this.#answers.get(messageId)?.hear(newest, now, count);
  }

  /**
   * Events that were applied, what they made of the message, when they came, and whether that was told before. Costs the same
   * however long the answer is.
   */
  observe(messageId: string, events: readonly UnsayEvent[], message: AssistantMessage, now: number, isHeard: boolean): AssistantMessage {
    for (const event of events) if (event.type === "approval.request") this.#approvals.request(event.approval, now);
    const seen = this.#answers.get(messageId)?.observe(events, message, now, isHeard) ?? message;
    this.#tell();
    return seen;
  }

  #noteEnd(message: AssistantMessage): void {
    this.#answers.get(message.id)?.noteEnd(message);
    this.#tell();
  }

  notePaint(messageId: string, painted: PaintedLengths): void {
    const answer = this.#answers.get(messageId);
    if (answer?.record == null || answer.record.hasPainted) return;
    const message = this.#store.find(messageId);
    if (message === undefined || !showsAnswer(message, painted)) return;
    answer.notePaint(this.#store.clock.now());
    this.#tell();
  }

  pressStop(messageId: string, intent: StopRecord["intent"]): void {
    const now = this.#store.clock.now();
    this.#answers.get(messageId)?.record?.pressStop(now, intent, this.#painted.hasView);
    if (this.#stopped !== messageId) this.#report(this.#interrupts.press(intent, now));
    this.#stopped = messageId;
  }

  noteConnection(messageId: string, type: "connection-lost" | "connection-resumed"): void {
    this.#answers.get(messageId)?.record?.noteConnection(type, this.#store.clock.now());
  }

  /** The reader's next words are on their way. */
  noteSent(): void {
    this.#report(this.#interrupts.settle(this.#store.clock.now()));
  }

  noteInterrupt(facts: InterruptFacts): void {
    this.#interrupts.note(facts);
  }

  noteCommand(command: RunCommand): void {
    if (command.command !== "decide") return;
    const isApproved = command.items.some((item) => item.decision === "approve");
    const diagnostic = this.#approvals.decide(command.approval, isApproved, this.#store.clock.now());
    if (diagnostic !== null) this.#options.onDiagnostic?.(diagnostic);
  }

  showApproval(approvalId: string): void {
    this.#approvals.show(approvalId, this.#store.clock.now());
  }

  leave(by: "hidden" | "navigated"): void {
    if (this.#newest?.hasEnded === false) this.#newest.record?.leave(this.#store.clock.now(), by, this.#painted.hasView);
    if (by === "navigated") this.#report(this.#interrupts.settle(null));
  }

  return(): void {
    this.#newest?.record?.return();
  }

  metricsOf(messageId: string): RunMetrics | null {
    return this.#answers.get(messageId)?.metrics ?? null;
  }

  approvals(): ApprovalHealth {
    return this.#approvals.health();
  }

  #report(interrupt: Interrupt | null): void {
    if (interrupt !== null) this.#options.onInterrupt?.(interrupt);
  }
}

/** Reasoning is not an answer, however much of it is shown. */
function showsAnswer(message: AssistantMessage, painted: PaintedLengths): boolean {
  return message.parts.some(
    (part) => part.type === "text" && part.kind !== "reasoning" && part.spans.some((span) => (painted.get(span.id) ?? 0) > 0),
  );
}
