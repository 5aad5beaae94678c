"use client";
import type { ReactElement } from "react";
import type { AssistantMessage, Outcome } from "@unsay/core";
import type { ReportLog } from "../problem-stage.js";
import { Fact, Panel } from "./panel.js";

export interface OutcomesPanelProps {
  readonly outcomes: ReportLog["outcomes"];
  readonly answers: readonly AssistantMessage[];
}

/** How each answer is counted. */
export function OutcomesPanel({ outcomes, answers }: OutcomesPanelProps): ReactElement {
  const good = outcomes.filter(({ outcome }) => outcome.grade === "good").length;
  return (
    <Panel title="Counted by outcome" note={`${good} good, ${outcomes.length - good} bad. HTTP said 200 each time.`}>
      <dl className="problem-facts">
        {answers.map((answer, index) => {
          const outcome = outcomes.find(({ message }) => message.id === answer.id)?.outcome;
          return (
            <Fact key={answer.id} label={`Answer ${index + 1}`} {...wordsOf(outcome)}>
              {outcome === undefined ? "not yet" : endOf(outcome)}
            </Fact>
          );
        })}
      </dl>
    </Panel>
  );
}

function wordsOf(outcome: Outcome | undefined): { readonly mark?: string; readonly tone?: "done" | "bad" } {
  if (outcome === undefined) return {};
  return { mark: `counted ${outcome.grade}`, tone: outcome.grade === "good" ? "done" : "bad" };
}

function endOf({ status, cause, code }: Outcome): string {
  if (cause === null) return status;
  return code === null ? `${status}: ${cause}` : `${status}: ${cause}, ${code}`;
}
