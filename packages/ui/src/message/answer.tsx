"use client";
import type { HTMLAttributes, ReactElement, ReactNode } from "react";
import { isLive, isRefused, type AssistantMessage } from "@unsay/core";
import { joinClasses, withRef, type UiComponent } from "../component.js";
import { StopLedger } from "../tool-call/stop-ledger.js";
import { usePacedAnswer } from "@unsay/react";
import { PacedBody } from "./answer-body.js";
import { CorrectionStrip } from "./correction-strip.js";
import { EndMark } from "./end-mark.js";
import { takeActions, type MessageActions } from "./message-actions.js";
import { RetractionNotice } from "./retraction-notice.js";
import { StatusLine } from "./status-line.js";

export interface AnswerProps extends HTMLAttributes<HTMLDivElement>, MessageActions {
  readonly message: AssistantMessage;
  /** The words of the message that a redirect sent instead. */
  readonly redirect?: string | undefined;
  /** Number of the try while the connection is made again. */
  readonly attempt?: number | undefined;
  /** The question of the open approval. */
  readonly decision?: string | undefined;
}

/** One answer beside its rule: text, marks, how it ended, and its state in words. Renders a `div`. */
export const Answer: UiComponent<HTMLDivElement, AnswerProps> = withRef("Answer", (props, ref) => {
  const [handlers, others] = takeActions(props);
  const { message, redirect, attempt, decision, className, children, ...rest } = others;
  return (
    <div {...rest} {...answerAttributes(message)} ref={ref} className={joinClasses("unsay-answer", className)} data-unsay="answer">
      {children ?? (
        <>
          <PaintedText message={message} />
          <AnswerEnd message={message} redirect={redirect} {...handlers} />
          <StatusLine message={message} attempt={attempt} decision={decision} {...handlers} />
          {isLive(message) ? null : <StopLedger message={message} />}
        </>
      )}
    </div>
  );
});

/** Nothing above the text says more of it than is painted. */
function PaintedText({ message }: { readonly message: AssistantMessage }): ReactElement {
  const paced = usePacedAnswer(message);
  return (
    <>
      <CorrectionStrip message={paced.message} />
      <PacedBody message={message} paced={paced} />
    </>
  );
}

/** What styles and tests read of an answer. Attributes that say nothing are absent. */
export function answerAttributes(message: AssistantMessage): Record<`data-${string}`, string | number | undefined> {
  return {
    "data-status": message.status,
    "data-cause": message.status === "truncated" ? message.cause : undefined,
    "data-liveness": message.status === "pending" || message.status === "streaming" ? message.liveness : undefined,
    "data-revisions": message.revisions > 0 ? message.revisions : undefined,
    "data-notes": message.notes.length > 0 ? message.notes.join(" ") : undefined,
  };
}

function AnswerEnd({ message, redirect, ...actions }: MessageActions & Pick<AnswerProps, "message" | "redirect">): ReactNode {
  if (message.status !== "truncated") return null;
  if (message.cause !== "withheld") return <EndMark message={message} redirect={redirect} {...actions} />;
  return (
    <RetractionNotice
      message={message}
      scope={isRefused(message) ? "refusal" : "answer"}
      reason={isRefused(message) ? undefined : message.error?.userMessage}
      {...(actions.onRegenerate === undefined ? {} : { onRegenerate: actions.onRegenerate })}
    />
  );
}
