import type { Message, TextMessage } from "@unsay/core";
import type {
  Cause,
  Claim,
  EventPayload,
  Hold,
  PartClose,
  PartOpen,
  RunCheckpoint,
  RunPhaseEvent,
  SpanAppend,
  SpanDrop,
  SpanRetract,
  SpanRevise,
  SpanSettle,
  UnsayErrorData,
  UsageEvent,
} from "@unsay/core/protocol";
import type { ToolOutcome, ToolSet } from "../tool-call/tool.js";

/** What an agent may say. How a run ends, what a tool did and what was approved, it can't: the server states those. */
export type AgentEvent =
  | RunPhaseEvent
  | RunCheckpoint
  | PartOpen
  | PartClose
  | SpanAppend
  | SpanSettle
  | SpanDrop
  | SpanRevise
  | SpanRetract
  | Hold
  | UsageEvent
  | Claim;

export interface AgentEnd {
  readonly cause: Cause;
  readonly resumable?: boolean;
  readonly error?: UnsayErrorData;
}

/** One run, as the agent sees it. Everything it says after the run was stopped is dropped. */
export interface AgentRun {
  readonly thread: string;
  readonly run: string;
  readonly message: string;
  readonly mode: "new" | "continue" | "regenerate";
  /** What the user wrote last. */
  readonly input: string;
  readonly labels: Readonly<Record<string, string>>;
  /** What was said before `input`, for `toAiSdkMessages` and its like of `@unsay/core`. */
  readonly messages: readonly Message[];
  /** The same in plain words: a cut answer says in a note where the user saw it end, a call what became of it. */
  readonly history: readonly TextMessage[];
  /** With `continue`: what the user saw of the answer that goes on; otherwise ''. */
  readonly partial: string;
  /** Aborted when the run is stopped or the server shuts down. */
  readonly signal: AbortSignal;
  readonly tools: ToolSet;
  /** Makes an id that no other part, span or call of this message has. */
  createId(kind: string): string;
  /** Says one thing. Throws `UnsayError` on what an agent may not say; the run then fails. */
  emit(event: AgentEvent): void;
  /** Appends to the current answer part, opening one if need be. */
  text(delta: string): void;
  reasoning(delta: string): void;
  closePart(): void;
  /** Announces a call whose arguments are still being written. */
  proposeCall(name: string, call: string): void;
  appendArgs(call: string, delta: string): void;
  /** The arguments of a proposed call are unusable: it will not run. */
  refuseCall(call: string, error: UnsayErrorData): void;
  /** Calls a tool through the gate. Rejects with an `AbortError` when the run is stopped, for no other reason. */
  callTool(name: string, args: unknown, options?: { readonly call?: string }): Promise<ToolOutcome>;
  /** The answer is not whole. What is said afterwards is dropped; return soon. */
  end(end: AgentEnd): void;
  /**
   * For agents that pass on a foreign stream: its content, its tool calls, and its `run.end`, which becomes that of this
   * run. Nothing of it is ever run here, and receipts are refused.
   */
  relay(event: EventPayload): void;
}

/** Answers one run: by returning when it is done (`complete`), by `run.end`, or by throwing (`failed`). */
export type Agent = (run: AgentRun) => AsyncIterable<AgentEvent> | Promise<void>;

/** Longest text of one event, in UTF-16 units; `text` and `reasoning` cut longer ones. */
export const MAX_DELTA_LENGTH: number = 32 * 1024;
