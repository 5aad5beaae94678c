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
  Upstream,
  UsageEvent,
} from "@unsay/core/protocol";
import type { SteerInbox } from "../run/steering.js";
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

/** Tokens as far as the agent or its provider counted them; what is absent is not known. */
export interface UsageReport {
  readonly generated?: number | null;
  /** Output tokens that are billed, reasoning included. */
  readonly billed?: number | null;
  readonly billedReasoning?: number | null;
  /** Who counted. */
  readonly source?: string;
  /** Nothing better will come. */
  readonly final?: boolean;
  /** What the provider calls this generation, for `pollUsage`. */
  readonly reference?: string;
}

export interface ToolRequest {
  readonly name: string;
  readonly args: unknown;
  readonly call?: string;
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
  /**
   * All that the model is to be told, for `toAiSdkMessages` and its like of `@unsay/core`: the thread up to `input`. Of
   * answers that were replaced it holds only what they did. With `continue` it ends with the answer that was cut and the
   * request to go on.
   */
  readonly messages: readonly Message[];
  /** The same in plain words: a cut answer says in a note where the user saw it end, a call what became of it. */
  readonly conversation: readonly TextMessage[];
  /** With `continue`: what the user saw of the answer that goes on; otherwise ''. */
  readonly partial: string;
  /** Aborted when the run is stopped or the server shuts down. */
  readonly signal: AbortSignal;
  readonly tools: ToolSet;
  /** Makes an id that no other part, span or call of this message has. */
  createId(kind: string): string;
  /** Says one thing. Throws `UnsayError` on what an agent may not say; the run then fails. */
  emit(event: AgentEvent): void;
  /** What the user says while it answers. Only an agent that declares `steer` ever hears anything. */
  readonly steering: SteerInbox;
  /** Appends to the current answer part, opening one if need be. `tokens` where the provider counts each piece. */
  text(delta: string, tokens?: number): void;
  reasoning(delta: string, tokens?: number): void;
  closePart(): void;
  /** Announces a call whose arguments are still being written. */
  proposeCall(name: string, call: string): void;
  appendArgs(call: string, delta: string): void;
  /** The arguments of a proposed call are unusable: it will not run. */
  refuseCall(call: string, error: UnsayErrorData): void;
  /** Calls a tool through the gate. Rejects with an `AbortError` when the run is stopped, for no other reason. */
  callTool(name: string, args: unknown, options?: { readonly call?: string }): Promise<ToolOutcome>;
  /** Several at once: those that need an approval are asked about in one question, each with its own answer. */
  callTools(requests: readonly ToolRequest[]): Promise<readonly ToolOutcome[]>;
  /** Counts tokens. Also heard after a stop, for a minute after the end. */
  reportUsage(report: UsageReport): void;
  /**
   * What a stop does to the model that answers, from now on: `unsupported` if it goes on unread, `already-finished` while
   * none is asked. Without a word of it an agent that returns when told counts as its own model: `aborted`.
   */
  reportUpstream(word: Upstream): void;
  /** The answer is not whole. What is said afterwards is dropped; return soon. */
  end(end: AgentEnd): void;
  /**
   * For agents that pass on a foreign stream: its content, its tool calls, and its `run.end`, which becomes that of this
   * run. Nothing of it is ever run here, and receipts are refused.
   */
  relay(event: EventPayload): void;
}

/** Answers one run: by returning when it is done (`complete`), by `run.end`, or by throwing (`failed`). */
export interface Agent {
  (run: AgentRun): AsyncIterable<AgentEvent> | Promise<void>;
  /** It takes what `run.steering` brings, so that its runs may be steered. */
  readonly steer?: boolean;
}

/** An agent that listens to `run.steering` while it answers. */
export function steerable(agent: Agent): Agent {
  return Object.assign((run: AgentRun) => agent(run), { steer: true });
}

/** Longest text of one event, in UTF-16 units; `text` and `reasoning` cut longer ones. */
export const MAX_DELTA_LENGTH: number = 32 * 1024;
