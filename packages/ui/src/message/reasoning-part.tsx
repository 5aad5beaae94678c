"use client";
import { useId, useState, type HTMLAttributes } from "react";
import { textOfPart, type TextPart } from "@unsay/core/base";
import { flag, joinClasses, withRef, type UiComponent } from "../component.js";
import { answerWords } from "../strings/english/answer.js";
import { useWords } from "../strings/strings.js";

export interface ReasoningPartProps extends Omit<HTMLAttributes<HTMLDivElement>, "part"> {
  readonly part: TextPart;
  /** The answer may still grow, so an open part is being written. */
  readonly live?: boolean;
  /** How long it took, where the server said so. */
  readonly durationS?: number;
  readonly defaultOpen?: boolean;
}

/** The model's thinking, folded. Never part of the answer text, of copies or of announcements. Renders a `div`. */
export const ReasoningPart: UiComponent<HTMLDivElement, ReasoningPartProps> = withRef("ReasoningPart", (props, ref) => {
  const { part, live = false, durationS, defaultOpen = false, className, ...rest } = props;
  const { reasoning } = useWords(answerWords);
  const [open, setOpen] = useState(defaultOpen);
  const id = useId();
  const isWriting = live && part.status === "open";
  const done = durationS === undefined ? reasoning.done : reasoning.doneIn(durationS);
  return (
    <div {...rest} ref={ref} className={joinClasses("unsay-reasoning", className)} data-unsay="answer.reasoning" data-open={flag(open)}>
      <button
        type="button"
        className="unsay-disclosure"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        onClick={() => setOpen(!open)}
      >
        {isWriting ? reasoning.open : done}
      </button>
      {open ? (
        <div id={id} className="unsay-reasoning-text" dir="auto">
          {textOfPart(part)}
        </div>
      ) : null}
    </div>
  );
});
