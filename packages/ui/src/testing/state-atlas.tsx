import { useEffect, useRef, type ReactElement, type ReactNode } from "react";
import type { AssistantMessage, Cause, Liveness, ToolCall } from "@unsay/core";
import { ApprovalGate } from "../approval/approval-gate.js";
import type { DescribeCall } from "../approval/describe-call.js";
import { Message } from "../message/message.js";
import { MessageActionsContext } from "../message/message-actions.js";
import { ReceiptActionsContext, ReceiptList } from "../tool-call/receipt.js";
import { AtlasGrid, type AtlasCell } from "./atlas-grid.js";
import { approval, endedMessage, liveMessage, openControl, receipt, textPart, toolCall, truncatedMessage } from "./messages.js";
import { StillStage, waitedFor } from "./still-stage.js";

const nothing = (): void => {};

const ALL_ACTIONS = {
  onContinue: nothing,
  onRedirect: nothing,
  onRegenerate: nothing,
  onRetry: nothing,
  onReconnect: nothing,
  onStop: nothing,
  onLetRun: nothing,
  onReveal: nothing,
};

const RECEIPT_ACTIONS = { onUndo: nothing, onDontRun: nothing, onCheck: nothing };

const OPEN = "Yes, you can deploy this change. The pool drains in each region before the switch.\n\nThe one exception is";
const CUT = "First drain the pool. Second, flip the flag. Third, check that the";

type Facts = Partial<Pick<AssistantMessage, "waitingSince" | "run">>;

function streaming(liveness: Liveness, facts: Facts = {}, text = "The one exception is"): ReactElement {
  return <Message attempt={2} message={liveMessage("streaming", liveness, { parts: [textPart(text, { status: "open" })], ...facts })} />;
}

function pending(seconds: number): ReactElement {
  return <Message message={{ ...liveMessage("pending", seconds < 10 ? "slow" : "silent"), waitingSince: waitedFor(seconds) }} />;
}

const RESUMABLE: AssistantMessage["run"] = { id: "run", lastSeq: 3, caps: { resume: true }, heartbeatMs: null, phase: null, state: "open" };

/** As a reader leaves it who asked for the earlier wording. */
function Opened({ children }: { readonly children: ReactNode }): ReactElement {
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    for (const peek of element.current?.querySelectorAll<HTMLElement>('[data-unsay="answer.peek"][aria-expanded="false"]') ?? [])
      peek.click();
  }, []);
  return <div ref={element}>{children}</div>;
}

function truncated(cause: Cause, fields: Parameters<typeof truncatedMessage>[1] = {}): ReactElement {
  return (
    <Message message={truncatedMessage(cause, { parts: [textPart(CUT, { status: "cut" })], ...fields })} redirect="only EU customers" />
  );
}

const unconfirmedStop = {
  intent: "stop",
  by: "user",
  phase: "unconfirmed",
  upstream: "unknown",
  command: "stop-1",
  atSeq: 3,
  painted: null,
} as const;

const REVISED = [
  { id: "old", text: "Yes, you can deploy this safely.", state: "replaced", replacedBy: "new" },
  {
    id: "new",
    text: "Not yet: us-east is still draining.",
    state: "settled",
    replaces: ["old"],
    revision: 1,
    reason: "us-east had not been checked",
  },
  { id: "rest", text: " Other regions are safe.", state: "settled" },
] as const;

const DRAFT = [
  { id: "said", text: "The function is called ", state: "settled" },
  { id: "guess", text: "getUserById and returns", state: "speculative" },
] as const;

const EMAIL = toolCall("send_email", "awaiting-approval", { args: { to: "ana@north.example" } });
const TICKET = toolCall("create_ticket", "awaiting-approval", { args: { project: "OPS" } });
const ACCESS = toolCall("give_access", "awaiting-approval", { effect: "irreversible", target: "ci-bot", args: { who: "ci-bot" } });
const ROWS = toolCall("delete_rows", "awaiting-approval", { effect: "irreversible", args: { table: "customers" } });

/** What an app would say about its own tools. */
export const describeAtlasCall: DescribeCall = (call) => {
  switch (call.name) {
    case "send_email":
      return {
        title: "Send this email to 3 people outside your company?",
        facts: [{ label: "After", value: "Can’t be unsent" }],
        effect: {
          kind: "message",
          to: ["ana@north.example", "bo@north.example", "cy@south.example"],
          subject: "Invoice 1043",
          body: "Hi Ana, attached is the invoice for October. Please check the second line before Friday.",
        },
        approveLabel: "Send once",
        rejectLabel: "Don’t send",
      };
    case "create_ticket":
      return {
        title: "Create 1 ticket in OPS?",
        facts: [{ label: "After", value: "Can be closed, not deleted" }],
        approveLabel: "Create once",
        rejectLabel: "Don’t create",
      };
    case "delete_rows":
      return {
        title: "Delete 214 rows from customers?",
        facts: [
          { label: "Where", value: "production / eu-west" },
          { label: "After", value: "No undo. Last backup 6 h ago." },
        ],
        effect: { kind: "command", command: "DELETE FROM customers WHERE plan = 'trial'" },
        approveLabel: "Delete 214 rows",
        rejectLabel: "Keep the rows",
        object: "customers",
      };
    case "give_access":
      return {
        title: "Give “ci-bot” admin access to production?",
        facts: [
          { label: "Reaches", value: "all services in production" },
          { label: "After", value: "Can be revoked. What it did stays." },
        ],
        approveLabel: "Give admin access",
        rejectLabel: "Don’t give access",
        object: "ci-bot",
      };
    default:
      return undefined;
  }
};

const RECEIPT_CALLS = [
  toolCall("send_email", "succeeded", { effect: "irreversible" }),
  toolCall("create_ticket", "succeeded", { undo: true }),
  toolCall("archive_threads", "held", { heldMs: 8_000, target: "2 threads" }),
  toolCall("export_rows", "executing", { progress: { count: 1_200, total: 4_120 } }),
  toolCall("deploy", "unknown", { effect: "irreversible", target: "eu-west" }),
  toolCall("post_message", "cancelled", { target: "#launch" }),
  toolCall("invite", "failed", {
    target: "calendar",
    error: { code: "403", message: "The calendar refused the invite.", retryable: false, userMessage: "no permission" },
  }),
  toolCall("label", "undone"),
  toolCall("close_ticket", "undo-failed", { error: { code: "409", message: "The ticket was opened again meanwhile.", retryable: false } }),
];

const RECEIPTS = [
  receipt("call-send_email", "email sent to 3 people"),
  receipt("call-create_ticket", "ticket OPS-12 created", { undo: { untilAt: Number.MAX_SAFE_INTEGER } }),
  receipt("call-label", "label “urgent” removed again"),
  receipt("call-close_ticket", "ticket OPS-13 is still open"),
];

function editable(call: ToolCall): ReactElement {
  const control = openControl(call, { approval: approval(call, { editable: true }) });
  return <ApprovalGate control={control} describeCall={describeAtlasCall} />;
}

/** Every cell of the atlas: a name, and the state as it is drawn. */
export const ATLAS: readonly AtlasCell[] = [
  ["pending", () => pending(2)],
  ["pending · 6 s", () => pending(6)],
  ["pending · 12 s", () => pending(12)],
  [
    "pending · server busy",
    () => <Message message={{ ...liveMessage("pending", "slow"), waitingSince: waitedFor(3), busyUntil: waitedFor(-9) }} />,
  ],
  ["streaming · provisional tail", () => streaming("flowing", {}, OPEN)],
  ["streaming · slow", () => streaming("slow")],
  ["streaming · stalled", () => streaming("stalled", { waitingSince: waitedFor(4) })],
  ["streaming · silent", () => streaming("silent", { waitingSince: waitedFor(12) })],
  ["streaming · silent, resumable", () => streaming("silent", { waitingSince: waitedFor(12), run: RESUMABLE })],
  ["streaming · looping", () => streaming("looping")],
  ["streaming · reconnecting", () => streaming("reconnecting")],
  [
    "streaming · awaiting approval",
    () => (
      <Message
        decision="Send this email to 3 people?"
        message={liveMessage("streaming", "awaiting-approval", { parts: [textPart("The one exception is", { status: "open" })] })}
      />
    ),
  ],
  [
    "streaming · stopping",
    () => (
      <Message
        message={liveMessage("streaming", "stopping", {
          parts: [textPart("The one exception is", { status: "open" })],
          stop: unconfirmedStop,
        })}
      />
    ),
  ],
  [
    "complete",
    () => (
      <Message
        message={endedMessage("complete", {
          parts: [textPart("Deploy in eu-west first, then ap-south. Leave us-east until the pool has drained.")],
        })}
      />
    ),
  ],
  ["truncated · length", () => truncated("length")],
  ["truncated · filtered", () => truncated("filtered")],
  ["truncated · stopped", () => truncated("stopped")],
  ["truncated · redirected", () => truncated("redirected")],
  ["truncated · disconnected", () => truncated("disconnected")],
  ["truncated · failed", () => truncated("failed", { userMessage: "provider error" })],
  ["truncated · orphaned", () => truncated("orphaned")],
  ["truncated · corrupt", () => truncated("corrupt")],
  [
    "truncated · unverified",
    () =>
      truncated("unverified", {
        parts: [
          textPart([
            { id: "a", text: "The limit is ", state: "verified" },
            { id: "b", text: "40 requests a minute", state: "unsupported", reason: "no source says so" },
            { id: "c", text: " for each key.", state: "verified" },
          ]),
        ],
      }),
  ],
  ["truncated · withheld", () => truncated("withheld", { userMessage: "medical advice" })],
  ["truncated · nothing written", () => truncated("failed", { parts: [], userMessage: "provider error" })],
  [
    "seam after a reconnect",
    () => (
      <Message
        message={liveMessage("streaming", "flowing", {
          parts: [textPart("First drain the pool.\n\nSecond, flip the flag", { status: "open" })],
          seams: [{ run: "run", part: "answer", offset: 23, why: "resume", gapMs: 14_000 }],
        })}
      />
    ),
  ],
  [
    "draft (speculative, opt-in)",
    () => (
      <StillStage paint={{ showDrafts: true, pacing: false, isolation: "uncommitted", reducedMotion: false }}>
        <Message message={liveMessage("streaming", "flowing", { parts: [textPart(DRAFT, { status: "open" })] })} />
      </StillStage>
    ),
  ],
  ["revised", () => <Message message={endedMessage("revised", { parts: [textPart(REVISED)], revisions: 1 })} />],
  [
    "revised · earlier wording open",
    () => (
      <Opened>
        <Message message={endedMessage("revised", { parts: [textPart(REVISED)], revisions: 1 })} />
      </Opened>
    ),
  ],
  [
    "revised · retracted span",
    () => (
      <Message
        message={endedMessage("revised", {
          revisions: 1,
          parts: [
            textPart([
              { id: "a", text: "Contact the owner at ", state: "settled" },
              { id: "b", text: "", state: "retracted", reason: "personal data", expunged: true },
              { id: "c", text: " to confirm.", state: "settled" },
            ]),
          ],
        })}
      />
    ),
  ],
  ["receipts", () => <ReceiptList message={endedMessage("complete", { calls: RECEIPT_CALLS, receipts: RECEIPTS })} />],
  ["approval · risk 2 (leaves the system)", () => editable(EMAIL)],
  [
    "approval · risk 2, arming (first 500 ms)",
    () => <ApprovalGate control={openControl(TICKET, { isArmed: false, blockedBy: "arming" })} describeCall={describeAtlasCall} />,
  ],
  ["approval · risk 3 (destroys, hold to approve)", () => editable(ROWS)],
  [
    "approval · risk 4 (type the name)",
    () => (
      <ApprovalGate control={openControl(ACCESS, { risk: 4, mechanism: "type", blockedBy: "untyped" })} describeCall={describeAtlasCall} />
    ),
  ],
];

/** All states on one page. */
export function StateAtlas(): ReactElement {
  return (
    <MessageActionsContext.Provider value={ALL_ACTIONS}>
      <ReceiptActionsContext.Provider value={RECEIPT_ACTIONS}>
        <StillStage>
          <AtlasGrid cells={ATLAS} />
        </StillStage>
      </ReceiptActionsContext.Provider>
    </MessageActionsContext.Provider>
  );
}
