"use client";
import type { HTMLAttributes } from "react";
import { isSettled, textOf, type AssistantMessage, type Cause } from "@unsay/core/base";
import { joinClasses, withRef, type UiComponent } from "../component.js";
import { answerWords, type AnswerWords } from "../strings/english/answer.js";
import { useWords } from "../strings/strings.js";
import { ActionButtons, takeActions, useMessageActions, type MessageActions } from "./message-actions.js";
import type { MessageActionName } from "./status-line.copy.js";

type TruncatedMessage = AssistantMessage & { readonly status: "truncated" };

export interface EndMarkProps extends HTMLAttributes<HTMLDivElement>, MessageActions {
  /** Nothing is drawn where a `RetractionNotice` stands instead, and nothing of an answer that is live. */
  readonly message: AssistantMessage;
  /** Also marks the end of a complete answer. */
  readonly always?: boolean | undefined;
  /** The words of the message that a redirect sent instead. */
  readonly redirect?: string | undefined;
}

/** How an early end ended, and the next move. Renders a `div`. */
export const EndMark: UiComponent<HTMLDivElement, EndMarkProps> = withRef("EndMark", (props, ref) => {
  const [handlers, others] = takeActions(props);
  const { message, always = false, redirect, className, children, ...rest } = others;
  const strings = useWords(answerWords);
  const actions = useMessageActions(handlers);
  if (isSettled(message) && always) {
    return (
      <div {...rest} ref={ref} className={joinClasses("unsay-end-sign", className)} data-unsay="answer.end">
        {children ?? (
          <span role="img" aria-label={strings.end.complete}>
            ∎
          </span>
        )}
      </div>
    );
  }
  if (message.status !== "truncated" || message.cause === "withheld") return null;
  return (
    <div {...rest} ref={ref} className={joinClasses("unsay-end", className)} data-unsay="answer.end" data-cause={message.cause}>
      {children ?? (
        <>
          <span className="unsay-end-shape" data-unsay="answer.end-shape" aria-hidden="true" />
          <strong data-unsay="answer.end-label">{selectEndLabel(message, strings, redirect)}</strong>
          <span className="unsay-end-actions" data-unsay="answer.end-actions">
            <ActionButtons message={message} names={selectEndActions(message)} actions={actions} />
          </span>
        </>
      )}
    </div>
  );
});

/** The words at the end of a truncated answer. */
export function selectEndLabel(message: TruncatedMessage, strings: AnswerWords, redirect?: string): string {
  if (textOf(message).trim() === "" && message.cause !== "redirected") return strings.end.empty;
  return labelOfCause(message, strings, redirect);
}

function labelOfCause(message: TruncatedMessage, strings: AnswerWords, redirect: string | undefined): string {
  const { end } = strings;
  switch (message.cause) {
    case "stopped":
      return { user: end.stopped, "other-device": end.stoppedFromElsewhere, admin: end.stoppedByAdmin, server: end.stoppedByServer }[
        message.stop?.by ?? "user"
      ];
    case "redirected":
      return redirect === undefined ? end.redirected : end.redirectedTo(clip(redirect));
    case "withheld":
      return strings.retraction.answer;
    case "disconnected":
    case "length":
    case "filtered":
    case "failed":
    case "orphaned":
    case "corrupt":
    case "unverified":
      return end[message.cause];
  }
}

const CLIP_LENGTH = 80;

function clip(text: string): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > CLIP_LENGTH ? `${line.slice(0, CLIP_LENGTH).trimEnd()}…` : line;
}

const OFFERS: Record<Cause, readonly MessageActionName[]> = {
  stopped: ["continue", "redirect"],
  redirected: [],
  disconnected: ["continue", "retry"],
  length: ["continue"],
  filtered: ["regenerate"],
  withheld: ["regenerate"],
  failed: ["retry", "continue"],
  orphaned: ["continue", "regenerate"],
  corrupt: ["retry", "continue"],
  unverified: ["regenerate"],
};

/** The next moves of an early end, best first. */
export function selectEndActions(message: TruncatedMessage): readonly MessageActionName[] {
  const offers = OFFERS[message.cause].filter((name) => isPossible(name, message));
  const canReconnect = message.resumable && (message.cause === "disconnected" || message.cause === "corrupt");
  return canReconnect ? ["reconnect", ...offers.filter((name) => name !== "retry")] : offers;
}

/** A backend that did not declare it can't go on in the same answer. */
function canContinue(message: TruncatedMessage): boolean {
  return message.run === null || message.run.caps.continue === true;
}

/** Continue has nothing to go on from where no word stands; Retry nothing to hope for where the error says so. */
function isPossible(name: MessageActionName, message: TruncatedMessage): boolean {
  if (name === "continue") return message.cause !== "filtered" && textOf(message).trim() !== "" && canContinue(message);
  return name !== "retry" || message.error?.retryable !== false;
}
