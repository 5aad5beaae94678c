import type { EventOf, ToolEffect, UnsayEvent } from "../protocol/index.js";
import type { AssistantMessage, StopRecord, ToolCallStatus } from "../message/index.js";
import { clip } from "./clip.js";
import type { DurationBucket } from "./duration-histogram.js";
import type { Gap } from "./gap-watch.js";
import type { RunMetrics } from "./metrics.js";
import { outcomeOf, type Outcome } from "./outcome.js";
import type { UsageView } from "./usage.js";

interface At {
  /** Ms since the request left, on this client's clock. */
  readonly at: number;
}
interface Interval extends At {
  /** `null` when the answer ended first. */
  readonly ms: number | null;
}

/** One thing that happened to an answer. Marks carry names, ids and figures, never text of the answer or arguments. */
export type TraceMark =
  | (At & { readonly type: "open"; readonly run: string })
  | (At & { readonly type: "first-reasoning" | "first-answer" | "first-paint" | "connection-lost" | "connection-resumed" })
  | (Interval & { readonly type: "stall" })
  | (Interval & { readonly type: "hold"; readonly part: string; readonly why: string; readonly isExpired: boolean })
  | (Interval & {
      readonly type: "tool";
      readonly call: string;
      readonly name: string;
      readonly effect: ToolEffect;
      readonly attempt: number;
      readonly outcome: ToolCallStatus | null;
      readonly code: string | null;
    })
  | (At & { readonly type: "revision"; readonly spans: number; readonly isInferred: boolean })
  | (At & { readonly type: "retraction"; readonly spans: number | "all"; readonly isExpunged: boolean })
  | (At & { readonly type: "loop"; readonly repeats: number })
  | (At & { readonly type: "repeated-failure"; readonly name: string; readonly code: string; readonly times: number })
  | (At & { readonly type: "stop-pressed"; readonly intent: StopRecord["intent"] })
  | (At & { readonly type: "stop-acknowledged"; readonly upstream: string })
  | (At & { readonly type: "left"; readonly by: "hidden" | "navigated" })
  | (At & { readonly type: "end" } & Outcome)
  | (At & { readonly type: "amended" } & Outcome);

/** All that this client measured of one run, as plain JSON of bounded size and without a word of the answer. */
export interface StreamTrace {
  readonly v: 1;
  readonly thread: string;
  readonly message: string;
  /** The run that spoke last; `null` where none opened. */
  readonly run: string | null;
  readonly model: string | null;
  /** Epoch ms when the request left, for placing the marks in a day. */
  readonly startedAt: number;
  readonly durationMs: number;
  /** Ordered by `at`. */
  readonly marks: readonly TraceMark[];
  /** Marks that were not kept because there were too many. */
  readonly droppedMarks: number;
  /** Unexplained silences between two pieces of content, by length. */
  readonly gaps: readonly DurationBucket[];
  readonly revisions: number;
  readonly outcome: Outcome;
  readonly metrics: RunMetrics;
  readonly usage: UsageView;
  /** The server's record has changed the end that an earlier trace told of. */
  readonly amended: boolean;
}

/** Marks that are kept of one run; the end always is. */
export const MAX_MARKS = 500;

type Open<T extends TraceMark["type"]> = { -readonly [K in keyof Extract<TraceMark, { type: T }>]: Extract<TraceMark, { type: T }>[K] };

/** Writes down what happened, in bounded memory. An event costs the same whatever came before it. */
export class TraceRecorder {
  readonly #startedAt: number;
  readonly #marks: TraceMark[] = [];
  readonly #tools: Open<"tool">[] = [];
  readonly #running = new Map<string, Open<"tool">>();
  readonly #proposed = new Map<string, { readonly name: string; readonly effect: ToolEffect }>();
  readonly #holds = new Map<string, Open<"hold">>();
  #dropped = 0;

  constructor(startedAt: number) {
    this.#startedAt = startedAt;
  }

  get dropped(): number {
    return this.#dropped;
  }

  /** In the order of time: an interval stands where it began. */
  marks(): readonly TraceMark[] {
    return this.#marks.map((mark) => ({ ...mark })).toSorted((a, b) => a.at - b.at);
  }

  add(mark: TraceMark): boolean {
    if (this.#marks.length >= MAX_MARKS) {
      this.#dropped += 1;
      return false;
    }
    this.#marks.push(mark);
    return true;
  }

  at(now: number): number {
    return now - this.#startedAt;
  }

  observe(event: UnsayEvent, now: number): void {
    const at = this.at(now);
    switch (event.type) {
      case "run.open":
        this.add({ type: "open", at, run: clip(event.run) });
        return;
      case "hold":
        return this.#openHold({ type: "hold", at, ms: null, part: clip(event.part), why: event.why, isExpired: false });
      case "span.append":
        return this.#closeHold(event.part, at, false);
      case "span.revise":
        this.add({ type: "revision", at, spans: event.spans.length, isInferred: event.inferred === true });
        return;
      case "span.retract":
        this.#closeHolds(at);
        this.add({
          type: "retraction",
          at,
          spans: event.spans === "all" ? "all" : event.spans.length,
          isExpunged: event.expunge,
        });
        return;
      case "tool.propose":
        return this.#notePropose(event);
      case "tool.start":
        return this.#openCall(event.call, event.attempt, at);
      case "tool.result":
        return this.#closeCall(event.call, at, event.error?.code ?? null);
      case "stop.ack":
        this.add({ type: "stop-acknowledged", at, upstream: event.upstream });
        return;
      default:
        return;
    }
  }

  noteStall(gap: Gap): void {
    this.add({ type: "stall", at: this.at(gap.since), ms: gap.ms });
  }

  expireHold(part: string, now: number): void {
    this.#closeHold(part, this.at(now), true);
  }

  /** What still runs keeps its `ms: null`; the calls are told by what the message says became of them. */
  end(message: AssistantMessage, now: number): void {
    const status = new Map(message.calls.map((call) => [call.id, call.status]));
    for (const mark of this.#tools) mark.outcome = status.get(mark.call) ?? null;
    this.#addEnd("end", message, now);
  }

  amend(message: AssistantMessage, now: number): void {
    this.#addEnd("amended", message, now);
  }

  #addEnd(type: "end" | "amended", message: AssistantMessage, now: number): void {
    const outcome = outcomeOf(message);
    if (outcome !== null) this.#marks.push({ type, at: this.at(now), ...outcome });
  }

  #openHold(mark: Open<"hold">): void {
    this.#closeHold(mark.part, mark.at, false);
    if (this.add(mark)) this.#holds.set(mark.part, mark);
  }

  #closeHold(part: string, at: number, isExpired: boolean): void {
    const mark = this.#holds.get(clip(part));
    if (mark === undefined) return;
    mark.ms = at - mark.at;
    mark.isExpired = isExpired;
    this.#holds.delete(mark.part);
  }

  #closeHolds(at: number): void {
    for (const part of this.#holds.keys()) this.#closeHold(part, at, false);
  }

  #notePropose({ call, name, effect }: EventOf<"tool.propose">): void {
    if (this.#proposed.size < MAX_MARKS) this.#proposed.set(call, { name: clip(name), effect });
  }

  #openCall(call: string, attempt: number, at: number): void {
    const { name, effect } = this.#proposed.get(call) ?? UNPROPOSED;
    const mark: Open<"tool"> = { type: "tool", at, ms: null, call: clip(call), name, effect, attempt, outcome: null, code: null };
    if (!this.add(mark)) return;
    this.#tools.push(mark);
    this.#running.set(call, mark);
  }

  #closeCall(call: string, at: number, code: string | null): void {
    const mark = this.#running.get(call);
    if (mark === undefined) return;
    mark.ms = at - mark.at;
    mark.code = code === null ? null : clip(code);
    this.#running.delete(call);
  }
}

const UNPROPOSED = { name: "", effect: "irreversible" } as const;
