"use client";
import { useMemo, useRef, type HTMLAttributes, type KeyboardEvent, type ReactElement, type SyntheticEvent } from "react";
import { useDecisionDialog, type UseApprovalResult } from "@unsay/react";
import { Button } from "../button/button.js";
import { joinClasses, mergeRefs, withRef, type UiComponent } from "../component.js";
import { toolWords } from "../strings/english/tool.js";
import { useWords } from "../strings/strings.js";
import { ApprovalGate, useGateState } from "./approval-gate.js";
import type { DescribeCall } from "./describe-call.js";
import { makeVisible } from "./visible-text.js";

export interface ApprovalDialogProps extends HTMLAttributes<HTMLDivElement> {
  readonly control: UseApprovalResult;
  readonly describeCall?: DescribeCall;
}

/**
 * Tier 4: the gate in a modal dialog. It opens by itself only before a reader who is there and not typing; Escape puts
 * it off. In the transcript stands a line with the way to it. Renders a `div` with the line.
 */
export const ApprovalDialog: UiComponent<HTMLDivElement, ApprovalDialogProps> = withRef("ApprovalDialog", (props, ref) => {
  const { control, describeCall, className, ...rest } = props;
  const { approval: words } = useWords(toolWords);
  const { question } = useGateState(control, describeCall);
  const isAsking = control.view === "open" || control.view === "submitting" || control.view === "unconfirmed";
  const dialog = useDecisionDialog(control.approval?.id ?? "", isAsking, focusTitle);
  if (!isAsking) return <ApprovalGate {...rest} ref={ref} control={control} {...(describeCall === undefined ? {} : { describeCall })} />;
  return (
    <div
      {...rest}
      ref={ref}
      className={joinClasses("unsay-approval-line", className)}
      data-unsay="approval-dialog.line"
      data-approval={control.approval?.id}
    >
      <strong dir="auto">{makeVisible(question.title)}</strong>
      <Button data-unsay="approval-dialog.review" onClick={dialog.open}>
        {words.dialogReview}
      </Button>
      {dialog.isOpen ? <Modal dialogRef={dialog.ref} control={control} describeCall={describeCall} onLater={dialog.park} /> : null}
    </div>
  );
});

function focusTitle(dialog: HTMLDialogElement): void {
  dialog.querySelector<HTMLElement>('[data-unsay="approval-gate.title"]')?.focus();
}

interface ModalProps {
  readonly dialogRef: (element: HTMLDialogElement | null) => void;
  readonly control: UseApprovalResult;
  readonly describeCall: DescribeCall | undefined;
  readonly onLater: () => void;
}

function Modal({ dialogRef, control, describeCall, onLater }: ModalProps): ReactElement {
  const { approval: words } = useWords(toolWords);
  const own = useRef<HTMLDialogElement>(null);
  const merged = useMemo(() => mergeRefs(own, dialogRef), [dialogRef]);
  const later = (event: SyntheticEvent): void => {
    event.preventDefault();
    // The browser gives the focus back to where it was.
    own.current?.close();
    onLater();
  };
  const keys = (event: KeyboardEvent): void => {
    if (event.key !== "Escape") return;
    // Above it Escape would stop the answer.
    event.stopPropagation();
    later(event);
  };
  const gate = useGateState(control, describeCall);
  const id = `${gate.titleId}-dialog`;
  return (
    <dialog
      ref={merged}
      role="alertdialog"
      aria-labelledby={id}
      className="unsay-dialog"
      data-unsay="approval-dialog"
      onCancel={later}
      onKeyDown={keys}
    >
      <span id={id} hidden>
        {makeVisible(gate.question.title)}
      </span>
      <ApprovalGate control={control} {...(describeCall === undefined ? {} : { describeCall })} />
      <div className="unsay-dialog-later">
        <Button data-unsay="approval-dialog.later" onClick={later}>
          {words.later}
        </Button>
      </div>
    </dialog>
  );
}
