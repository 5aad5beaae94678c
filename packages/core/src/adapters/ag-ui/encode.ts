import type { EventOf, RunEnd, UnsayEvent } from "../../protocol/index.js";
import { CarriedAnswer, type CarriedCall, type CarriedEntry, type CarriedText, type TextChange } from "../shared/profile-answer.js";
import { statedEnd } from "../shared/profile-ending.js";
import { wordOfCause } from "../shared/profile-words.js";
import { argsOf, idOfCall, idOfResult, idOfText, idsOf, messagesOf, resultText } from "./encode-messages.js";
import type { AgUiMessage, AgUiOutcome, UnsayAgUiEvent } from "./events.js";

/** Writes one answer as events of AG-UI. Pure: it keeps no clock and no connection. */
export interface AgUiEncoder {
  /** Events to send for one event of the run, in order. After the end of the run nothing more is sent. */
  push(event: UnsayEvent): readonly UnsayAgUiEvent[];
  /** Events to send when no more come: without a `run.end` the reader is told of a lost connection. */
  end(): readonly UnsayAgUiEvent[];
}

export interface AgUiEncoderOptions {
  /**
   * The thread before this answer (`RunAgentInput.messages`). A correction sends a snapshot of the whole thread, and what
   * is missing in it vanishes from the reader's list.
   */
  readonly history: readonly AgUiMessage[];
  /** Events of earlier runs of the same answer, so that what they said can be corrected in this one. */
  readonly before?: readonly UnsayEvent[];
}

/**
 * Unsay's events over AG-UI. Each event travels as `CUSTOM` of the name `unsay`; beside it stands what a reader that does
 * not know Unsay may see. Such a reader is left with an error at every end but a complete one, and without text that was
 * withdrawn. Events that come after `run.end` have to be read from the events route.
 */
export function createAgUiEncoder(options: AgUiEncoderOptions): AgUiEncoder {
  const writer = new AgUiWriter(options);
  return { push: (event) => writer.push(event), end: () => writer.end() };
}

class AgUiWriter {
  readonly #history: readonly AgUiMessage[];
  readonly #answer = new CarriedAnswer();
  readonly #started = new Set<CarriedText>();
  readonly #asked = new Map<string, readonly CarriedCall[]>();
  #out: UnsayAgUiEvent[] = [];
  #last: UnsayEvent | null = null;
  #isEnded = false;

  constructor({ history, before = [] }: AgUiEncoderOptions) {
    this.#history = history;
    for (const event of before) this.#apply(event, event.message);
    this.#take();
  }

  push(event: UnsayEvent): readonly UnsayAgUiEvent[] {
    if (this.#isEnded) return [];
    // No event may come before it.
    if (this.#last === null) this.#out.push(startOf(event));
    this.#last = event;
    if (event.type === "run.end") this.#end(event);
    else {
      this.#writeEvent(event);
      this.#apply(event, event.message);
    }
    return this.#take();
  }

  end(): readonly UnsayAgUiEvent[] {
    if (!this.#isEnded) this.#fail("disconnected", "The answer was cut off before its end.");
    return this.#take();
  }

  #take(): readonly UnsayAgUiEvent[] {
    const events = this.#out;
    this.#out = [];
    return events;
  }

  #writeEvent(event: UnsayEvent): void {
    this.#out.push({ type: "CUSTOM", name: "unsay", value: event });
  }

  #apply(event: UnsayEvent, message: string): void {
    switch (event.type) {
      case "run.open":
        return this.#answer.declare(event.caps);
      case "part.open":
        this.#answer.openPart(event);
        return;
      case "part.close":
        return this.#close(this.#answer.closePart(event.part), message);
      case "span.append":
        return this.#append(this.#answer.append(event), message);
      case "span.settle":
        return this.#write(this.#answer.settle(event), message);
      case "span.drop":
        return this.#answer.drop(event);
      case "span.revise":
        return this.#write(this.#answer.revise(event), message);
      case "span.retract":
        return this.#write(this.#answer.retract(event), message);
      default:
        return this.#applyToCall(event, message);
    }
  }

  #applyToCall(event: UnsayEvent, message: string): void {
    switch (event.type) {
      case "tool.propose":
        this.#answer.propose(event);
        return;
      case "tool.args":
        this.#answer.appendArgs(event);
        return;
      case "tool.ready":
        return this.#makeReady(event, message);
      case "approval.request":
        this.#asked.set(event.approval, this.#answer.ask(event));
        return;
      case "approval.decision":
        this.#asked.delete(event.approval);
        this.#answer.decide(event.approval, event.items);
        return;
      case "tool.result":
        return this.#writeResult(this.#answer.finish(event), message);
      default:
        return;
    }
  }

  #append(change: TextChange | null, message: string): void {
    if (change !== null) this.#write([change], message);
  }

  #write(changes: readonly TextChange[], message: string): void {
    if (!changes.every((change) => this.#canGrow(change))) {
      const newcomers = changes.map(({ entry }) => entry).filter((entry) => !this.#isTold(entry));
      for (const { entry } of changes) if (entry.isClosed) this.#started.add(entry);
      return this.#writeSnapshot(message, newcomers);
    }
    for (const { entry, grown } of changes) this.#grow(entry, grown ?? "", message);
  }

  /** A closed text takes no more, and one that appears now would stand behind what the answer has after it. */
  #canGrow({ entry, grown }: TextChange): boolean {
    if (grown === null || entry.isClosed) return false;
    if (this.#started.has(entry)) return true;
    return this.#answer.entries.slice(this.#answer.entries.indexOf(entry) + 1).every((other) => !this.#isTold(other));
  }

  #isTold(entry: CarriedEntry): boolean {
    if (entry.type === "text") return this.#started.has(entry);
    return entry.type === "call" && entry.args !== null;
  }

  #grow(entry: CarriedText, delta: string, message: string): void {
    const messageId = idOfText(message, entry);
    if (!this.#started.has(entry)) this.#start(entry, messageId);
    this.#out.push({ type: entry.kind === "reasoning" ? "REASONING_MESSAGE_CONTENT" : "TEXT_MESSAGE_CONTENT", messageId, delta });
  }

  #start(entry: CarriedText, messageId: string): void {
    this.#started.add(entry);
    if (entry.kind !== "reasoning") this.#out.push({ type: "TEXT_MESSAGE_START", messageId, role: "assistant" });
    else this.#out.push({ type: "REASONING_START", messageId }, { type: "REASONING_MESSAGE_START", messageId, role: "reasoning" });
  }

  #close(entry: CarriedText | null, message: string): void {
    if (entry === null || !this.#started.has(entry)) return;
    const messageId = idOfText(message, entry);
    if (entry.kind !== "reasoning") this.#out.push({ type: "TEXT_MESSAGE_END", messageId });
    else this.#out.push({ type: "REASONING_MESSAGE_END", messageId }, { type: "REASONING_END", messageId });
  }

  /**
   * The whole thread as it is now. Clients keep the order in which messages came, so what appears in the midst makes room
   * for itself first. An open text is started where it was not, so that it may go on.
   */
  #writeSnapshot(message: string, newcomers: readonly CarriedEntry[] = []): void {
    const { entries } = this.#answer;
    const end = Math.min(...newcomers.map((entry) => entries.indexOf(entry) + 1), entries.length);
    if (entries.slice(end).some((entry) => this.#isTold(entry))) this.#snapshot(message, entries.slice(0, end));
    for (const entry of this.#answer.openTexts) if (!this.#started.has(entry)) this.#start(entry, idOfText(message, entry));
    this.#snapshot(message, entries);
  }

  #snapshot(message: string, entries: readonly CarriedEntry[]): void {
    const own = idsOf(message, this.#answer.entries);
    const before = this.#history.filter(({ id }) => !own.has(id));
    this.#out.push({ type: "MESSAGES_SNAPSHOT", messages: [...before, ...messagesOf(message, entries, this.#started)] });
  }

  /** A call is told when its arguments are whole: some clients run what was only begun. */
  #makeReady(event: EventOf<"tool.ready">, message: string): void {
    const isKnown = this.#answer.callOf(event.call)?.args !== null;
    const call = this.#answer.ready(event);
    if (call === null) return;
    if (isKnown || this.#isFollowed(call)) return this.#writeSnapshot(message, isKnown ? [] : [call]);
    const { id: toolCallId, name: toolCallName } = call;
    this.#out.push(
      { type: "TOOL_CALL_START", toolCallId, toolCallName, parentMessageId: idOfCall(message, call) },
      { type: "TOOL_CALL_ARGS", toolCallId, delta: argsOf(call) },
      { type: "TOOL_CALL_END", toolCallId },
    );
  }

  #isFollowed(call: CarriedCall): boolean {
    return this.#answer.entries.slice(this.#answer.entries.indexOf(call) + 1).some((entry) => this.#isTold(entry));
  }

  #writeResult(call: CarriedCall | null, message: string): void {
    if (call === null || call.args === null || call.result === null) return;
    const messageId = idOfResult(message, call);
    this.#out.push({ type: "TOOL_CALL_RESULT", messageId, toolCallId: call.id, content: resultText(call.result), role: "tool" });
  }

  #end(event: EventOf<"run.end">): void {
    const end = statedEnd(event, this.#answer);
    if (end.outcome === "truncated" && end.cause === "withheld" && this.#answer.withhold().length > 0) this.#writeSnapshot(event.message);
    if (end.outcome !== "truncated") for (const entry of this.#started) if (!entry.isClosed) this.#close(entry, event.message);
    this.#writeEvent(event);
    if (end.outcome === "truncated") return this.#fail(end.cause, messageOf(end));
    this.#out.push({ type: "RUN_FINISHED", threadId: event.thread, runId: event.run, outcome: this.#outcomeOf(end) });
    this.#isEnded = true;
  }

  /** Named empty, since a client would take every call without a result for one that it has to run. */
  #outcomeOf(end: Exclude<RunEnd, { outcome: "truncated" }>): AgUiOutcome {
    if (end.outcome === "complete") return { type: "success", pendingToolCallIds: [] };
    const calls = end.approvals.flatMap((approval) => this.#asked.get(approval) ?? []);
    const interrupts = calls.map((call) => ({ id: call.approval?.id ?? call.id, reason: "tool_call" as const, toolCallId: call.id }));
    return { type: "interrupt", interrupts };
  }

  #fail(cause: Parameters<typeof wordOfCause>[0], message: string): void {
    this.#out.push({ type: "RUN_ERROR", message, code: wordOfCause(cause) });
    this.#isEnded = true;
  }
}

function startOf(event: UnsayEvent): UnsayAgUiEvent {
  return { type: "RUN_STARTED", threadId: event.thread, runId: event.run, metadata: { unsay: { v: 1 } } };
}

function messageOf(end: Extract<RunEnd, { outcome: "truncated" }>): string {
  return end.error?.userMessage ?? end.error?.message ?? `The answer is not complete: ${end.cause}.`;
}
