"use client";
import type { ReactElement } from "react";
import { whyNotBatch } from "@unsay/react";
import { ApprovalBatch } from "./approval-batch.js";
import { ApprovalDialog } from "./approval-dialog.js";
import { ApprovalGate, useGateControl } from "./approval-gate.js";
import { useApprovalSettings } from "./approval-settings.js";

/** One request in the form that its tier and its number of calls ask for. */
export function ApprovalRequest({ approvalId }: { readonly approvalId: string }): ReactElement {
  const control = useGateControl(approvalId);
  const { riskOf } = useApprovalSettings();
  if (control.risk === 4) return <ApprovalDialog control={control} />;
  return whyNotBatch(control.calls, riskOf) === null ? <ApprovalBatch control={control} /> : <ApprovalGate control={control} />;
}
