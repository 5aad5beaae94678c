"use client";
import { useMemo, useContext, type HTMLAttributes, type ReactElement, type ReactNode } from "react";
import { selectCall, whyNotUndoable, type AssistantMessage, type ToolCall as ToolCallFacts } from "@unsay/core";
import { riskOf, useCallHandover, useGateLeft, useOptionalSessionContext, useToolCall } from "@unsay/react";
import { ApprovalGate } from "../approval/approval-gate.js";
import { ApprovalRequest } from "../approval/approval-request.js";
import { useApprovalSettings } from "../approval/approval-settings.js";
import { createFormingControl, createStaticControl } from "../approval/static-control.js";
import { flag, joinClasses, mergeRefs, withRef, type UiComponent } from "../component.js";
import { toolWords } from "../strings/english/tool.js";
import { useWords } from "../strings/strings.js";
import { allowedBy } from "./allowed-by.js";
import { nameOfCall } from "./call-words.js";
import { newestReceipt, Receipt, ReceiptActionsContext, type ReceiptActions } from "./receipt.js";
import { ToolProgress } from "./tool-progress.js";

export interface ToolCallProps extends HTMLAttributes<HTMLDivElement> {
  readonly message: AssistantMessage;
  readonly callId: string;
}

/** The one place of a tool call: a line, a gate or a receipt, by its state. Renders a `div`. */
export const ToolCall: UiComponent<HTMLDivElement, ToolCallProps> = withRef("ToolCall", (props, ref) => {
  const { message, callId, className, style, ...rest } = props;
  const call = selectCall(message, callId);
  const isGate = call !== undefined && GATED.has(call.status);
  const { ref: own, isFresh, keptHeight, noteGate } = useCallHandover<HTMLDivElement>(isGate, focusReceipt);
  const merged = useMemo(() => mergeRefs(own, ref), [own, ref]);
  if (call === undefined) return null;
  // Inline, so that it holds without the stylesheet too.
  const handover = { pointerEvents: isFresh ? "none" : undefined, minBlockSize: keptHeight ?? undefined } as const;
  return (
    <div
      {...rest}
      ref={merged}
      className={joinClasses("unsay-tool", className)}
      style={isFresh ? { ...style, ...handover } : style}
      data-unsay="tool-call"
      data-status={call.status}
      data-tool={call.name}
      data-fresh={flag(isFresh)}
    >
      <ToolCallView message={message} call={call} noteGate={noteGate} />
    </div>
  );
});

const GATED: ReadonlySet<ToolCallFacts["status"]> = new Set(["awaiting-approval", "expired"]);

function focusReceipt(element: HTMLElement): void {
  const receipt = element.querySelector<HTMLElement>('[data-unsay="receipt"]');
  receipt?.focus({ preventScroll: true });
}

interface ViewProps {
  readonly message: AssistantMessage;
  readonly call: ToolCallFacts;
}

function ToolCallView({ message, call, noteGate }: ViewProps & { readonly noteGate: () => void }): ReactElement | null {
  const { riskOf: riskOfApp } = useApprovalSettings();
  switch (call.status) {
    case "proposed":
    case "ready":
      return (riskOfApp ?? riskOf)(call, call.args) >= 2 ? (
        <ApprovalGate control={createFormingControl(message, call.id)} />
      ) : (
        <PreparingLine call={call} />
      );
    case "awaiting-approval":
    case "expired":
      return <Gate message={message} call={call} noteGate={noteGate} />;
    case "approved":
    case "rejected":
    case "held":
    case "executing":
    case "succeeded":
    case "failed":
    case "unknown":
    case "cancelled":
    case "undoing":
    case "undone":
    case "undo-failed":
      return <CallReceipt message={message} call={call} />;
  }
}

function PreparingLine({ call }: { readonly call: ToolCallFacts }): ReactElement {
  const { tool } = useWords(toolWords);
  return (
    <p className="unsay-tool-line" data-unsay="tool-call.line">
      {tool.preparing(nameOfCall(call))}
    </p>
  );
}

/** One gate for a request, at its first call; the others show a line. Without a session it can be read, not answered. */
function Gate({ message, call, noteGate }: ViewProps & { readonly noteGate: () => void }): ReactElement | null {
  const session = useOptionalSessionContext();
  const { batch } = useWords(toolWords);
  useGateLeft(noteGate);
  const approval = message.approvals.findLast((candidate) => candidate.items.some((item) => item.call === call.id));
  if (approval === undefined) return <PreparingLine call={call} />;
  if (approval.items[0]?.call !== call.id) return <p className="unsay-tool-line">{`${nameOfCall(call)}. ${batch.standsAbove}`}</p>;
  if (session === null) return <ApprovalGate control={createStaticControl(message, approval.id)} />;
  return <ApprovalRequest key={approval.id} approvalId={approval.id} />;
}

/** It can take the focus, for whoever answered the request it came from. */
function CallReceipt({ message, call }: ViewProps): ReactElement {
  const session = useOptionalSessionContext();
  const shared = { tabIndex: -1, call, receipt: newestReceipt(message, call), by: allowedBy(message, call) } as const;
  return session === null ? <Receipt {...shared} /> : <ConnectedReceipt message={message} call={call} shared={shared} />;
}

/** With what the server and the tool take now; handlers of the app win. */
function ConnectedReceipt({ message, call, shared }: ViewProps & { readonly shared: Parameters<typeof Receipt>[0] }): ReactNode {
  const session = useOptionalSessionContext()?.session;
  const app = useContext(ReceiptActionsContext);
  const { canStop, canRetry, enough, cancel, retry } = useToolCall(call.id);
  const actions: ReceiptActions = {
    ...(canStop ? { onDontRun: cancel } : {}),
    ...(canRetry ? { onRetry: retry } : {}),
    ...(shared.receipt !== undefined && whyNotUndoable(message, shared.receipt) === null
      ? { onUndo: ({ id }) => void session?.undo(id).catch(() => {}) }
      : {}),
    ...app,
  };
  return (
    <>
      <ReceiptActionsContext.Provider value={actions}>
        <Receipt {...shared} />
      </ReceiptActionsContext.Provider>
      <ToolProgress call={call} onEnough={canStop && call.progress !== undefined ? enough : undefined} />
    </>
  );
}
