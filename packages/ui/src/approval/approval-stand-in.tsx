"use client";
import { createElement, useCallback, useContext, useId, useRef, type ReactElement } from "react";
import type { Approval, ToolCall } from "@unsay/core";
import { useGateLeft, useOptionalSessionContext } from "@unsay/react/base";
import { Button } from "../button/button.js";
import { useHeadingLevel } from "../message/heading-level.js";
import { PiecesContext, usePiece } from "../on-demand/pieces.js";
import { answerWords } from "../strings/english/answer.js";
import { requestWords } from "../strings/english/request.js";
import { useWords } from "../strings/strings.js";
import { askShortly, useDescribeCall } from "./describe-call.js";
import { clampText, makeVisible } from "./visible-text.js";

/** As at the gate. */
const TITLE_CHARACTERS = 200;

export interface ApprovalStandInProps {
  readonly approval: Approval;
  /** The first of the calls that are asked about. */
  readonly call: ToolCall;
  /** Its last moment on the page. */
  readonly onLeave: (element: HTMLElement | null) => void;
}

/**
 * Stands where a request will: what is asked cannot be seen yet, so it can be refused and not approved. That a decision is
 * needed is announced by the thread; only that the request cannot be shown is said here. Renders a `div`.
 */
export function ApprovalStandIn({ approval, call, onLeave }: ApprovalStandInProps): ReactElement {
  const { status } = usePiece("tools");
  const { tools } = useContext(PiecesContext);
  const strings = useWords(requestWords);
  const { action } = useWords(answerWords);
  const describe = useDescribeCall(undefined);
  const session = useOptionalSessionContext()?.session;
  const level = Math.min(6, useHeadingLevel() + 1);
  const id = useId();
  const element = useRef<HTMLDivElement>(null);
  useGateLeft(useCallback(() => onLeave(element.current), [onLeave]));
  const { title, rejectLabel } = askShortly(describe, call, strings);
  const words = approval.items.length > 1 ? strings.approval.questionOf(approval.items.length) : title;
  const isAnswered = approval.status !== "open" && approval.unconfirmed !== true;
  return (
    <div
      ref={element}
      className="unsay-approval"
      data-unsay="approval-stand-in"
      data-approval={approval.id}
      role="group"
      aria-labelledby={id}
    >
      {createElement(`h${level}`, { id, tabIndex: -1, dir: "auto", className: "unsay-approval-title" }, cut(words))}
      {status === "failed" ? null : <p className="unsay-approval-note">{strings.approval.loading}</p>}
      <p className="unsay-approval-warning" role="status">
        {status === "failed" ? strings.approval.notLoaded : ""}
      </p>
      <div className="unsay-approval-actions">
        {session === undefined ? null : (
          <Button
            aria-disabled={isAnswered || undefined}
            onClick={() => (isAnswered ? undefined : void session.decide(approval.id, { decision: "reject" }).catch(() => {}))}
          >
            {makeVisible(rejectLabel)}
          </Button>
        )}
        {status === "failed" ? <Button onClick={() => void tools.load().catch(() => {})}>{action.retry}</Button> : null}
      </div>
    </div>
  );
}

function cut(words: string): string {
  return clampText(makeVisible(words), TITLE_CHARACTERS).text;
}
