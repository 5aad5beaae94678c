"use client";
import { useCallback, useState, type HTMLAttributes, type ReactNode } from "react";
import { hiddenWordCount, isLive, selectOpenApprovals, type AssistantMessage } from "@unsay/core/base";
import { useAnswerable, useNow } from "@unsay/react/base";
import { joinClasses, withRef, type UiComponent } from "../component.js";
import { answerWords } from "../strings/english/answer.js";
import { useWords } from "../strings/strings.js";
import { Caret } from "./marks.js";
import { ActionButtons, takeActions, useMessageActions, type MessageActions } from "./message-actions.js";
import { selectStatusCopy } from "./status-line.copy.js";

export interface StatusLineProps extends HTMLAttributes<HTMLDivElement>, MessageActions {
  readonly message: AssistantMessage;
  /** Number of the try while reconnecting. */
  readonly attempt?: number | undefined;
  /** The question of the open approval, named while the answer waits for it. */
  readonly decision?: string | undefined;
  /** Words that may still be dropped stand in the text. */
  readonly hasDrafts?: boolean;
}

/** The state of an answer in words; never a live region, so that seconds tick in silence. Renders a `div`. */
export const StatusLine: UiComponent<HTMLDivElement, StatusLineProps> = withRef("StatusLine", (props, ref) => {
  const [handlers, others] = takeActions(props);
  const { message, attempt, decision, hasDrafts = false, className, children, ...rest } = others;
  const strings = useWords(answerWords);
  const [waitsFor, setWaitsFor] = useState<number | null>(null);
  // Waiting is said of this silence; new text ends it.
  const isWaiting = waitsFor !== null && waitsFor === message.waitingSince;
  const keepWaiting = useCallback<NonNullable<MessageActions["onKeepWaiting"]>>(({ waitingSince }) => setWaitsFor(waitingSince), []);
  const actions = useMessageActions({ onKeepWaiting: keepWaiting, ...handlers });
  const { waitedS, retryInS } = useSeconds(message);
  const hiddenWords = isLive(message) ? 0 : hiddenWordCount(message);
  const hasExpired = useHasExpired(message);
  const copy = selectStatusCopy(message, strings, {
    waitedS,
    hiddenWords,
    hasDrafts,
    isWaiting,
    hasExpired,
    ...(retryInS === undefined ? {} : { retryInS }),
    ...(attempt === undefined ? {} : { attempt }),
    ...(decision === undefined ? {} : { decision }),
  });
  const isFirstSecond = message.status === "pending" && copy.text === strings.status.waiting;
  return (
    <div {...rest} ref={ref} className={joinClasses("unsay-status", className)} data-unsay="answer.status" data-ink={copy.chip?.ink}>
      {children ?? (
        <>
          {message.status === "pending" ? <Caret /> : null}
          {copy.chip === null ? null : (
            <span className="unsay-state-chip" data-unsay="answer.chip" data-ink={copy.chip.ink}>
              {copy.chip.text}
            </span>
          )}
          <span className={isFirstSecond ? "unsay-visually-hidden" : "unsay-status-text"} data-unsay="answer.status-text">
            {copy.text}
            <EndTime message={message} />
            {copy.details.map((detail) => ` · ${detail}`)}
          </span>
          <span className="unsay-status-actions" data-unsay="answer.status-actions">
            <ActionButtons message={message} names={copy.actions} actions={actions} hiddenWords={hiddenWords} />
          </span>
        </>
      )}
    </div>
  );
});

/** The requests that the answer waits for, and nobody can answer any more. */
function useHasExpired(message: AssistantMessage): boolean {
  const open = isLive(message) ? selectOpenApprovals(message) : [];
  const answerable = useAnswerable(open.map((approval) => ({ approval })));
  return open.length > 0 && answerable.length === 0;
}

function EndTime({ message }: { readonly message: AssistantMessage }): ReactNode {
  const strings = useWords(answerWords);
  if (message.endedAt === null || isLive(message)) return null;
  // The server writes the time in its own zone; the reader's replaces it without a complaint.
  return (
    <>
      {" · "}
      <time dateTime={new Date(message.endedAt).toISOString()} suppressHydrationWarning>
        {strings.time(message.endedAt)}
      </time>
    </>
  );
}

/** Seconds since the newest content, and until a busy server is asked again, on the clock of the session; counted only where the words show them. */
function useSeconds(message: AssistantMessage): { readonly waitedS: number | null; readonly retryInS?: number } {
  const isCounting = isLive(message) && message.waitingSince !== null;
  const now = useNow(1_000, isCounting);
  if (!isCounting || message.waitingSince === null) return { waitedS: null };
  const waitedS = Math.max(0, Math.floor((now - message.waitingSince) / 1_000));
  return message.busyUntil === undefined ? { waitedS } : { waitedS, retryInS: Math.max(1, Math.ceil((message.busyUntil - now) / 1_000)) };
}
