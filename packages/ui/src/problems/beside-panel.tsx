"use client";
import type { ReactElement, ReactNode } from "react";
import type { AssistantMessage, Message, RunCommand, StartCommand } from "@unsay/core";
import type { Beside, Problem } from "@unsay/core/testing";
import { DeployPanel } from "./panels/deploy-panel.js";
import { FormPanel } from "./panels/form-panel.js";
import { LatencyPanel } from "./panels/latency-panel.js";
import { NoticesPanel } from "./panels/notices-panel.js";
import { OutcomesPanel } from "./panels/outcomes-panel.js";
import { RecipePanel } from "./panels/recipe-panel.js";
import { RequestsPanel } from "./panels/requests-panel.js";
import { RowsPanel } from "./panels/rows-panel.js";
import { UsagePanel } from "./panels/usage-panel.js";
import type { ReportLog } from "./problem-stage.js";

export interface BesidePanelProps {
  readonly kind: Beside;
  readonly problem: Problem;
  readonly messages: readonly Message[];
  readonly log: ReportLog;
  readonly sent: readonly (StartCommand | RunCommand)[];
}

/** What an app would build around such an answer, out of the kit's hooks. */
export function BesidePanel({ kind, problem, messages, log, sent }: BesidePanelProps): ReactNode {
  const answers = messages.filter((message): message is AssistantMessage => message.role === "assistant");
  const [first] = answers;
  if (first === undefined) return <Waiting />;
  switch (kind) {
    case "form":
      return <FormPanel answer={first} />;
    case "recipe":
      return <RecipePanel answer={first} />;
    case "rows":
      return <RowsPanel answer={first} />;
    case "deploy":
      return <DeployPanel messageId={first.id} />;
    case "latency":
      return <LatencyPanel problemId={problem.id} answers={answers} />;
    case "outcomes":
      return <OutcomesPanel outcomes={log.outcomes} answers={answers} />;
    case "usage":
      return <UsagePanel answer={first} />;
    case "notices":
      return <NoticesPanel answer={first} diagnostics={log.diagnostics} />;
    case "requests":
      return <RequestsPanel answer={first} sent={sent} />;
  }
}

function Waiting(): ReactElement {
  return <p className="problem-quiet">Nothing yet.</p>;
}
