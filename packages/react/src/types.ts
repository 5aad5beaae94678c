import type {
  Approval,
  AssistantMessage,
  ConnectionState,
  Decision,
  Message,
  QueuedMessage,
  QueuePauseReason,
  SendOptions,
  Session,
  SessionState,
  ThreadStatus,
  ToolCall,
  UnsayErrorData,
} from "@unsay/core";

/** An approval that still waits, with the message it stands in. */
export interface OpenApproval {
  readonly approval: Approval;
  readonly message: AssistantMessage;
  readonly calls: readonly ToolCall[];
}

export interface UseThreadResult {
  readonly id: string;
  readonly session: Session;
  readonly messages: readonly Message[];
  readonly status: ThreadStatus;
  readonly error: UnsayErrorData | null;
  readonly connection: ConnectionState;
  readonly history: SessionState["history"];
  readonly approvals: readonly OpenApproval[];
  readonly queued: readonly QueuedMessage[];
  readonly queuePaused: QueuePauseReason | null;
  readonly sendMessage: (input: string | { readonly text: string }, options?: SendOptions) => void;
  readonly stop: () => void;
  /** Resolves when the model was told; rejects where it was not, and the words stay the caller's. */
  readonly steer: Session["steer"];
  readonly redirect: (text: string, options?: SendOptions) => void;
  readonly queue: (text: string) => void;
  readonly removeQueued: (id: string) => void;
  readonly resumeQueue: () => void;
  readonly continue: (messageId: string) => void;
  readonly regenerate: (messageId: string) => void;
  readonly retry: (messageId: string) => void;
  readonly reconnect: (messageId: string) => void;
}

/** What the gate shows: `deciding` reads `submitting`, and `forming` is a gate whose arguments still stream. */
export type ApprovalView =
  | "forming"
  | "open"
  | "submitting"
  | "unconfirmed"
  | "approved"
  | "rejected"
  | "expired"
  | "superseded"
  | "cancelled";

export type RiskTier = 0 | 1 | 2 | 3 | 4;

export interface UseApprovalResult {
  readonly approval: Approval | null;
  readonly message: AssistantMessage | null;
  readonly calls: readonly ToolCall[];
  readonly view: ApprovalView;
  readonly risk: RiskTier;
  /** Approve takes input. False for the first 500 ms in view and after anything moved or changed. */
  readonly isArmed: boolean;
  /** Why Approve does not take input, in a word for the text table; `null` when it does. */
  readonly blockedBy: "arming" | "reconnecting" | "submitting" | "closed" | null;
  /** Whole seconds until it expires; `null` when it does not, or no longer waits. */
  readonly expiresInS: number | null;
  /** Another tab or device was first: the answer shown is not the one given here. */
  readonly isElsewhere: boolean;
  /** Why the newest decision was not taken. */
  readonly error: UnsayErrorData | null;
  readonly approve: () => void;
  readonly reject: (reason?: string) => void;
  readonly decide: (decision: Decision) => void;
  /** Spread on the gate's element; carries the ref that watches visibility and movement. */
  readonly getGateProps: () => Record<string, unknown>;
  readonly getApproveProps: () => Record<string, unknown>;
  readonly getRejectProps: () => Record<string, unknown>;
}
