"use client";
import type { HTMLAttributes } from "react";
import { Button } from "../button/button.js";
import { joinClasses, withRef, type UiComponent } from "../component.js";
import { composerWords } from "../strings/english/composer.js";
import { useWords } from "../strings/strings.js";

export interface QuotedPartialProps extends HTMLAttributes<HTMLDivElement> {
  /** The last settled words of the answer. */
  readonly quote: string;
  readonly onRemove?: () => void;
}

/** The words that a redirect is about. Renders a `div`. */
export const QuotedPartial: UiComponent<HTMLDivElement, QuotedPartialProps> = withRef("QuotedPartial", (props, ref) => {
  const { quote, onRemove, className, ...rest } = props;
  const { composer } = useWords(composerWords);
  return (
    <div
      role="group"
      aria-label={composer.quoteLabel}
      {...rest}
      ref={ref}
      className={joinClasses("unsay-chip", "unsay-quote", className)}
      data-unsay="quoted-partial"
    >
      <q dir="auto">{quote}</q>
      {onRemove === undefined ? null : (
        <Button className="unsay-chip-remove" aria-label={composer.removeQuote} onClick={onRemove}>
          <span aria-hidden="true">×</span>
        </Button>
      )}
    </div>
  );
});
