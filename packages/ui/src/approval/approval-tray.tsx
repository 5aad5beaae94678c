"use client";
import type { HTMLAttributes } from "react";
import { useAnswerable, type OpenApproval } from "@unsay/react/base";
import { Button } from "../button/button.js";
import { joinClasses, withRef, type UiComponent } from "../component.js";
import { requestWords } from "../strings/english/request.js";
import { useWords } from "../strings/strings.js";
import { askShortly, useDescribeCall } from "./describe-call.js";
import { focusApproval, isApprovalInView } from "./focus-approval.js";
import { makeVisible } from "./visible-text.js";

export interface ApprovalTrayProps extends HTMLAttributes<HTMLDivElement> {
  readonly approvals: readonly OpenApproval[];
  /** Brings the reader to a request, because they asked. By default the gate's title takes the focus. */
  readonly onGo?: (approvalId: string) => void;
}

/**
 * How many decisions wait, and the way to them: to the first that is out of view, or else to the first. It stands there
 * whether they can be seen or not, since one that came and went would move them. Renders a `div`, or nothing where none waits.
 */
export const ApprovalTray: UiComponent<HTMLDivElement, ApprovalTrayProps> = withRef("ApprovalTray", (props, ref) => {
  const { approvals: open, onGo = focusApproval, className, ...rest } = props;
  const approvals = useAnswerable(open);
  const strings = useWords(requestWords);
  const describe = useDescribeCall(undefined);
  const [first] = approvals;
  if (first === undefined) return null;
  const [call] = first.calls;
  const title = call === undefined ? "" : makeVisible(askShortly(describe, call, strings).title);
  const go = (): void => {
    const hidden = approvals.find(({ approval }) => !isApprovalInView(approval.id));
    onGo((hidden ?? first).approval.id);
  };
  return (
    <div {...rest} ref={ref} className={joinClasses("unsay-tray", className)} data-unsay="approval-tray">
      <span>
        <strong>{strings.approval.tray(approvals.length)}</strong> {title}
      </span>
      <Button onClick={go}>{strings.approval.trayGo}</Button>
    </div>
  );
});
