"use client";
import type { HTMLAttributes } from "react";
import type { OpenApproval } from "@unsay/react";
import { Button } from "../button/button.js";
import { joinClasses, withRef, type UiComponent } from "../component.js";
import { useStrings } from "../strings/strings.js";
import { describeWith, useDescribeCall } from "./describe-call.js";
import { makeVisible } from "./visible-text.js";

export interface ApprovalTrayProps extends HTMLAttributes<HTMLDivElement> {
  readonly approvals: readonly OpenApproval[];
  /** Brings the reader to a request, because they asked. By default the gate's title takes the focus. */
  readonly onGo?: (approvalId: string) => void;
}

/** How many decisions wait, and the way to the first. Renders a `div`, or nothing where none waits. */
export const ApprovalTray: UiComponent<HTMLDivElement, ApprovalTrayProps> = withRef("ApprovalTray", (props, ref) => {
  const { approvals, onGo = focusApproval, className, ...rest } = props;
  const strings = useStrings();
  const describe = useDescribeCall(undefined);
  const [first] = approvals;
  if (first === undefined) return null;
  const [call] = first.calls;
  const title = call === undefined ? "" : makeVisible(describeWith(describe, call, strings).title);
  return (
    <div {...rest} ref={ref} className={joinClasses("unsay-tray", className)} data-unsay="approval-tray">
      <span>
        <strong>{strings.approval.tray(approvals.length)}</strong> {title}
      </span>
      <Button onClick={() => onGo(first.approval.id)}>{strings.approval.trayGo}</Button>
    </div>
  );
});

/** Puts the focus on the title of a gate. Scrolls, since that is what was asked for. */
export function focusApproval(approvalId: string): void {
  const gate = document.querySelector(`[data-unsay="approval-gate"][data-approval="${CSS.escape(approvalId)}"]`);
  gate?.querySelector<HTMLElement>('[data-unsay="approval-gate.title"]')?.focus();
}
