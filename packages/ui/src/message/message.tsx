"use client";
import { createElement, memo, useId, type HTMLAttributes, type ReactElement } from "react";
import type { AssistantMessage, Message as MessageFacts, UserMessage } from "@unsay/core";
import { Button } from "../button/button.js";
import { joinClasses, withRef, type UiComponent } from "../component.js";
import { DiscardableAnswer, EditableMessage } from "../composer/thread-edits.js";
import { answerWords, type AnswerWords } from "../strings/english/answer.js";
import { threadWords, type ThreadWords } from "../strings/english/thread.js";
import { useWords } from "../strings/strings.js";
import { Answer } from "./answer.js";
import { HeadingLevelContext, useHeadingLevel } from "./heading-level.js";
import { MessageVersionsSlot } from "./revision-slots.js";
import { selectHeadingState } from "./status-line.copy.js";

export interface MessageProps extends HTMLAttributes<HTMLElement> {
  readonly message: MessageFacts;
  /** From 1, among the messages of the thread. */
  readonly position?: number;
  /** How many messages the thread has. */
  readonly total?: number;
  /** From 1, among the messages of the same side; what the heading counts. */
  readonly number?: number;
  /** Level of the hidden heading; 3 by default. Headings inside the answer come below it. */
  readonly headingLevel?: 1 | 2 | 3 | 4 | 5;
  /** The words of the message that a redirect sent instead of this answer. */
  readonly redirect?: string | undefined;
  readonly attempt?: number | undefined;
  readonly decision?: string | undefined;
  /** `always` also marks the end of a complete answer. */
  readonly endMark?: "early" | "always" | undefined;
  /** Offers to copy the answer. */
  readonly copyable?: boolean | undefined;
  /** Which of how many answers to its question this is, from 1. */
  readonly version?: number | undefined;
  readonly versions?: number | undefined;
  /** Asks for another version of this answer; keep its identity, or every message renders again. */
  readonly onVersion?: ((message: AssistantMessage, version: number) => void) | undefined;
  /** Sends a message that did not arrive once more. */
  readonly onResend?: ((message: UserMessage) => void) | undefined;
}

/** One message. Its hidden heading says the state, so that a list of headings is a list of states. Renders an `article`. */
export const Message: UiComponent<HTMLElement, MessageProps> = memo(
  withRef<HTMLElement, MessageProps>("Message", (props, ref) => {
    const {
      message,
      position,
      total,
      number = position ?? 1,
      headingLevel,
      redirect,
      attempt,
      decision,
      endMark,
      copyable,
      version,
      versions,
      onVersion,
      onResend,
      className,
      children,
      ...rest
    } = props;
    const words = { ...useWords(threadWords), ...useWords(answerWords) };
    const inherited = useHeadingLevel();
    const level = headingLevel ?? inherited;
    const id = useId();
    return (
      <article
        {...rest}
        ref={ref}
        className={joinClasses("unsay-message", className)}
        data-unsay="message"
        data-role={message.role}
        data-message={message.id}
        aria-labelledby={id}
        aria-posinset={position}
        aria-setsize={total}
        tabIndex={-1}
      >
        {createElement(
          `h${level}`,
          { id, className: "unsay-visually-hidden", "data-unsay": "message.heading" },
          selectHeading(message, number, words),
        )}
        <HeadingLevelContext.Provider value={level}>
          {children ?? (
            <MessageContent {...{ message, redirect, attempt, decision, endMark, copyable, version, versions, onVersion, onResend }} />
          )}
        </HeadingLevelContext.Provider>
      </article>
    );
  }),
);

/** "Assistant, answer 4, not complete: length limit reached". */
export function selectHeading(message: MessageFacts, number: number, strings: AnswerWords & ThreadWords): string {
  return message.role === "user"
    ? strings.message.userHeading(number)
    : strings.message.answerHeading(number, selectHeadingState(message, strings));
}

type ContentProps = Pick<
  MessageProps,
  "message" | "redirect" | "attempt" | "decision" | "endMark" | "copyable" | "version" | "versions" | "onVersion" | "onResend"
>;

function MessageContent(props: ContentProps): ReactElement {
  const { message, redirect, attempt, decision, endMark, copyable, version = 1, versions = 1, onVersion, onResend } = props;
  if (message.role === "user") {
    return (
      <EditableMessage message={message}>
        <UserText message={message} onResend={onResend} />
      </EditableMessage>
    );
  }
  return (
    <DiscardableAnswer message={message}>
      <Answer message={message} redirect={redirect} attempt={attempt} decision={decision} endMark={endMark} copyable={copyable} />
      {onVersion === undefined || versions < 2 ? null : (
        <MessageVersionsSlot version={version} versions={versions} onVersion={(next) => onVersion(message, next)} />
      )}
    </DiscardableAnswer>
  );
}

/** What a person wrote is shown as it was written, not read as markdown. */
function UserText({ message, onResend }: { readonly message: UserMessage } & Pick<MessageProps, "onResend">): ReactElement {
  const words = useWords(threadWords);
  const { action } = useWords(answerWords);
  return (
    <div className="unsay-user" data-unsay="message.user" data-delivery={message.delivery}>
      <div className="unsay-user-text" dir="auto">
        {message.text}
      </div>
      {message.delivery === "failed" ? (
        <div className="unsay-user-note">
          <span>{words.message.notSent}</span>
          {onResend === undefined ? null : <Button onClick={() => onResend(message)}>{action.sendAgain}</Button>}
        </div>
      ) : null}
    </div>
  );
}
