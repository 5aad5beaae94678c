"use client";
import type { ReactElement } from "react";
import type { AssistantMessage, RunCommand, StartCommand } from "@unsay/core";
import { Fact, Panel } from "./panel.js";

export interface RequestsPanelProps {
  readonly answer: AssistantMessage;
  readonly sent: readonly (StartCommand | RunCommand)[];
}

/** What went over the line, and what came of it. */
export function RequestsPanel({ answer, sent }: RequestsPanelProps): ReactElement {
  const starts = sent.filter((command) => command.command === "start");
  return (
    <Panel title="Asked and done" note="The first reply was lost on its way.">
      <dl className="problem-facts">
        <Fact label="Requests sent">{starts.length}</Fact>
        <Fact label="Under different keys">{new Set(starts.map(({ startKey }) => startKey)).size}</Fact>
        <Fact label="Runs begun">{answer.runs.length}</Fact>
        <Fact label="Tables booked" tone={answer.receipts.length === 0 ? undefined : "done"}>
          {answer.receipts.length}
        </Fact>
      </dl>
    </Panel>
  );
}
