import type {
  Approval,
  AssistantMessage,
  ConnectionState,
  Decision,
  GrantScope,
  Message,
  MessagePages,
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
  /** The same in pages, for what must cost no more in a long thread than in a short one. */
  readonly pages: MessagePages;
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
  /** Takes the newest redirect back for 10 s, and gives its words. */
  readonly undoRedirect: Session["undoRedirect"];
  readonly queue: Session["queue"];
  readonly editQueued: Session["editQueued"];
  readonly moveQueued: Session["moveQueued"];
  readonly redirectQueued: Session["redirectQueued"];
  readonly removeQueued: (id: string) => void;
  readonly resumeQueue: () => void;
  readonly continue: (messageId: string) => void;
  readonly regenerate: (messageId: string) => void;
  /** Sends an earlier message in other words, and has it answered from there. */
  readonly edit: Session["edit"];
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

/** The app's own idea of how risky a call with these arguments is. It is asked again when a reader edits them. */
export type RiskOf = (call: ToolCall, args: unknown) => RiskTier;

/** How Approve is given: a press, a hold, two presses in two places, or a typed name and a press. */
export type ApproveMechanism = "press" | "hold" | "two-step" | "type";

/** Where a hold or a second step stands. `full`: letting go decides. */
export type ApproveStep = "idle" | "filling" | "full" | "second";

/** Arguments of one call as a reader changed them, before they decide. */
export interface CallEdit {
  /** The whole of the arguments. */
  readonly args: unknown;
  /** Fields that differ from what was asked; 0 is no edit. */
  readonly changes: number;
  /** False while a field holds what its schema does not take: nothing can be approved then. */
  readonly isValid: boolean;
}

export interface UseApprovalResult {
  readonly approval: Approval | null;
  readonly message: AssistantMessage | null;
  /** With the arguments that Approve would send: the reader's, where they changed them. */
  readonly calls: readonly ToolCall[];
  /** As the model asked. */
  readonly asked: readonly ToolCall[];
  readonly view: ApprovalView;
  readonly risk: RiskTier;
  readonly mechanism: ApproveMechanism;
  readonly step: ApproveStep;
  /** How long a hold takes, in ms. */
  readonly holdMs: number;
  /** Approve takes input. False for the first 500 ms in view and after anything moved or changed. */
  readonly isArmed: boolean;
  /** Why Approve does not take input, in a word for the text table; `null` when it does. */
  readonly blockedBy:
    | "arming"
    | "reconnecting"
    | "submitting"
    | "closed"
    | "invalid"
    | "unselected"
    | "unread"
    | "unseen"
    | "untyped"
    | null;
  /** Whole seconds until it expires; `null` when it does not, or no longer waits. */
  readonly expiresInS: number | null;
  /** Another tab or device was first: the answer shown is not the one given here. */
  readonly isElsewhere: boolean;
  /** Part of what is asked is folded away, so that nothing may be remembered about it. */
  readonly isFolded: boolean;
  /** Why the newest decision was not taken. */
  readonly error: UnsayErrorData | null;
  /** Fields that the reader changed, in all calls. */
  readonly changes: number;
  /** What Approve would also allow from now on; `null` for this once. */
  readonly scope: GrantScope | null;
  readonly approve: () => void;
  readonly reject: (reason?: string) => void;
  readonly decide: (decision: Decision) => void;
  /** The same decision once more, where nobody confirmed it. */
  readonly sendAgain: () => void;
  /** Takes or drops (`null`) a reader's change of a call's arguments. Starts the guard again. */
  readonly edit: (callId: string, edit: CallEdit | null) => void;
  readonly remember: (scope: GrantScope | null) => void;
  /** Calls that Approve would approve, the others being rejected; `null` for all of them. */
  readonly select: (calls: ReadonlySet<string> | null) => void;
  /** A part of the gate folds something away, or has opened it. Risky calls wait until all is open. */
  readonly fold: (id: string, isFolded: boolean) => void;
  /** Spread on the gate's element; carries the ref that watches visibility and movement. */
  readonly getGateProps: () => Record<string, unknown>;
  /** For the element that shows what will change. It must have been seen before a risky call is approved. */
  readonly getPreviewProps: () => Record<string, unknown>;
  readonly getApproveProps: () => Record<string, unknown>;
  /** The second button of two steps. It stands somewhere else than the first. */
  readonly getSecondProps: () => Record<string, unknown>;
  /** The text field of tier 4. */
  readonly getTypeProps: () => Record<string, unknown>;
  readonly getRejectProps: () => Record<string, unknown>;
}
