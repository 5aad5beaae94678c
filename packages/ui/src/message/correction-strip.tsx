"use client";
import type { HTMLAttributes, ReactNode } from "react";
import { isAnswerPart, type AssistantMessage } from "@unsay/core";
import { joinClasses, withRef, type UiComponent } from "../component.js";
import { useStrings } from "../strings/strings.js";
import { selectRevisedMarks, type TextMark } from "./marked-text.js";

export interface CorrectionStripProps extends HTMLAttributes<HTMLDivElement> {
  readonly message: AssistantMessage;
}

/** First thing in an answer whose beginning was corrected: what it said, and what it says now. Renders a `div`. */
export const CorrectionStrip: UiComponent<HTMLDivElement, CorrectionStripProps> = withRef("CorrectionStrip", (props, ref) => {
  const { message, className, children, ...rest } = props;
  const { correction } = useStrings();
  const first = selectLeadingCorrection(message);
  if (first === null) return null;
  return (
    <div {...rest} ref={ref} role="note" className={joinClasses("unsay-strip", className)} data-unsay="answer.strip">
      {children ?? (
        <>
          <strong>{correction.label}</strong> <Summary mark={first} />
        </>
      )}
    </div>
  );
});

function Summary({ mark }: { readonly mark: RevisedMark }): ReactNode {
  const { correction } = useStrings();
  if (mark.earlier === null) return mark.reason === "" ? null : correction.because(trimStop(mark.reason));
  return correction.changed(clip(mark.earlier), clip(mark.now));
}

type RevisedMark = Extract<TextMark, { kind: "revised" }>;

/** The correction that touches the first block, or `null`: one further down says so by its own mark. */
export function selectLeadingCorrection(message: AssistantMessage): RevisedMark | null {
  if (message.revisions === 0 || (message.status === "truncated" && message.cause === "withheld")) return null;
  const part = message.parts.find(isAnswerPart);
  if (part === undefined) return null;
  const index = part.spans.findIndex((span) => span.replaces !== undefined && isShown(span.state));
  const before = part.spans.slice(0, Math.max(0, index)).filter((span) => isShown(span.state));
  if (index === -1 || before.some((span) => /\n\s*\n/.test(span.text))) return null;
  return selectRevisedMarks([part])[0] ?? null;
}

function isShown(state: string): boolean {
  return state !== "replaced" && state !== "retracted" && state !== "dropped" && state !== "speculative";
}

const CLIP_LENGTH = 60;

/** Markdown signs would read as typing errors in a line of plain words. */
function clip(text: string): string {
  const words = trimStop(
    text
      .replace(/[*_`#>]+/g, "")
      .replace(/\s+/g, " ")
      .trim(),
  );
  return words.length > CLIP_LENGTH ? `${words.slice(0, words.lastIndexOf(" ", CLIP_LENGTH) + 1 || CLIP_LENGTH).trimEnd()}…` : words;
}

function trimStop(text: string): string {
  return text.replace(/[.\s]+$/u, "");
}
