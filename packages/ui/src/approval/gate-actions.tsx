"use client";
import { useId, useState, type HTMLAttributes, type MouseEvent, type ReactElement, type ReactNode } from "react";
import type { UseApprovalResult } from "@unsay/react";
import { Button } from "../button/button.js";
import { joinClasses, withRef, type UiComponent } from "../component.js";
import { toolWords, type ToolWords } from "../strings/english/tool.js";
import { useWords } from "../strings/strings.js";
import { useApprovalSettings } from "./approval-settings.js";
import { ApproveControl } from "./approve-control.js";
import { focusApproval } from "./focus-approval.js";
import { useGate } from "./gate-context.js";
import { makeVisible } from "./visible-text.js";

/** Reject first, Approve last; words instead of both once the request is closed. Renders a `div`. */
export const ApprovalGateActions: UiComponent<HTMLDivElement, HTMLAttributes<HTMLDivElement>> = withRef(
  "ApprovalGateActions",
  (props, ref) => {
    const { control } = useGate("ApprovalGateActions");
    const { view } = control;
    if (view === "forming") return null;
    if (view === "unconfirmed") return <Unconfirmed onAgain={control.sendAgain} />;
    if (view !== "open" && view !== "submitting") return <Outcome />;
    return (
      <div
        {...props}
        ref={ref}
        className={joinClasses("unsay-approval-actions", props.className)}
        data-unsay="approval-gate.actions"
        data-mechanism={control.mechanism}
      >
        {props.children ?? <DefaultActions />}
        <Blocked />
      </div>
    );
  },
);

function DefaultActions(): ReactElement {
  return (
    <>
      <RejectButton />
      <ReasonButton />
      <EditButton />
      <ApproveControl />
    </>
  );
}

function RejectButton(): ReactElement {
  const { control, question } = useGate("ApprovalGateActions");
  const { onClick, ...props } = control.getRejectProps() as { onClick?: (event: MouseEvent) => void };
  const isSubmitting = control.view === "submitting";
  return (
    <Button
      {...props}
      aria-disabled={isSubmitting || undefined}
      data-unsay="approval-gate.reject"
      onClick={(event) => (isSubmitting ? undefined : onClick?.(event))}
    >
      {makeVisible(question.rejectLabel)}
    </Button>
  );
}

/** A reason, and the way to ask for something else instead: opened by those who want it. */
function ReasonButton(): ReactElement | null {
  const { control } = useGate("ApprovalGateActions");
  const { approval } = useWords(toolWords);
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  if (control.view === "submitting") return null;
  return (
    <>
      <Button
        aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined}
        data-unsay="approval-gate.reason-toggle"
        onClick={() => setOpen(!isOpen)}
      >
        {approval.reason}
      </Button>
      {isOpen ? <ReasonForm id={id} /> : null}
    </>
  );
}

function ReasonForm({ id }: { readonly id: string }): ReactElement {
  const { control, question } = useGate("ApprovalGateActions");
  const { approval } = useWords(toolWords);
  const { onRedirect } = useApprovalSettings();
  const [reason, setReason] = useState("");
  const [call] = control.calls;
  const label = makeVisible(question.rejectLabel);
  const redirect = (): void => {
    control.reject(reason.trim());
    if (call !== undefined) onRedirect?.(call, makeVisible(question.title));
  };
  return (
    <div id={id} className="unsay-approval-reason" data-unsay="approval-gate.reason">
      <label className="unsay-approval-type">
        <span>{approval.reasonLabel}</span>
        <textarea className="unsay-field" rows={2} dir="auto" value={reason} onChange={(event) => setReason(event.target.value)} />
      </label>
      <Button onClick={() => control.reject(reason.trim())}>{label}</Button>
      {onRedirect === undefined ? null : <Button onClick={redirect}>{approval.rejectRedirect(label)}</Button>}
    </div>
  );
}

function EditButton(): ReactElement | null {
  const { control, isEditing, setEditing } = useGate("ApprovalGateActions");
  const { approval } = useWords(toolWords);
  if (control.approval?.editable !== true || control.asked.length !== 1 || control.view === "submitting") return null;
  return (
    <Button aria-expanded={isEditing} data-unsay="approval-gate.edit" onClick={() => setEditing(!isEditing)}>
      {isEditing ? approval.editDone : approval.edit}
    </Button>
  );
}

/** Why Approve waits, in words; arming and looking take a moment and need none. */
function Blocked(): ReactNode {
  const { control } = useGate("ApprovalGateActions");
  const { approval } = useWords(toolWords);
  const { blockedBy, error } = control;
  const said =
    blockedBy !== null && blockedBy in approval.blocked ? approval.blocked[blockedBy as keyof typeof approval.blocked] : undefined;
  const words = error === null ? said : [approval.failed, error.userMessage].filter(Boolean).join(" ");
  return words === undefined ? null : <p className="unsay-approval-note">{words}</p>;
}

function Unconfirmed({ onAgain }: { readonly onAgain: () => void }): ReactElement {
  const { action, approval } = useWords(toolWords);
  return (
    <div className="unsay-approval-actions" data-unsay="approval-gate.actions">
      <span className="unsay-approval-note">{approval.unconfirmed}</span>
      <Button onClick={onAgain}>{action.sendAgain}</Button>
    </div>
  );
}

type ClosedView = "approved" | "rejected" | "expired" | "superseded" | "cancelled";

/** What became of it, and what can still be done. */
function Outcome(): ReactElement {
  const { control, question } = useGate("ApprovalGateActions");
  const strings = useWords(toolWords);
  const { onAskAgain } = useApprovalSettings();
  const [call] = control.asked;
  const successor = control.view === "superseded" ? successorOf(control) : undefined;
  return (
    <p className="unsay-approval-note" data-unsay="approval-gate.outcome">
      {textOfOutcome(control, strings)}{" "}
      {control.view === "expired" && onAskAgain !== undefined && call !== undefined ? (
        <Button onClick={() => onAskAgain(call, makeVisible(question.title))}>{strings.approval.askAgain}</Button>
      ) : null}
      {successor === undefined ? null : <Button onClick={() => focusApproval(successor)}>{strings.approval.seeNew}</Button>}
    </p>
  );
}

function textOfOutcome({ view, approval, isElsewhere }: UseApprovalResult, { approval: words, time }: ToolWords): string {
  if (isElsewhere) return words.elsewhere;
  if (view !== "expired" || approval?.requestedAt == null || approval.expiresInMs === null) return words[view as ClosedView];
  return words.expiredAt(time(approval.requestedAt + approval.expiresInMs));
}

/** The request about the same call that took the place of this one. */
function successorOf({ approval, message }: UseApprovalResult): string | undefined {
  const calls = approval?.items.map(({ call }) => call) ?? [];
  return message?.approvals.findLast(({ id, items }) => id !== approval?.id && items.some(({ call }) => calls.includes(call)))?.id;
}
