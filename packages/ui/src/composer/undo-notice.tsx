"use client";
import type { HTMLAttributes } from "react";
import { Button } from "../button/button.js";
import { joinClasses, withRef, type UiComponent } from "../component.js";
import { threadWords } from "../strings/english/thread.js";
import { useWords } from "../strings/strings.js";

export interface UndoNoticeProps extends HTMLAttributes<HTMLDivElement> {
  /** What may be taken back, as `useUndoWindow` keeps it; nothing is drawn for `null`. */
  readonly what: "redirected" | "discarded" | null;
  readonly onUndo: () => void;
}

/** What was just done, and the way back while there is one. Renders a `div`, or nothing. */
export const UndoNotice: UiComponent<HTMLDivElement, UndoNoticeProps> = withRef("UndoNotice", (props, ref) => {
  const { what, onUndo, className, ...rest } = props;
  const { undo } = useWords(threadWords);
  if (what === null) return null;
  return (
    <div {...rest} ref={ref} className={joinClasses("unsay-undo", className)} data-unsay="undo-notice" data-what={what}>
      <span>{undo[what]}</span>
      <Button onClick={onUndo}>{undo.undo}</Button>
    </div>
  );
});
