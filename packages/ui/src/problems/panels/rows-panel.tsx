"use client";
import type { ReactElement } from "react";
import { selectCall, type AssistantMessage, type ToolCall } from "@unsay/core";
import { useSession } from "@unsay/react";
import { Button } from "../../button/button.js";
import { Panel } from "./panel.js";

const NUMBERS = new Intl.NumberFormat("en");
/** The newest stand where they can be seen; the count says how many there are. */
const SHOWN_ROWS = 8;

/** What a running tool has found so far, and the word that ends it without ending the answer. */
export function RowsPanel({ answer }: { readonly answer: AssistantMessage }): ReactElement {
  const session = useSession();
  const call = selectCall(answer, "search");
  const isRunning = call?.status === "executing";
  const rows = call?.progress?.text?.trim().split("\n") ?? [];
  return (
    <Panel title="Hotels found" note={countOf(call)}>
      <ul className="problem-rows">
        {rows.slice(-SHOWN_ROWS).map((row) => (
          <li key={row}>{row}</li>
        ))}
      </ul>
      <div className="problem-row">
        <Button aria-disabled={!isRunning} onClick={() => void (isRunning && session.enough(call.id).catch(() => {}))}>
          Enough
        </Button>
        <span className="problem-quiet" role="status">
          {endOf(call)}
        </span>
      </div>
    </Panel>
  );
}

function countOf(call: ToolCall | undefined): string {
  const { count = 0, total } = call?.progress ?? {};
  return total === undefined ? "The search has not begun." : `${NUMBERS.format(count)} of ${NUMBERS.format(total)}, as they are found.`;
}

function endOf(call: ToolCall | undefined): string {
  if (call?.partial === true) return "You had enough. The model is told that this is a part.";
  return call?.status === "executing" ? "Keeps these, and lets the answer go on." : "";
}
