import {
  createEventFactory,
  lengthOf,
  limitsOf,
  messageTooLarge,
  type Cause,
  type DecodeContext,
  type Diagnostic,
  type Effects,
  type EventFactory,
  type EventPayload,
  type Limits,
  type RunEnd,
  type RunPhase,
  type UnknownEvent,
  type UnsayErrorData,
  type UnsayEvent,
} from "../../protocol/index.js";
import { createId } from "./ids.js";

export type Ending =
  | { readonly outcome: "complete" }
  | { readonly outcome: "awaiting-approval"; readonly approvals: readonly string[] }
  | { readonly outcome: "truncated"; readonly cause: Cause; readonly error?: UnsayErrorData };

/** What the end of a run has to say about its calls. */
export interface CallsAtEnd {
  effects(): Effects;
  lastWords(): readonly EventPayload[];
}

/** Different types a wire may invent before they are no longer told apart. */
const MAX_UNKNOWN_TYPES = 50;

/**
 * Numbers the events of one run and ends it once. A damaged run never ends `complete`, whatever the wire says later.
 *
 * An ending that was stated but may still be overtaken (usage, another step) is planned: it comes true when the wire
 * or the body ends, and new content takes it back. What can't be read after a whole answer was stated is counted and
 * does it no harm, unless the answer goes on after all.
 */
export class RunWriter {
  readonly wire: string;
  readonly limits: Limits;
  readonly #context: DecodeContext;
  #ids: { readonly thread: string; readonly run: string; readonly message: string };
  #factory: EventFactory;
  readonly #calls: CallsAtEnd;
  readonly #unknownTypes = new Map<string, number>();
  #out: UnsayEvent[] = [];
  #isOpen = false;
  #isEnded = false;
  #phase: RunPhase | null = null;
  #plan: Ending | null = null;
  #damage: string | null = null;
  /** Damage after a whole answer was stated. */
  #lateDamage: string | null = null;
  #isRelaying = false;
  #length = 0;

  constructor(wire: string, context: DecodeContext, calls: CallsAtEnd) {
    this.wire = wire;
    this.limits = limitsOf(context.limits);
    this.#context = context;
    this.#ids = {
      thread: context.thread ?? createId("thread"),
      run: context.run ?? createId("run"),
      message: context.message ?? createId("message"),
    };
    this.#factory = createEventFactory(this.#ids);
    this.#calls = calls;
  }

  get id(): string {
    return this.#ids.run;
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  get planned(): Ending | null {
    return this.#plan;
  }

  take(): UnsayEvent[] {
    const events = this.#out;
    this.#out = [];
    return events;
  }

  open(model?: string): void {
    if (this.#isOpen) return;
    this.#isOpen = true;
    this.#out.push(this.#factory.make(openPayload(model)));
  }

  write(payload: EventPayload): void {
    if (this.#isEnded) return;
    this.open();
    if (this.#isWithinLength(payload)) this.#out.push(this.#factory.make(payload));
  }

  #isWithinLength(payload: EventPayload | UnknownEvent): boolean {
    this.#length += lengthOf(payload);
    if (this.#length <= this.limits.messageLength) return true;
    this.exceed(messageTooLarge(this.limits));
    return false;
  }

  /**
   * An event that the server made and numbered itself goes out as it came; what this writer still has to say goes on
   * under the server's ids.
   */
  relay(event: UnsayEvent): void {
    if (this.#isEnded) return;
    if (this.#damage !== null && event.type === "run.end" && event.outcome !== "truncated") return this.breakOff(this.#damage);
    if (!this.#isWithinLength(event)) return;
    this.#out.push(this.#isRelaying ? event : this.#asSuccessor(event));
    this.#isRelaying = true;
    this.#isOpen = true;
    this.#isEnded = event.type === "run.end";
    if (event.seq !== null) this.#continueAfter(event, event.seq);
  }

  /** The carrier's own start was told as a run before the server named its own. */
  #asSuccessor(event: UnsayEvent): UnsayEvent {
    return this.#isOpen && event.type === "run.open" && event.run !== this.id ? { parent: this.id, ...event } : event;
  }

  #continueAfter({ thread, run, message }: UnsayEvent, seq: number): void {
    this.#ids = { thread, run, message };
    this.#factory = createEventFactory(this.#ids, seq + 1);
  }

  enterPhase(phase: RunPhase, call?: string): void {
    if (phase === this.#phase && call === undefined) return;
    this.#phase = phase;
    this.write({ type: "run.phase", phase, ...(call === undefined ? {} : { call }) });
  }

  beat(): void {
    if (this.#isOpen) this.write({ type: "run.heartbeat", last: this.#factory.nextSeq - 1, phase: this.#phase ?? "thinking" });
  }

  /** Something could not be read: what is shown may not be all that was said. */
  markDamaged(message: string): void {
    if (this.#isWhole) this.#lateDamage ??= message;
    else this.#damage ??= message;
    this.report({ code: "adapter.bad-event", wire: this.wire, message });
  }

  plan(ending: Ending): void {
    this.#plan = ending;
  }

  unplan(): void {
    this.#plan = null;
    this.#damage ??= this.#lateDamage;
  }

  /** The wire has nothing more to say: the planned ending comes true. */
  settlePlan(): void {
    if (this.#plan !== null) this.end(this.#plan);
    else this.report({ code: "adapter.no-terminal-event", wire: this.wire });
  }

  end(ending: Ending): void {
    if (this.#damage !== null && ending.outcome !== "truncated") return this.breakOff(this.#damage);
    for (const payload of this.#lastPayloads(ending)) this.write(payload);
    this.#isEnded = true;
  }

  fail(error: UnsayErrorData): void {
    this.end({ outcome: "truncated", cause: "failed", error });
  }

  /** An event that is no event: text may have been in it, so nothing more is read, unless all text had been stated. */
  breakOffUnlessWhole(message: string): void {
    if (this.#isWhole) this.markDamaged(message);
    else this.breakOff(message);
  }

  get #isWhole(): boolean {
    return this.#plan?.outcome === "complete";
  }

  /** Text may be missing from here on, so nothing more is read. */
  breakOff(message: string): void {
    this.#breakOffAs(corrupt(this.#named(message)));
  }

  /** More came than this client reads of one answer: nothing after it is. */
  exceed(error: UnsayErrorData): void {
    this.#breakOffAs({ outcome: "truncated", cause: "failed", error });
  }

  #breakOffAs(ending: Ending): void {
    if (this.#isEnded) return;
    this.open();
    this.#out.push(this.#factory.make(this.#endPayload(ending), { local: true }));
    this.#isEnded = true;
  }

  /**
   * What the stream amounts to if the body ended here. Takes no numbers, so it may be asked at any time. `rest` is what
   * came and was held back until its meaning were known.
   */
  endOfBody(statedError?: UnsayErrorData, rest: readonly EventPayload[] = []): UnsayEvent[] {
    if (this.#isEnded) return [];
    const factory = createEventFactory(this.#ids, this.#factory.nextSeq);
    const { ending, isStated } = this.#endingOfBody(statedError);
    const mark = isStated ? {} : { local: true as const };
    const opening = this.#isOpen ? [] : [openPayload()];
    const closing = isStated ? this.#lastPayloads(ending) : [this.#endPayload(ending)];
    const markOfRest = rest.length === 0 ? mark : {};
    return [
      ...[...opening, ...rest].map((payload) => factory.make(payload, markOfRest)),
      ...closing.map((payload) => factory.make(payload, mark)),
    ];
  }

  #endingOfBody(statedError: UnsayErrorData | undefined): { readonly ending: Ending; readonly isStated: boolean } {
    if (statedError !== undefined) return { ending: { outcome: "truncated", cause: "failed", error: statedError }, isStated: true };
    if (this.#plan?.outcome === "truncated") return { ending: this.#plan, isStated: true };
    if (this.#damage !== null) return { ending: corrupt(this.#named(this.#damage)), isStated: false };
    if (this.#plan !== null) return { ending: this.#plan, isStated: true };
    const foreign = this.#isOpen ? [] : this.#foreignTypes();
    return { ending: foreign.length === 0 ? DISCONNECTED : corrupt(this.#named(`Found only ${foreign.join(", ")}.`)), isStated: false };
  }

  /** Where nothing was understood of a body it is probably another wire's, so it is said whose was expected. */
  #named(message: string): string {
    return this.#isOpen ? message : `Expected a stream of ${this.wire}. ${message}`;
  }

  /** A few of the types that the wire does not have. The end of a transport belongs to none. */
  #foreignTypes(): readonly string[] {
    const types = [...this.#unknownTypes.keys()].filter((type) => type !== "[DONE]");
    return types.slice(0, 3).map((type) => JSON.stringify(type.slice(0, 40)));
  }

  #lastPayloads(ending: Ending): readonly EventPayload[] {
    const end = this.#endPayload(ending);
    return ending.outcome === "awaiting-approval" ? [end] : [...this.#calls.lastWords(), end];
  }

  #endPayload(ending: Ending): RunEnd {
    const effects = this.#calls.effects();
    if (ending.outcome === "truncated") return { type: "run.end", resumable: false, effects, ...ending };
    return { type: "run.end", effects, ...ending };
  }

  report(diagnostic: Diagnostic): void {
    this.#context.onDiagnostic?.(diagnostic);
  }

  reportUnknown(type: string): void {
    const name = this.#unknownTypes.has(type) || this.#unknownTypes.size < MAX_UNKNOWN_TYPES ? type : "(others)";
    const count = (this.#unknownTypes.get(name) ?? 0) + 1;
    this.#unknownTypes.set(name, count);
    this.report({ code: "protocol.unknown-event", type: name, count });
  }

  reportReason(raw: string, mapped: string): void {
    this.report({ code: "adapter.raw-reason", wire: this.wire, raw, mapped });
  }
}

function openPayload(model?: string): EventPayload {
  return { type: "run.open", caps: {}, heartbeatMs: null, ttlMs: null, ...(model === undefined ? {} : { model }) };
}

function corrupt(message: string): Ending {
  return {
    outcome: "truncated",
    cause: "corrupt",
    error: {
      code: "stream-corrupt",
      message,
      retryable: true,
      userMessage: "Unreadable data arrived, so parts of the answer may be missing.",
    },
  };
}

const DISCONNECTED: Ending = {
  outcome: "truncated",
  cause: "disconnected",
  error: {
    code: "stream-eof",
    message: "The response body ended, but the wire never said how the answer ended.",
    retryable: true,
    userMessage: "The connection ended before the answer did.",
  },
};
