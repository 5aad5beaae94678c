"use client";
import type { HTMLAttributes } from "react";
import { usageOf, type AssistantMessage, type UsageView } from "@unsay/core";
import { joinClasses, withRef, type UiComponent } from "../component.js";
import { healthWords, type HealthWords } from "../strings/english/health.js";
import { useWords } from "../strings/strings.js";

export interface UsageReceiptProps extends HTMLAttributes<HTMLParagraphElement> {
  readonly message: AssistantMessage;
}

/** What an answer took, in words; late figures change it. Renders a `p`. */
export const UsageReceipt: UiComponent<HTMLParagraphElement, UsageReceiptProps> = withRef("UsageReceipt", (props, ref) => {
  const { message, className, ...rest } = props;
  const usage = usageOf(message);
  const { usage: words } = useWords(healthWords);
  return (
    <p {...rest} ref={ref} className={joinClasses("unsay-usage", className)} data-unsay="usage-receipt" data-status={usage.status}>
      {selectUsageText(usage, words)}
    </p>
  );
});

/** Nothing is said of a number that nobody stated, and no money is made of tokens. */
export function selectUsageText(usage: UsageView, words: HealthWords["usage"]): string {
  const { billed, billedReasoning, painted, overrun, status, source } = usage;
  if (status === "unreported") return words.unreported;
  if (billed === null) return words.pending;
  return [
    status === "final" ? words.billed(billed) : words.billedSoFar(billed),
    billedReasoning === null || billedReasoning === 0 ? "" : words.reasoning(billedReasoning),
    painted === null ? "" : words.painted(painted),
    overrun === null || overrun <= 0 ? "" : words.overrun(overrun),
    source === null ? "" : words.source(source),
  ]
    .filter(Boolean)
    .join(" ");
}
