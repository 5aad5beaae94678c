import type { ReactElement } from "react";
import type { ApprovalView, UseApprovalResult } from "@unsay/react";
import { ApprovalGate } from "../approval/approval-gate.js";
import { AtlasGrid, type AtlasCell } from "./atlas-grid.js";
import { openControl, toolCall } from "./messages.js";
import { describeAtlasCall } from "./state-atlas.js";

const TIERS = {
  "risk 2": toolCall("send_email", "awaiting-approval", { args: { to: "ana@north.example" } }),
  "risk 3": toolCall("delete_rows", "awaiting-approval", { effect: "irreversible", args: { table: "customers" } }),
  "risk 4": toolCall("give_access", "awaiting-approval", { effect: "irreversible", target: "ci-bot", args: { who: "ci-bot" } }),
} as const;

type Tier = keyof typeof TIERS;
type Fields = Partial<UseApprovalResult>;

const typed = (value: string): Fields => ({ getTypeProps: () => ({ readOnly: true, value }) });

/** Risk 4 is asked by typing, which the call alone does not say. */
const OF_TIER: Readonly<Record<Tier, Fields>> = {
  "risk 2": {},
  "risk 3": {},
  "risk 4": { risk: 4, mechanism: "type", ...typed("ci-bot") },
};

const CLOSED: readonly ApprovalView[] = ["forming", "approved", "rejected", "expired", "superseded", "cancelled"];

/** While it can still be answered, a gate differs by what it waits for. */
const WAITING: Readonly<Record<string, Fields>> = {
  open: {},
  arming: { isArmed: false, blockedBy: "arming" },
  reconnecting: { isArmed: false, blockedBy: "reconnecting" },
  expiring: { expiresInS: 48 },
  submitting: { view: "submitting", blockedBy: "submitting" },
  unconfirmed: { view: "unconfirmed" },
};

const MECHANISMS: readonly AtlasCell[] = [
  cell("risk 3", "not read to its end", { blockedBy: "unread" }),
  cell("risk 3", "held", { step: "filling" }),
  cell("risk 3", "held to the full", { step: "full" }),
  cell("risk 3", "two steps, the second", { mechanism: "two-step", step: "second" }),
  cell("risk 4", "not typed", { blockedBy: "untyped", ...typed("ci-") }),
];

function cell(tier: Tier, name: string, fields: Fields): AtlasCell {
  const control = openControl(TIERS[tier], { ...OF_TIER[tier], ...fields });
  return [`approval · ${tier}, ${name}`, () => <ApprovalGate control={control} describeCall={describeAtlasCall} />];
}

/** Every tier in every state of its gate, then what is its own. */
export const APPROVAL_ATLAS: readonly AtlasCell[] = [
  ...Object.entries(WAITING).flatMap(([name, fields]) => tiers().map((tier) => cell(tier, name, fields))),
  ...CLOSED.flatMap((view) => tiers().map((tier) => cell(tier, view, { view, isArmed: false, blockedBy: "closed" }))),
  ...MECHANISMS,
];

function tiers(): readonly Tier[] {
  return Object.keys(TIERS) as Tier[];
}

export function ApprovalAtlas(): ReactElement {
  return <AtlasGrid cells={APPROVAL_ATLAS} />;
}
