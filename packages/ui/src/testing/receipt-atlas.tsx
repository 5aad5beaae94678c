import type { ReactElement } from "react";
import type { ToolCallStatus } from "@unsay/core";
import { Receipt, type ReceiptProps } from "../tool-call/receipt.js";
import type { AllowedBy } from "../tool-call/allowed-by.js";
import { AtlasGrid, type AtlasCell } from "./atlas-grid.js";
import { receipt, toolCall } from "./messages.js";

const nothing = (): void => {};
const ACTIONS = { onUndo: nothing, onDontRun: nothing, onCheck: nothing, onRetry: nothing, onChangeRule: nothing };

/** What the server said of a call in this state, where it says something. */
const SUMMARIES: Partial<Record<ToolCallStatus, string>> = {
  succeeded: "4,120 rows exported",
  undone: "export removed again",
  "undo-failed": "the export is still there",
};

const STATUSES: readonly ToolCallStatus[] = [
  "approved",
  "held",
  "executing",
  "succeeded",
  "unknown",
  "cancelled",
  "rejected",
  "expired",
  "failed",
  "undoing",
  "undone",
  "undo-failed",
];

const WHO: readonly AllowedBy[] = ["user", "grant", "automatic"];
const FAILURE = { code: "403", message: "The export was refused.", retryable: true, userMessage: "no permission" };

function draw(status: ToolCallStatus, fields: { readonly by?: AllowedBy; readonly undo?: boolean }): AtlasCell[1] {
  const { by, undo = false } = fields;
  const call = toolCall("export_rows", status, {
    target: "customers",
    undo,
    ...(status === "held" ? { heldMs: 8_000 } : {}),
    ...(status === "failed" || status === "undo-failed" ? { error: FAILURE } : {}),
  });
  const summary = SUMMARIES[status];
  const facts: Partial<ReceiptProps> =
    summary === undefined ? {} : { receipt: receipt(call.id, summary, undo ? { undo: { untilAt: Number.MAX_SAFE_INTEGER } } : {}) };
  return () => <Receipt call={call} by={by} {...facts} {...ACTIONS} />;
}

/** Every status; what can be undone; and who allowed it. */
export const RECEIPT_ATLAS: readonly AtlasCell[] = [
  ...STATUSES.map((status): AtlasCell => [`receipt · ${status}`, draw(status, {})]),
  ["receipt · succeeded, can be undone", draw("succeeded", { undo: true })],
  ...WHO.flatMap((by) =>
    (["approved", "executing", "succeeded"] as const).map((status): AtlasCell => [`receipt · ${status}, by ${by}`, draw(status, { by })]),
  ),
  ...WHO.map((by): AtlasCell => [`receipt · succeeded, can be undone, by ${by}`, draw("succeeded", { by, undo: true })]),
];

export function ReceiptAtlas(): ReactElement {
  return <AtlasGrid cells={RECEIPT_ATLAS} />;
}
