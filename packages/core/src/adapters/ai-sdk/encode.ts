import type { EventOf, RunEnd, UnsayEvent } from "../../protocol/index.js";
import { CarriedAnswer, type CarriedCall, type CarriedEntry, type CarriedText, type TextChange } from "../shared/profile-answer.js";
import { statedEnd } from "../shared/profile-ending.js";
import { wordOfCause } from "../shared/profile-words.js";
import { objectOf, stringOf } from "../shared/fields.js";
import { RETRACTED_WORD, type UnsayStatusRecord, type UnsayUIChunk } from "./chunks.js";
import { argsChunk, chunksOfCall, decisionChunks, readyChunks, requestChunks, resultChunks, startChunk } from "./encode-call.js";

/** Writes one answer as chunks of a foreign carrier. Pure: it keeps no clock and no connection. */
export interface AiSdkEncoder {
  /** Chunks to send for one event of the run, in order. After the end of the run nothing more is sent. */
  push(event: UnsayEvent): readonly UnsayUIChunk[];
  /** Chunks to send when no more events come: without a `run.end` the reader is told of a lost connection. */
  end(): readonly UnsayUIChunk[];
}

export interface AiSdkEncoderOptions {
  /** Events of earlier runs of the same answer: what they said is known here, and no longer to be taken back. */
  readonly before?: readonly UnsayEvent[];
}

/**
 * Unsay's events over a UI message stream of the AI SDK. Each event travels as a transient `data-unsay` part; beside it
 * stands what a reader that does not know Unsay may see. Such a reader is left with an error at every end but a complete
 * one, and without text that was withdrawn. Events that come after `run.end` have to be read from the events route.
 */
export function createAiSdkEncoder(options: AiSdkEncoderOptions = {}): AiSdkEncoder {
  const writer = new UIStreamWriter(options.before ?? []);
  return { push: (event) => writer.push(event), end: () => writer.end() };
}

class UIStreamWriter {
  readonly #answer = new CarriedAnswer();
  #out: UnsayUIChunk[] = [];
  /** What stands in the step that is open, so that it can be sent again. */
  #step: Set<CarriedEntry> | null = null;
  #stepName: string | undefined;
  #nextStep: string | undefined;
  #last: UnsayEvent | null = null;
  #isEnded = false;

  constructor(before: readonly UnsayEvent[]) {
    for (const event of before) this.#apply(event);
    this.#out = [];
    this.#step = null;
    this.#isEnded = false;
  }

  push(event: UnsayEvent): readonly UnsayUIChunk[] {
    if (this.#isEnded) return [];
    const isFirst = this.#last === null;
    this.#last = event;
    if (event.type === "run.end") this.#end(event);
    else {
      this.#writeEvent(event);
      if (isFirst) this.#start(event);
      this.#apply(event);
    }
    return this.#take();
  }

  end(): readonly UnsayUIChunk[] {
    if (this.#isEnded) return [];
    if (this.#last !== null) this.#writeStatus(this.#last, { status: "truncated", cause: "disconnected" });
    this.#fail(`unsay:${wordOfCause("disconnected")}`);
    return this.#take();
  }

  #take(): readonly UnsayUIChunk[] {
    const chunks = this.#out;
    this.#out = [];
    return chunks;
  }

  /** Before `start`, so that no reader takes the carrier's own start for the run. */
  #writeEvent(event: UnsayEvent): void {
    this.#out.push({ type: "data-unsay", transient: true, data: event });
  }

  /** Before the first step, where no reset removes it. */
  #start(event: UnsayEvent): void {
    this.#out.push({ type: "start", messageId: event.message });
    this.#writeStatus(event, { status: "streaming" });
  }

  #writeStatus(event: UnsayEvent, status: Omit<UnsayStatusRecord, "run">): void {
    this.#out.push({ type: "data-unsay-status", id: event.message, data: { run: event.run, ...status } });
  }

  #apply(event: UnsayEvent): void {
    switch (event.type) {
      case "run.open":
        return this.#answer.declare(event.caps);
      case "part.open":
        return this.#openPart(event);
      case "part.close":
        return this.#closePart(event.part);
      case "span.append":
        return this.#append(this.#answer.append(event));
      case "span.settle":
        return this.#write(this.#answer.settle(event));
      case "span.drop":
        return this.#answer.drop(event);
      case "span.revise":
        return this.#write(this.#answer.revise(event));
      case "span.retract":
        return this.#write(this.#answer.retract(event));
      default:
        return this.#applyToCall(event);
    }
  }

  #applyToCall(event: UnsayEvent): void {
    switch (event.type) {
      case "tool.propose":
        return this.#propose(this.#answer.propose(event));
      case "tool.args":
        return this.#tell(this.#answer.appendArgs(event), (call) => [argsChunk(call, event.delta)]);
      case "tool.ready":
        return this.#makeReady(this.#answer.ready(event));
      case "approval.request":
        for (const call of this.#answer.ask(event)) this.#tell(call, requestChunks);
        return;
      case "approval.decision":
        for (const call of this.#answer.decide(event.approval, event.items)) this.#tell(call, decisionChunks);
        return;
      case "tool.result":
        return this.#tell(this.#answer.finish(event), resultChunks);
      default:
        return;
    }
  }

  #openPart(event: EventOf<"part.open">): void {
    const entry = this.#answer.openPart(event);
    this.#nextStep = event.step ?? this.#nextStep;
    if (entry?.type !== "value") return;
    this.#enter(entry);
    this.#out.push(...chunksOfValue(entry));
  }

  #closePart(id: string): void {
    const entry = this.#answer.closePart(id);
    if (entry !== null && entry.sent !== "") this.#out.push(endChunk(entry));
  }

  #propose(call: CarriedCall | null): void {
    if (call === null) return;
    this.#enter(call);
    this.#out.push(startChunk(call));
  }

  #tell(call: CarriedCall | null, tell: (call: CarriedCall) => readonly UnsayUIChunk[]): void {
    if (call !== null) this.#out.push(...tell(call));
  }

  /** The input of a call in an earlier step can't be told any more: the carrier would show a second call. */
  #makeReady(call: CarriedCall | null): void {
    if (call === null) return;
    if (this.#step?.has(call) !== true) return this.#fail(RETRACTED_WORD);
    this.#out.push(...readyChunks(call));
    if (call.runsOn === "client") this.#nextStep = `after ${call.id}`;
  }

  #append(change: TextChange | null): void {
    if (change !== null) this.#write([change]);
  }

  #write(changes: readonly TextChange[]): void {
    for (const change of changes) if (isNew(change)) this.#enter(change.entry);
    if (!changes.every((change) => this.#canGrow(change))) return this.#rewrite(changes.map(({ entry }) => entry));
    for (const change of changes) {
      const { entry, grown } = change;
      this.#out.push(...(grown === null || isNew(change) ? chunksOf(entry) : [deltaChunk(entry, grown)]));
    }
  }

  /** A closed text takes no more, and one that appears now would stand behind what the answer has after it. */
  #canGrow(change: TextChange): boolean {
    const { entry, grown } = change;
    if (grown === null || this.#step?.has(entry) !== true) return false;
    if (!isNew(change)) return !entry.isClosed;
    return this.#answer.entries.slice(this.#answer.entries.indexOf(entry) + 1).every((other) => !isTold(other));
  }

  #rewrite(entries: readonly CarriedText[]): void {
    if (!this.#canResend(entries)) return this.#fail(RETRACTED_WORD);
    this.#resend();
  }

  #resend(): void {
    this.#out.push({ type: "reset-step" });
    for (const entry of this.#answer.entries) if (this.#step?.has(entry) === true) this.#out.push(...chunksOf(entry));
  }

  /** What stood before the open step can't be taken back; and with a call of the page its result would get lost. */
  #canResend(entries: readonly CarriedText[]): boolean {
    const step = this.#step;
    if (step === null || entries.some((entry) => !step.has(entry))) return false;
    return ![...step].some((entry) => entry.type === "call" && entry.runsOn === "client" && entry.args !== null);
  }

  /** A new step begins where the answer names one, unless something of the old one is still on its way. */
  #enter(entry: CarriedEntry): void {
    if (this.#step === null || (this.#nextStep !== this.#stepName && this.#isStepDone(entry))) this.#startStep();
    this.#step?.add(entry);
  }

  #isStepDone(next: CarriedEntry): boolean {
    if (this.#answer.hasDrafts || this.#answer.openTexts.some((entry) => entry !== next)) return false;
    return ![...(this.#step ?? [])].some((entry) => entry.type === "call" && entry.args === null && entry.result === null);
  }

  #startStep(): void {
    if (this.#step !== null) this.#out.push({ type: "finish-step" });
    this.#out.push({ type: "start-step" });
    this.#step = new Set();
    this.#stepName = this.#nextStep;
  }

  #end(event: EventOf<"run.end">): void {
    const end = statedEnd(event, this.#answer);
    if (end.outcome === "truncated" && end.cause === "withheld") this.#withhold();
    if (end.outcome !== "truncated") this.#finishStep();
    this.#writeEvent(event);
    this.#writeStatus(event, statusOf(end, this.#answer.isRevised));
    if (end.outcome === "truncated") return this.#fail(`unsay:${wordOfCause(end.cause)}`);
    this.#out.push({ type: "finish", finishReason: end.outcome === "complete" ? "stop" : "tool-calls" });
    this.#isEnded = true;
  }

  /** What stands in earlier steps stays: the error that follows says that it is no answer. */
  #withhold(): void {
    if (this.#answer.withhold().some(({ entry }) => this.#step?.has(entry) === true)) this.#resend();
  }

  #finishStep(): void {
    for (const entry of this.#answer.openTexts) this.#closePart(entry.id);
    if (this.#step !== null) this.#out.push({ type: "finish-step" });
  }

  #fail(errorText: string): void {
    this.#out.push({ type: "error", errorText });
    this.#isEnded = true;
  }
}

function statusOf(end: RunEnd, isRevised: boolean): Omit<UnsayStatusRecord, "run"> {
  if (end.outcome !== "truncated") return { status: end.outcome === "complete" && isRevised ? "revised" : end.outcome };
  const { cause, resumable, error } = end;
  return { status: "truncated", cause, resumable, ...(error === undefined ? {} : { error }) };
}

function isNew({ entry, grown }: TextChange): boolean {
  return grown === entry.sent;
}

function isTold(entry: CarriedEntry): boolean {
  return entry.type !== "text" || entry.sent !== "";
}

function chunksOf(entry: CarriedEntry): readonly UnsayUIChunk[] {
  if (entry.type === "call") return chunksOfCall(entry);
  if (entry.type === "value") return chunksOfValue(entry);
  if (entry.sent === "") return [];
  const text = [startTextChunk(entry), deltaChunk(entry, entry.sent)];
  return entry.isClosed ? [...text, endChunk(entry)] : text;
}

function startTextChunk({ id, kind }: CarriedText): UnsayUIChunk {
  return kind === "reasoning" ? { type: "reasoning-start", id } : { type: "text-start", id };
}

function deltaChunk({ id, kind }: CarriedText, delta: string): UnsayUIChunk {
  return kind === "reasoning" ? { type: "reasoning-delta", id, delta } : { type: "text-delta", id, delta };
}

function endChunk({ id, kind }: CarriedText): UnsayUIChunk {
  return kind === "reasoning" ? { type: "reasoning-end", id } : { type: "text-end", id };
}

/** What the carrier has a part for goes out as that; any other value as data. */
function chunksOfValue(entry: Extract<CarriedEntry, { type: "value" }>): readonly UnsayUIChunk[] {
  const { url, title, mediaType } = objectOf(entry.value);
  const name = stringOf(title);
  if (entry.kind === "source" && typeof url === "string") {
    return [{ type: "source-url", sourceId: entry.id, url, ...(name === undefined ? {} : { title: name }) }];
  }
  if (entry.kind === "file" && typeof url === "string" && typeof mediaType === "string") return [{ type: "file", url, mediaType }];
  return [{ type: "data-unsay-value", id: entry.id, data: entry.value ?? null }];
}
