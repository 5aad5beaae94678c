/**
 * The events of an answer in the making: what every wire is translated into, and what `@unsay/server` sends.
 *
 * Text offsets are UTF-16 code units inside one span. Durations are milliseconds; fields ending in `At` are epoch
 * milliseconds, for display only. Token counts are integers, or `null` when nobody stated them.
 */

/** What the server can do for this run. An absent member means "no". */
export interface Caps {
  readonly resume?: boolean;
  readonly stop?: "command" | "disconnect" | "none";
  readonly steer?: boolean;
  readonly continue?: boolean;
  readonly editArguments?: boolean;
  readonly cancelTool?: boolean;
  readonly usage?: boolean;
  readonly verifier?: boolean;
  readonly holdback?: boolean;
}

export const CAUSES = [
  "stopped",
  "redirected",
  "disconnected",
  "length",
  "filtered",
  "withheld",
  "failed",
  "orphaned",
  "corrupt",
  "unverified",
] as const;

/** Why an answer ended before it was whole. */
export type Cause = (typeof CAUSES)[number];

/** The one error shape of the kit: in 4xx bodies, in `run.end`, in `tool.result` and in what is thrown. */
export interface UnsayErrorData {
  readonly code: string;
  /** What was found, what was expected, and how to mend it; for developers and models. */
  readonly message: string;
  readonly retryable: boolean;
  readonly retryAfterMs?: number;
  readonly field?: string;
  readonly hint?: string;
  /** The only text shown to a reader without unfolding. */
  readonly userMessage?: string;
}

export type PartKind =
  | "answer"
  | "verdict"
  | "reasoning"
  | "preamble"
  | "restatement"
  | "refusal"
  | "structured"
  | "code"
  | "table"
  | "source"
  | "file"
  | "data";

export type RunPhase = "queued" | "thinking" | "tool" | "checking" | "writing" | "waiting";

/** What a tool does to the world. A tool that declares nothing counts as `irreversible`. */
export type ToolEffect = "read" | "write" | "irreversible";

/** Call ids by what became of them. */
export interface Effects {
  readonly succeeded: readonly string[];
  readonly failed: readonly string[];
  readonly unknown: readonly string[];
  readonly cancelled: readonly string[];
}

export type Upstream = "aborted" | "unsupported" | "already-finished" | "unknown";
export type Actor = "user" | "other-device" | "admin" | "server";

export interface ApprovalItem {
  readonly call: string;
  readonly argsHash: string;
}

export interface DecidedItem extends ApprovalItem {
  readonly decision: "approved" | "rejected" | "expired" | "cancelled";
  readonly edited?: unknown;
  readonly reason?: string;
}

export type ReceiptOutcome = "succeeded" | "failed" | "unknown" | "undoing" | "undone" | "undo-failed";
export type ToolResultKind = "ok" | "empty" | "error" | "rejected" | "cancelled" | "unknown";

export interface RunOpen {
  readonly type: "run.open";
  readonly parent?: string;
  readonly client?: string;
  readonly startKey?: string;
  readonly model?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly caps: Caps;
  readonly heartbeatMs: number | null;
  readonly ttlMs: number | null;
}
export interface RunPhaseEvent {
  readonly type: "run.phase";
  readonly phase: RunPhase;
  readonly label?: string;
  readonly call?: string;
}
export interface RunHeartbeat {
  readonly type: "run.heartbeat";
  /** The newest `seq` the server has sent: a reader that has less has a gap. */
  readonly last: number;
  readonly phase: RunPhase;
}
export interface RunCheckpoint {
  readonly type: "run.checkpoint";
  readonly checkpoint: string;
}
export interface RunGoaway {
  readonly type: "run.goaway";
  readonly retryAfterMs: number;
}
export interface RunEndComplete {
  readonly type: "run.end";
  readonly outcome: "complete";
  readonly effects: Effects;
  readonly checkpoint?: string;
}
export interface RunEndAwaitingApproval {
  readonly type: "run.end";
  readonly outcome: "awaiting-approval";
  readonly approvals: readonly string[];
  readonly effects: Effects;
  readonly checkpoint?: string;
}
export interface RunEndTruncated {
  readonly type: "run.end";
  readonly outcome: "truncated";
  readonly cause: Cause;
  readonly resumable: boolean;
  readonly error?: UnsayErrorData;
  readonly by?: Actor;
  readonly effects: Effects;
  readonly checkpoint?: string;
}
export type RunEnd = RunEndComplete | RunEndAwaitingApproval | RunEndTruncated;

export interface PartOpen {
  readonly type: "part.open";
  readonly part: string;
  readonly kind: PartKind;
  readonly step?: string;
  readonly continues?: string;
  readonly language?: string;
  /** For `source`, `file` and `data` only. */
  readonly value?: unknown;
}
export interface PartClose {
  readonly type: "part.close";
  readonly part: string;
}
export interface SpanAppend {
  readonly type: "span.append";
  readonly part: string;
  readonly span: string;
  readonly text: string;
  readonly state?: "provisional" | "speculative" | "verified";
  readonly dependsOn?: readonly string[];
}
export interface SpanSettle {
  readonly type: "span.settle";
  readonly spans: readonly string[];
  readonly to: "provisional" | "verified";
  readonly by: string;
}
export interface SpanDrop {
  readonly type: "span.drop";
  readonly spans: readonly string[];
}
export interface SpanRevise {
  readonly type: "span.revise";
  readonly spans: readonly string[];
  readonly replacement: { readonly span: string; readonly text: string };
  readonly reason: string;
  readonly by: string;
  readonly inferred?: boolean;
}
export interface SpanRetract {
  readonly type: "span.retract";
  readonly spans: readonly string[] | "all";
  readonly reason: string;
  /** The text must not remain anywhere: not in the DOM, the store, a copy buffer or a replay. */
  readonly expunge: boolean;
}
export interface Hold {
  readonly type: "hold";
  readonly part: string;
  readonly why: "guardrail" | "dependency" | "decision";
  readonly maxMs: number;
}
export interface ToolPropose {
  readonly type: "tool.propose";
  readonly call: string;
  readonly name: string;
  readonly title?: string;
  readonly effect: ToolEffect;
  readonly target?: string;
  readonly cancellable: boolean;
  readonly undo?: boolean;
  /** Who would execute it. `client` calls that never ran are `cancelled` at a cut; the others are `unknown`. */
  readonly runsOn?: "client" | "server";
}
export interface ToolArgs {
  readonly type: "tool.args";
  readonly call: string;
  readonly delta: string;
}
export interface ToolReady {
  readonly type: "tool.ready";
  readonly call: string;
  readonly args: unknown;
  readonly argsHash: string;
}
export interface ToolHold {
  readonly type: "tool.hold";
  readonly call: string;
  readonly ms: number;
}
export interface ToolStart {
  readonly type: "tool.start";
  readonly call: string;
  readonly attempt: number;
  /** Stable per (run, call); handed to the tool as its idempotency key. */
  readonly callKey: string;
}
export interface ToolProgress {
  readonly type: "tool.progress";
  readonly call: string;
  readonly delta?: string;
  readonly count?: number;
  readonly total?: number;
  readonly bytes?: number;
  readonly preview?: unknown;
}
export interface ToolResult {
  readonly type: "tool.result";
  readonly call: string;
  readonly result: ToolResultKind;
  readonly output?: unknown;
  readonly partial?: boolean;
  readonly cut?: { readonly by: "user" | "limit" };
  readonly error?: UnsayErrorData;
  /** Stated by the tool: whatever failed, nothing happened. */
  readonly effect?: "none";
}
export interface ApprovalRequest {
  readonly type: "approval.request";
  readonly approval: string;
  readonly items: readonly ApprovalItem[];
  readonly options: readonly ("once" | "scoped")[];
  readonly editable: boolean;
  readonly expiresInMs: number | null;
  readonly sig?: string;
}
export interface ApprovalDecision {
  readonly type: "approval.decision";
  readonly approval: string;
  readonly items: readonly DecidedItem[];
  readonly by: string;
}
export interface ReceiptEvent {
  readonly type: "receipt";
  readonly receipt: string;
  readonly call: string;
  readonly outcome: ReceiptOutcome;
  readonly summary: string;
  readonly target?: string;
  readonly ref?: string;
  readonly doneAt: number;
  readonly undo?: { readonly untilAt: number };
  readonly undoes?: string;
}
export interface UsageEvent {
  readonly type: "usage";
  readonly generated: number | null;
  readonly billed: number | null;
  readonly billedReasoning: number | null;
  /** Answer tokens up to what the reader had seen, from a server that knows how many each event carried. */
  readonly painted?: number | null;
  readonly source: string;
  readonly final: boolean;
}
export interface StopAck {
  readonly type: "stop.ack";
  readonly command: string;
  readonly client: string;
  readonly atSeq: number;
  readonly upstream: Upstream;
  readonly settling: readonly string[];
}
export interface SteerOutcome {
  readonly type: "steer.outcome";
  readonly command: string;
  readonly delivered: boolean;
  readonly reason?: string;
  readonly atSeq?: number;
}
export interface Claim {
  readonly type: "claim";
  readonly span: string;
  readonly key: string;
  readonly stance: string;
}

/** An event without its envelope: what agents and adapters produce. */
export type EventPayload =
  | RunOpen
  | RunPhaseEvent
  | RunHeartbeat
  | RunCheckpoint
  | RunGoaway
  | RunEnd
  | PartOpen
  | PartClose
  | SpanAppend
  | SpanSettle
  | SpanDrop
  | SpanRevise
  | SpanRetract
  | Hold
  | ToolPropose
  | ToolArgs
  | ToolReady
  | ToolHold
  | ToolStart
  | ToolProgress
  | ToolResult
  | ApprovalRequest
  | ApprovalDecision
  | ReceiptEvent
  | UsageEvent
  | StopAck
  | SteerOutcome
  | Claim;

export type EventType = EventPayload["type"];

export interface Envelope {
  readonly v: 1;
  readonly thread: string;
  readonly run: string;
  readonly message: string;
  /** From 1, contiguous per run; `null` only on `run.heartbeat` and `run.goaway`. */
  readonly seq: number | null;
  /** Milliseconds since run start on the server's monotonic clock; `null` where the wire has none. */
  readonly t: number | null;
  /** Made by this client or its adapter, not said by the server. */
  readonly local?: true;
}

/**
 * An event of a newer protocol. Only its place in the log is known: leaving it out would make a gap that no replay fills.
 * It is read, never sent.
 */
export interface UnknownEvent {
  readonly type: "unknown";
  readonly name: string;
}

export type UnsayEvent = Envelope & (EventPayload | UnknownEvent);
export type EventOf<T extends UnsayEvent["type"]> = Envelope & Extract<EventPayload | UnknownEvent, { type: T }>;

export const NO_EFFECTS: Effects = { succeeded: [], failed: [], unknown: [], cancelled: [] };
