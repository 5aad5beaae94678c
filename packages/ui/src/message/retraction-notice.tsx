"use client";
import type { HTMLAttributes } from "react";
import type { AssistantMessage } from "@unsay/core";
import { joinClasses, withRef, type UiComponent } from "../component.js";
import { answerWords } from "../strings/english/answer.js";
import { useWords } from "../strings/strings.js";
import { ActionButtons, useMessageActions, type MessageActions } from "./message-actions.js";

export interface RetractionNoticeProps extends HTMLAttributes<HTMLDivElement>, Pick<MessageActions, "onRegenerate"> {
  /** Why, in words for the reader. */
  readonly reason?: string | undefined;
  /** Whether an answer or one part of it was taken back. */
  readonly scope?: "answer" | "block" | "refusal";
  /** The answer it stands for; gives the next moves. */
  readonly message?: AssistantMessage;
}

/** Stands where an answer or a part of it was taken back. Renders a `div`. */
export const RetractionNotice: UiComponent<HTMLDivElement, RetractionNoticeProps> = withRef("RetractionNotice", (props, ref) => {
  const { reason, scope = "answer", message, onRegenerate, className, children, ...rest } = props;
  const { retraction } = useWords(answerWords);
  const actions = useMessageActions({ onRegenerate });
  return (
    <div {...rest} ref={ref} className={joinClasses("unsay-retraction", className)} data-unsay="answer.retraction">
      {children ?? (
        <>
          <p>
            <strong>{retraction[scope]}</strong> {reason === undefined || reason === "" ? null : sentence(reason)}
          </p>
          {message === undefined || scope === "block" ? null : <ActionButtons message={message} names={["regenerate"]} actions={actions} />}
        </>
      )}
    </div>
  );
});

function sentence(reason: string): string {
  const words = reason.slice(0, 1).toLocaleUpperCase() + reason.slice(1);
  return /[.!?…]$/u.test(words) ? words : `${words}.`;
}
