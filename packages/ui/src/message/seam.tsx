"use client";
import type { HTMLAttributes } from "react";
import type { Seam as SeamFacts } from "@unsay/core";
import { joinClasses, withRef, type UiComponent } from "../component.js";
import { answerWords, type AnswerWords } from "../strings/english/answer.js";
import { useWords } from "../strings/strings.js";

export interface SeamProps extends HTMLAttributes<HTMLDivElement> {
  readonly seam: Pick<SeamFacts, "why" | "gapMs">;
}

/** A joint in an answer: resumed, or continued with the sign for words put in. Renders a `div` that is a separator. */
export const Seam: UiComponent<HTMLDivElement, SeamProps> = withRef("Seam", (props, ref) => {
  const { seam, className, ...rest } = props;
  const label = selectSeamLabel(seam, useWords(answerWords));
  return (
    <div
      {...rest}
      ref={ref}
      role="separator"
      aria-label={label}
      className={joinClasses("unsay-seam", className)}
      data-unsay="answer.seam"
      data-why={seam.why}
    >
      <span>
        {seam.why === "continue" ? <span aria-hidden="true">‸ </span> : null}
        {label}
      </span>
    </div>
  );
});

export function selectSeamLabel(seam: Pick<SeamFacts, "why" | "gapMs">, strings: AnswerWords): string {
  if (seam.why === "continue") return strings.seam.continued;
  const seconds = seam.gapMs === null ? 0 : Math.round(seam.gapMs / 1_000);
  return seconds > 0 ? strings.seam.resumedAfter(seconds) : strings.seam.resumed;
}
