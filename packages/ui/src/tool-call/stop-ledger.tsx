"use client";
import { useId, type HTMLAttributes } from "react";
import type { AssistantMessage, ToolCall, ToolCallStatus } from "@unsay/core";
import { joinClasses, withRef, type UiComponent } from "../component.js";
import { toolWords, type ToolWords } from "../strings/english/tool.js";
import { useWords } from "../strings/strings.js";

export interface StopLedgerProps extends HTMLAttributes<HTMLDivElement> {
  readonly message: AssistantMessage;
}

/** After Stop: what had already happened. Renders a `div`, or nothing where no tool had started. */
export const StopLedger: UiComponent<HTMLDivElement, StopLedgerProps> = withRef("StopLedger", (props, ref) => {
  const { message, className, children, ...rest } = props;
  const { ledger } = useWords(toolWords);
  const id = useId();
  const strings = useWords(toolWords);
  if (!hasStopLedger(message)) return null;
  return (
    <div {...rest} ref={ref} role="group" aria-labelledby={id} className={joinClasses("unsay-ledger", className)} data-unsay="stop-ledger">
      <span id={id} className="unsay-visually-hidden">
        {ledger.label}
      </span>
      {children ?? <p>{selectLedgerText(message, strings)}</p>}
    </div>
  );
});

const STARTED: ReadonlySet<ToolCallStatus> = new Set(["executing", "succeeded", "failed", "unknown", "undoing", "undone", "undo-failed"]);

/** A stop was asked for, and a tool that changes something had started in this answer. */
export function hasStopLedger(message: AssistantMessage): boolean {
  return message.stop !== null && message.calls.some((call) => STARTED.has(call.status));
}

/** Counts of what happened, what is not known and what never ran; looking things up is not counted. */
export function selectLedgerText(message: AssistantMessage, { ledger }: ToolWords): string {
  const count = (statuses: readonly ToolCallStatus[]): number =>
    message.calls.filter((call) => isEffect(call) && statuses.includes(call.status)).length;
  const happened = count(["succeeded", "undo-failed"]);
  const unknown = count(["unknown"]);
  const running = count(["executing", "undoing"]);
  const notRun = count(["cancelled", "rejected", "expired"]);
  const said = [
    ...(happened > 0 ? [ledger.happened(happened)] : []),
    ...(running > 0 ? [ledger.running(running)] : []),
    ...(unknown > 0 ? [ledger.unknown(unknown)] : []),
    ...(notRun > 0 ? [ledger.notRun(notRun)] : []),
  ];
  return said.length === 0 ? ledger.nothing : said.join(" ");
}

function isEffect(call: ToolCall): boolean {
  return call.effect !== "read";
}
