"use client";
import type { HTMLAttributes, ReactElement, ReactNode, RefObject } from "react";
import type { AssistantMessage } from "@unsay/core";
import { useCorrectionStrip, type Correction } from "@unsay/react";
import { joinClasses, withRef, type UiComponent } from "../component.js";
import { revisionWords } from "../strings/english/revision.js";
import { useWords } from "../strings/strings.js";

export interface CorrectionStripProps extends HTMLAttributes<HTMLDivElement> {
  readonly message: AssistantMessage;
  /** The element the answer is drawn in: what is corrected above the view is told of, and the buttons lead there. */
  readonly container?: RefObject<HTMLElement | null>;
}

/** First thing in an answer that was corrected where its reader has to know: what it said, and what it says now. Renders a `div`. */
export const CorrectionStrip: UiComponent<HTMLDivElement, CorrectionStripProps> = withRef("CorrectionStrip", (props, ref) => {
  const { message, container, className, children, ...rest } = props;
  const { correction } = useWords(revisionWords);
  const corrections = useCorrectionStrip(message, container);
  const [first] = corrections;
  if (first === undefined) return null;
  return (
    <div {...rest} ref={ref} role="note" className={joinClasses("unsay-strip", className)} data-unsay="answer.strip">
      {children ?? (
        <>
          <span>
            <strong>{correction.label}</strong> <Summary correction={first} />
            {corrections.length > 1 ? ` ${correction.more(corrections.length - 1)}` : null}
          </span>
          {container === undefined ? null : <StripActions correction={first} container={container} />}
        </>
      )}
    </div>
  );
});

function Summary({ correction: { earlier, now, reason } }: { readonly correction: Correction }): ReactNode {
  const { correction } = useWords(revisionWords);
  if (earlier === null) return reason === "" ? null : correction.because(trimStop(reason));
  return correction.changed(clip(earlier), clip(now));
}

interface StripActionsProps {
  readonly correction: Correction;
  readonly container: RefObject<HTMLElement | null>;
}

function StripActions({ correction: { revision, earlier }, container }: StripActionsProps): ReactElement {
  const { correction } = useWords(revisionWords);
  return (
    <span className="unsay-strip-actions">
      <button type="button" className="unsay-link-button" data-action="jump" onClick={() => showCorrection(container.current, revision)}>
        {correction.jump}
      </button>
      {earlier === null ? null : (
        <button
          type="button"
          className="unsay-link-button"
          data-action="compare"
          onClick={() => compareCorrection(container.current, revision)}
        >
          {correction.compare}
        </button>
      )}
    </span>
  );
}

/** The reader asked for it, so here the text may move. Focus goes to the reference where there is one. */
export function showCorrection(answer: HTMLElement | null, revision: number): void {
  const mark = answer?.querySelector<HTMLElement>(`ins[data-rev="${revision}"]`);
  mark?.scrollIntoView({ block: "center" });
  peekOf(answer, revision)?.focus({ preventScroll: true });
}

/** Opens the earlier wording beside the new one. */
export function compareCorrection(answer: HTMLElement | null, revision: number): void {
  showCorrection(answer, revision);
  const peek = peekOf(answer, revision);
  if (peek?.getAttribute("aria-expanded") === "false") peek.click();
}

function peekOf(answer: HTMLElement | null, revision: number): HTMLElement | null {
  return answer?.querySelector<HTMLElement>(`[data-unsay="answer.peek"][data-rev="${revision}"]`) ?? null;
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
