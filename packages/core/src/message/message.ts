import type {
  Actor,
  Attachment,
  Caps,
  Cause,
  DecidedItem,
  DecideItem,
  Effects,
  PartKind,
  ReceiptOutcome,
  RunPhase,
  ToolEffect,
  UnsayErrorData,
  Upstream,
} from "../protocol/index.js";

export type Liveness = "flowing" | "slow" | "stalled" | "silent" | "looping" | "reconnecting" | "awaiting-approval" | "stopping";

/** Where an answer was cut. `offset` is in UTF-16 units inside that part. */
export interface CutPoint {
  readonly seq: number;
  readonly part: string | null;
  readonly offset: number | null;
}

/** What a reader had before their eyes: by id and length, since later events may change, insert or remove text around it. */
export interface Painted {
  readonly parts: readonly string[];
  /** Span ids with the UTF-16 units shown of each, in the order of the text. */
  readonly spans: readonly (readonly [span: string, length: number])[];
}

export interface StopRecord {
  readonly intent: "stop" | "redirect" | "barge-in";
  readonly by: Actor;
  readonly phase: "requesting" | "acknowledged" | "settling" | "done" | "unconfirmed";
  readonly upstream: Upstream;
  /** Id of the stop command, or `null` when another client or the server stopped. */
  readonly command: string | null;
  /** The newest event the reader's view contained. */
  readonly atSeq: number;
  /** What had been painted when the press came: later text is recorded, not shown. `null` where nobody pressed here. */
  readonly painted: Painted | null;
  /** The reader asked for what arrived after the press. */
  readonly revealed?: true;
  /** Where a voice read the answer aloud: what had been said of it. The model is told of no more than that. */
  readonly heard?: Painted;
}

export interface Seam {
  readonly run: string;
  /** The part before the joint. */
  readonly part: string | null;
  /** Length of that part at the joint, in UTF-16 units. */
  readonly offset: number | null;
  readonly why: "continue" | "resume";
  readonly gapMs: number | null;
}

export type SpanState = "speculative" | "provisional" | "verified" | "settled" | "unsupported" | "replaced" | "retracted" | "dropped";

/** A run of text inside one part. Replaced text stays here until it is expunged; retracted text with `expunge` is ''. */
export interface Span {
  readonly id: string;
  readonly text: string;
  readonly state: SpanState;
  readonly dependsOn?: readonly string[];
  /** On a replacement: the spans whose place it takes. */
  readonly replaces?: readonly string[];
  /** On a replaced span: the span that took its place. */
  readonly replacedBy?: string;
  /** Why it was replaced, retracted or left unsupported, in words for the reader. */
  readonly reason?: string;
  /** What is amiss with the source of an unsupported span. */
  readonly why?: "failed" | "empty" | "unknown" | "contradicted";
  /** Who said so. */
  readonly by?: string;
  readonly expunged?: true;
  /** The correction counts among the message's revisions; 1 for the first. */
  readonly revision?: number;
}

export type PartStatus = "open" | "closed" | "cut" | "withdrawn";

export interface TextPart {
  readonly type: "text";
  readonly id: string;
  readonly kind: Exclude<PartKind, "source" | "file" | "data">;
  readonly status: PartStatus;
  readonly step?: string;
  readonly continues?: string;
  readonly language?: string;
  readonly spans: readonly Span[];
}

export interface ValuePart {
  readonly type: "value";
  readonly id: string;
  readonly kind: "source" | "file" | "data";
  readonly status: PartStatus;
  readonly value: unknown;
}

/** A tool call takes its place among the parts; its state stands in `message.calls`. */
export interface CallPart {
  readonly type: "call";
  readonly id: string;
  readonly call: string;
}

export type Part = TextPart | ValuePart | CallPart;

export type ToolCallStatus =
  | "proposed"
  | "ready"
  | "awaiting-approval"
  | "approved"
  | "rejected"
  | "expired"
  | "held"
  | "executing"
  | "succeeded"
  | "failed"
  | "unknown"
  | "cancelled"
  | "undoing"
  | "undone"
  | "undo-failed";

/** What the user asked about one call or receipt. Only this client says it; what came of it, the server says. */
export interface UserRequest {
  readonly verb: "enough" | "cancel" | "retry" | "undo";
  readonly command: string;
  /** `unconfirmed`: nobody knows whether it arrived, and the next press repeats the same command. */
  readonly phase: "sending" | "accepted" | "unconfirmed" | "refused";
  readonly error?: UnsayErrorData;
}

/** Words for a run that goes on. `failed` ones were not heard and belong back in the composer. */
export interface Steer {
  readonly command: string;
  readonly text: string;
  readonly phase: "sending" | "delivered" | "failed";
  readonly error?: UnsayErrorData;
}

/** What a call that runs has shown of itself, capped: at most 200 rows and 256 Ki UTF-16 units of `text` and of `preview`. */
export interface CallProgress {
  readonly count?: number;
  readonly total?: number;
  readonly bytes?: number;
  readonly preview?: unknown;
  /** The deltas, from the first on. */
  readonly text?: string;
  /** Lines begun in `text`. */
  readonly rows?: number;
  /** More came than is held. */
  readonly isCapped?: true;
}

export interface ToolCall {
  readonly id: string;
  readonly name: string;
  readonly title?: string;
  readonly effect: ToolEffect;
  readonly target?: string;
  readonly cancellable: boolean;
  readonly undo: boolean;
  readonly runsOn: "client" | "server";
  readonly status: ToolCallStatus;
  /** The arguments as they came. Never parsed before `tool.ready`. */
  readonly argsText: string;
  /** Present from `tool.ready` on. */
  readonly args?: unknown;
  readonly argsHash?: string;
  readonly approval?: string;
  readonly attempt?: number;
  readonly callKey?: string;
  readonly heldMs?: number;
  readonly progress?: CallProgress;
  readonly output?: unknown;
  /** It succeeded and found nothing. */
  readonly empty?: true;
  readonly partial?: boolean;
  /** Who ended a partial result: the user, who had enough, or a limit. */
  readonly cut?: { readonly by: "user" | "limit" };
  /** What the model had proposed, where a person changed the arguments in their approval. */
  readonly proposed?: { readonly args: unknown; readonly argsHash: string };
  readonly request?: UserRequest;
  readonly error?: UnsayErrorData;
  /** The reason given with a rejection. */
  readonly reason?: string;
}

/** A call whose arguments have closed, parsed and been bound: the only kind that may be asked about or run. */
export type ReadyToolCall = ToolCall & { readonly args: unknown; readonly argsHash: string };

export type ApprovalStatus = "open" | "deciding" | "approved" | "rejected" | "expired" | "cancelled" | "superseded";

export interface Approval {
  readonly id: string;
  readonly run: string;
  readonly status: ApprovalStatus;
  readonly items: readonly { readonly call: string; readonly argsHash: string }[];
  readonly options: readonly ("once" | "scoped")[];
  readonly editable: boolean;
  readonly expiresInMs: number | null;
  /** Epoch ms on this client's clock when it came; `null` when it was read from a record. */
  readonly requestedAt: number | null;
  readonly sig?: string;
  readonly decided?: readonly DecidedItem[];
  readonly by?: string;
  /** Id of this client's decision while it is on its way. */
  readonly command?: string;
  /** What this client decided, while that is on its way and after it. */
  readonly sent?: readonly DecideItem[];
  /** Decision sent, no reply yet. */
  readonly unconfirmed?: true;
  /** A person answered, and not with this client's decision: another tab or device was first. */
  readonly elsewhere?: true;
  /** Why the server did not take this client's decision. */
  readonly refused?: UnsayErrorData;
}

export interface Receipt {
  readonly id: string;
  readonly call: string;
  readonly outcome: ReceiptOutcome;
  readonly summary: string;
  readonly target?: string;
  readonly ref?: string;
  readonly doneAt: number;
  readonly undo?: { readonly untilAt: number };
  readonly undoes?: string;
  /** It came after the run had ended. */
  readonly late?: true;
  readonly request?: UserRequest;
}

export interface Usage {
  readonly generated: number | null;
  readonly billed: number | null;
  readonly billedReasoning: number | null;
  /** Answer tokens up to what the reader had seen; absent or `null` where nobody can say. */
  readonly painted?: number | null;
  readonly source: string;
  readonly final: boolean;
}

/** What a span says about one thing. Two stances about one `key` can't both be true. */
export interface Claimed {
  readonly span: string;
  readonly key: string;
  readonly stance: string;
}

/** An agent that calls the same tool with the same arguments and fails with the same code, again and again. */
export interface RepeatedFailure {
  readonly name: string;
  readonly code: string;
  readonly times: number;
}

export type Note = "empty" | "stop-too-late" | "unsupported" | "uncertain-effects";

/** The run that speaks into a message now, or spoke last. */
export interface RunFacts {
  readonly id: string;
  readonly lastSeq: number;
  readonly caps: Caps;
  readonly heartbeatMs: number | null;
  readonly phase: RunPhase | null;
  readonly phaseLabel?: string;
  /** `open` until `run.end`; `awaiting-approval` when it ended only to wait. */
  readonly state: "open" | "awaiting-approval" | "ended";
  /** A phase or a hold explains why no text comes; new content ends the excuse. */
  readonly explained?: true;
  readonly holding?: "guardrail" | "dependency" | "decision";
  /** Text or a correction could not be applied, so what is shown may not be what was said: it can't end `complete`. */
  readonly damaged?: true;
}

export interface MessageFacts {
  /** The end was said by the server; `false` while live, and for ends this client inferred. */
  readonly stated: boolean;
  readonly stop: StopRecord | null;
  readonly effects: Effects;
  readonly seams: readonly Seam[];
  readonly runs: readonly string[];
  /** Stated revisions and retractions of text that had left the server. */
  readonly revisions: number;
  readonly notes: readonly Note[];
}

interface AssistantBase extends MessageFacts {
  readonly id: string;
  readonly thread: string;
  readonly role: "assistant";
  /** The user message it answers. */
  readonly parent: string | null;
  readonly parts: readonly Part[];
  /** In the order they were proposed; `selectCall` finds one. */
  readonly calls: readonly ToolCall[];
  readonly approvals: readonly Approval[];
  readonly receipts: readonly Receipt[];
  /** What this client said to the run while it went on. */
  readonly steers?: readonly Steer[];
  /** What the server says that spans claim: the newest claim about each thing. */
  readonly claims?: readonly Claimed[];
  readonly usage: Usage | null;
  readonly run: RunFacts | null;
  /** The connection is being made again, or the record is being read. */
  readonly reconnecting: boolean;
  /** The server is busy and is asked again then, on this client's monotonic clock. Only while pending. */
  readonly busyUntil?: number;
  /** The text only repeats itself, as far as this client can tell. A notice, never a stop. */
  readonly looping?: true;
  /** The newest call that failed like the calls before it, as far as this client can tell. A notice, never a stop. */
  readonly repeatedFailure?: RepeatedFailure;
  readonly model?: string;
  /** Epoch ms, for display. */
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  /** On this client's monotonic clock: when the newest content came, or the request left. `null` unless live. */
  readonly waitingSince: number | null;
  /** The message that a redirect sent instead. */
  readonly redirectedTo?: string;
}

export type MessageStatus =
  | { readonly status: "pending"; readonly liveness: Liveness }
  | { readonly status: "streaming"; readonly liveness: Liveness }
  | {
      readonly status: "truncated";
      readonly cause: Cause;
      readonly resumable: boolean;
      readonly error?: UnsayErrorData;
      readonly at: CutPoint;
    }
  | { readonly status: "complete" }
  | { readonly status: "revised" };

export type AssistantMessage = AssistantBase & MessageStatus;

/** What a person wrote is whole as it stands; `delivery` says whether the server has it. */
export interface UserMessage {
  readonly id: string;
  readonly thread: string;
  readonly role: "user";
  readonly status: "complete";
  readonly text: string;
  readonly delivery: "sending" | "sent" | "failed";
  readonly startedAt: number | null;
  readonly redirects?: string;
  readonly attachments?: readonly Attachment[];
  /** The words of an answer that this message is about. */
  readonly quote?: string;
  /** The earlier user message that this one stands in for. */
  readonly edits?: string;
}

/** Discriminated on `status`; `cause` stands on truncated ones. */
export type Message = AssistantMessage | UserMessage;

export interface ThreadSnapshot {
  readonly messages: readonly Message[];
}
