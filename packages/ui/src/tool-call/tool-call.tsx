"use client";
import type { HTMLAttributes, ReactElement } from "react";
import { selectCall, type AssistantMessage, type ToolCall as ToolCallFacts } from "@unsay/core";
import { riskOf, useOptionalSessionContext } from "@unsay/react";
import { ApprovalGate } from "../approval/approval-gate.js";
import { createFormingControl, createStaticControl } from "../approval/static-control.js";
import { joinClasses, withRef, type UiComponent } from "../component.js";
import { useStrings } from "../strings/strings.js";
import { nameOfCall } from "./call-words.js";
import { newestReceipt, Receipt } from "./receipt.js";

export interface ToolCallProps extends HTMLAttributes<HTMLDivElement> {
  readonly message: AssistantMessage;
  readonly callId: string;
}

/** The one place of a tool call: a line, a gate or a receipt, by its state. Renders a `div`. */
export const ToolCall: UiComponent<HTMLDivElement, ToolCallProps> = withRef("ToolCall", (props, ref) => {
  const { message, callId, className, ...rest } = props;
  const call = selectCall(message, callId);
  if (call === undefined) return null;
  return (
    <div
      {...rest}
      ref={ref}
      className={joinClasses("unsay-tool", className)}
      data-unsay="tool-call"
      data-status={call.status}
      data-tool={call.name}
    >
      <ToolCallView message={message} call={call} />
    </div>
  );
});

interface ViewProps {
  readonly message: AssistantMessage;
  readonly call: ToolCallFacts;
}

function ToolCallView({ message, call }: ViewProps): ReactElement | null {
  switch (call.status) {
    case "proposed":
    case "ready":
      return riskOf(call) >= 2 ? <ApprovalGate control={createFormingControl(message, call.id)} /> : <PreparingLine call={call} />;
    case "awaiting-approval":
    case "expired":
      return <Gate message={message} call={call} />;
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
      return <Receipt call={call} receipt={newestReceipt(message, call)} />;
  }
}

function PreparingLine({ call }: { readonly call: ToolCallFacts }): ReactElement {
  const { tool } = useStrings();
  return (
    <p className="unsay-tool-line" data-unsay="tool-call.line">
      {tool.preparing(nameOfCall(call))}
    </p>
  );
}

/** One gate for a request, at its first call; the others show a line. Without a session it can be read, not answered. */
function Gate({ message, call }: ViewProps): ReactElement | null {
  const session = useOptionalSessionContext();
  const approval = message.approvals.findLast((candidate) => candidate.items.some((item) => item.call === call.id));
  if (approval === undefined) return <PreparingLine call={call} />;
  if (approval.items[0]?.call !== call.id) return <PreparingLine call={call} />;
  if (session === null) return <ApprovalGate control={createStaticControl(message, approval.id)} />;
  return <ApprovalGate approvalId={approval.id} />;
}
