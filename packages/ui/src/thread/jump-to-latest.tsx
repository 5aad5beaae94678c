"use client";
import type { ButtonHTMLAttributes } from "react";
import { joinClasses, withRef, type UiComponent } from "../component.js";
import { threadWords, type ThreadWords } from "../strings/english/thread.js";
import { useWords } from "../strings/strings.js";

/** How things stand at the end of the text. A number counts messages that came meanwhile. */
export type JumpReason = "answering" | "finished" | "decision" | number;

export interface JumpToLatestProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly reason: JumpReason;
}

/** The way back to the end, said with what waits there. Renders a `button`. */
export const JumpToLatest: UiComponent<HTMLButtonElement, JumpToLatestProps> = withRef("JumpToLatest", (props, ref) => {
  const { reason, className, children, ...rest } = props;
  const { thread } = useWords(threadWords);
  return (
    <button
      type="button"
      {...rest}
      ref={ref}
      className={joinClasses("unsay-jump", className)}
      data-unsay="jump-to-latest"
      data-reason={reason}
    >
      {children ?? (
        <>
          {labelOf(reason, thread)} <span aria-hidden="true">↓</span>
        </>
      )}
    </button>
  );
});

function labelOf(reason: JumpReason, thread: ThreadWords["thread"]): string {
  if (typeof reason === "number") return thread.newMessages(reason);
  return { answering: thread.stillAnswering, finished: thread.finished, decision: thread.needsDecision }[reason];
}
