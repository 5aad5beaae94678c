"use client";
import type { ReactElement } from "react";
import type { AssistantMessage, Diagnostic } from "@unsay/core";
import { Panel } from "./panel.js";

export interface NoticesPanelProps {
  readonly answer: AssistantMessage;
  readonly diagnostics: readonly Diagnostic[];
}

/** What the kit has noticed, for the people who run the app. */
export function NoticesPanel({ answer, diagnostics }: NoticesPanelProps): ReactElement {
  return (
    <Panel title="Noticed by the kit" note="For the people who run the app; nothing was stopped because of it.">
      {diagnostics.length === 0 ? (
        <p className="problem-quiet">Nothing yet.</p>
      ) : (
        <ul className="problem-notices">
          {diagnostics.map((diagnostic, index) => (
            <li key={index}>
              <code>{diagnostic.code}</code> {wordsOf(diagnostic)}
            </li>
          ))}
        </ul>
      )}
      {answer.repeatedFailure === undefined ? null : <p>Tell the agent what is missing, and it can go on: type it and press Redirect.</p>}
    </Panel>
  );
}

function wordsOf(diagnostic: Diagnostic): string {
  switch (diagnostic.code) {
    case "transport.buffered":
      return `What took ${seconds(diagnostic.spreadMs)} to write arrived all at once: something on the way holds the stream back. Switch its buffering off.`;
    case "degenerate.loop":
      return `The same sentences came ${diagnostic.repeats} times in a row.`;
    case "agent.looping":
      return `The same call failed in the same way ${diagnostic.times} times: ${diagnostic.name}, ${diagnostic.errorCode}.`;
    default:
      return "";
  }
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
