"use client";
import type { ReactElement } from "react";
import type { AssistantMessage, UsageView } from "@unsay/core";
import { useUsage } from "@unsay/react";
import { Fact, Panel } from "./panel.js";

const NUMBERS = new Intl.NumberFormat("en");

const STATUS: Readonly<Record<UsageView["status"], string>> = {
  pending: "The provider has not reported yet.",
  estimated: "An estimate; the last word is still to come.",
  final: "Final.",
  unreported: "The provider does not report this.",
};

/** What was billed, what was seen, and what lies between them. An unknown figure is a word, never 0. */
export function UsagePanel({ answer }: { readonly answer: AssistantMessage }): ReactElement {
  const { billed, painted, overrun, status, source } = useUsage(answer);
  return (
    <Panel title="Tokens of this answer" note={source === null ? STATUS[status] : `${STATUS[status]} Counted by: ${source}.`}>
      <dl className="problem-facts">
        <Fact label="Billed">{figure(billed)}</Fact>
        <Fact label="Seen by you">{figure(painted)}</Fact>
        <Fact label="Billed and never seen" tone={overrun !== null && overrun > 0 ? "bad" : undefined}>
          {figure(overrun)}
        </Fact>
      </dl>
    </Panel>
  );
}

function figure(tokens: number | null): string {
  return tokens === null ? "not reported" : `${NUMBERS.format(tokens)} tokens`;
}
