"use client";
import { memo, useMemo, useRef, useState, type HTMLAttributes, type ReactElement, type ReactNode, type RefObject } from "react";
import { isLive, isRefused, textOf, type AssistantMessage } from "@unsay/core/base";
import { joinClasses, mergeRefs, withRef, type UiComponent } from "../component.js";
import { StopLedgerSlot } from "../tool-call/tool-call-slot.js";
import { usedKinds, useUses } from "@unsay/react/base";
import { PacedBody } from "./answer-body.js";
import { EndMark } from "./end-mark.js";
import { takeActions, type MessageActions } from "./message-actions.js";
import { RetractionNotice } from "./retraction-notice.js";
import { AnswerNewsSlot, CopyButton, useRememberedCopies } from "./revision-slots.js";
import { StatusLine } from "./status-line.js";
import { hasSameStatus, isSameBut } from "./status-words.js";
import { usePaced } from "./use-paced.js";

export interface AnswerProps extends HTMLAttributes<HTMLDivElement>, MessageActions {
  readonly message: AssistantMessage;
  /** The words of the message that a redirect sent instead. */
  readonly redirect?: string | undefined;
  /** Number of the try while the connection is made again. */
  readonly attempt?: number | undefined;
  /** The question of the open approval. */
  readonly decision?: string | undefined;
  /** `always` also marks the end of a complete answer. */
  readonly endMark?: "early" | "always" | undefined;
  /** Offers to copy what is shown. */
  readonly copyable?: boolean | undefined;
}

/** One answer beside its rule: text, marks, how it ended, and its state in words. Renders a `div`. */
export const Answer: UiComponent<HTMLDivElement, AnswerProps> = withRef("Answer", (props, ref) => {
  const [handlers, others] = takeActions(props);
  const { message, redirect, attempt, decision, endMark, copyable = false, className, children, ...rest } = others;
  const element = useRef<HTMLDivElement>(null);
  // One function for as long as it stands: a new one each time would leave what is below without the element while it lays out.
  const merged = useMemo(() => mergeRefs(element, ref), [ref]);
  const used = usedKinds(useUses(message.id));
  useRememberedCopies(element, message);
  return (
    <div
      {...rest}
      {...answerAttributes(message)}
      ref={merged}
      className={joinClasses("unsay-answer", className)}
      data-unsay="answer"
      data-used={used}
    >
      {children ?? (
        <>
          <PaintedAnswer
            message={message}
            container={element}
            handlers={handlers}
            isUsed={used !== undefined}
            {...{ redirect, attempt, decision, endMark, copyable }}
          />
          {isLive(message) ? null : <StopLedgerSlot message={message} />}
        </>
      )}
    </div>
  );
});

function AnswerActions({ message }: { readonly message: AssistantMessage }): ReactElement {
  return (
    <div className="unsay-actions" data-unsay="answer.actions">
      <CopyButton message={message} />
    </div>
  );
}

interface PaintedAnswerProps extends Pick<AnswerProps, "message" | "redirect" | "attempt" | "decision" | "endMark" | "copyable"> {
  readonly container: RefObject<HTMLElement | null>;
  readonly handlers: MessageActions;
  /** Somebody copied, quoted or applied words of it. */
  readonly isUsed: boolean;
}

/** Nothing above the text says more of it than is painted. */
function PaintedAnswer({
  message,
  container,
  handlers,
  redirect,
  attempt,
  decision,
  endMark,
  copyable,
  isUsed,
}: PaintedAnswerProps): ReactElement {
  const paced = usePaced(message);
  const [first] = useState(paced.message);
  return (
    <>
      {isUsed || paced.message.revisions > 0 ? <AnswerNewsSlot message={paced.message} since={first} container={container} /> : null}
      <PacedBody message={message} paced={paced} />
      {isLive(message) ? null : <AnswerEnd message={message} redirect={redirect} endMark={endMark} {...handlers} />}
      <SteadyStatusLine
        message={message}
        attempt={attempt}
        decision={decision}
        hasDrafts={paced.drafts.some(({ text, stable }) => stable < text.length)}
        {...handlers}
      />
      {copyable === true && textOf(paced.message).trim() !== "" ? <AnswerActions message={paced.message} /> : null}
    </>
  );
}

const MESSAGE: ReadonlySet<string> = new Set(["message"]);

/** Drawn when its words may change, and not for each word of the answer. */
const SteadyStatusLine = memo(
  StatusLine,
  (before, after) => hasSameStatus(before.message, after.message) && isSameBut(MESSAGE, before, after),
);

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

function AnswerEnd({
  message,
  redirect,
  endMark,
  ...actions
}: MessageActions & Pick<AnswerProps, "message" | "redirect" | "endMark">): ReactNode {
  if (message.status !== "truncated") return <EndMark message={message} always={endMark === "always"} />;
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
