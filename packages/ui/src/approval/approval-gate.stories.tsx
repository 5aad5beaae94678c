import type { Meta, StoryObj } from "@storybook/react-vite";
import type { ApprovalView, UseApprovalResult } from "@unsay/react";
import { expect, fn, userEvent, within } from "storybook/test";
import { openControl, toolCall } from "../testing/messages.js";
import { describeAtlasCall } from "../testing/state-atlas.js";
import { ApprovalGate } from "./approval-gate.js";

const meta: Meta<typeof ApprovalGate> = { title: "Approval/Gate", component: ApprovalGate, args: { describeCall: describeAtlasCall } };
export default meta;

type Story = StoryObj<typeof ApprovalGate>;

const EMAIL = toolCall("send_email", "awaiting-approval", { args: { to: "ana@north.example" } });
const ROWS = toolCall("delete_rows", "awaiting-approval", { effect: "irreversible", args: { table: "customers" } });

function gate(view: ApprovalView, fields: Partial<UseApprovalResult> = {}): Story {
  const isOpen = view === "open" || view === "unconfirmed";
  return {
    args: { control: openControl(EMAIL, { view, blockedBy: isOpen ? null : view === "submitting" ? "submitting" : "closed", ...fields }) },
  };
}

const approve = fn();

export const Forming: Story = gate("forming");
export const Open: Story = {
  ...gate("open", { approve }),
  play: async ({ canvasElement }) => {
    await expect(canvasElement.contains(document.activeElement)).toBe(false);
    await userEvent.click(within(canvasElement).getByRole("button", { name: "Send once" }));
    await expect(approve).toHaveBeenCalledOnce();
  },
};
export const Arming: Story = {
  ...gate("open", { isArmed: false, blockedBy: "arming" }),
  play: async ({ canvasElement }) => {
    await expect(within(canvasElement).getByRole("button", { name: "Send once" })).toHaveAttribute("aria-disabled", "true");
  },
};
export const WhileReconnecting: Story = gate("open", { isArmed: false, blockedBy: "reconnecting" });
export const Expiring: Story = gate("open", { expiresInS: 48 });
export const Submitting: Story = gate("submitting");
export const Unconfirmed: Story = gate("unconfirmed");
export const Approved: Story = gate("approved");
export const Rejected: Story = gate("rejected");
export const Expired: Story = gate("expired");
export const Superseded: Story = gate("superseded");
export const Cancelled: Story = gate("cancelled");

const destroy = fn();

export const TwoSteps: Story = {
  args: { control: openControl(ROWS, { approve: destroy }) },
  play: async ({ canvasElement }) => {
    const canvas = within(canvasElement);
    await userEvent.click(canvas.getByRole("button", { name: "Review: Delete 214 rows…" }));
    await expect(destroy).not.toHaveBeenCalled();
    await userEvent.click(canvas.getByRole("button", { name: "Delete 214 rows" }));
    await expect(destroy).toHaveBeenCalledOnce();
  },
};
export const UndescribedTool: Story = {
  args: {
    describeCall: () => undefined,
    control: openControl(
      toolCall("transfer.funds", "awaiting-approval", {
        effect: "irreversible",
        target: "account 4711",
        args: { to: "Ana\u202Eevil", amount: 1_200, note: "x".repeat(700), lines: [{ id: 1 }] },
      }),
    ),
  },
  play: async ({ canvasElement }) => {
    await expect(within(canvasElement).getByText("Ana‹U+202E›evil")).toBeVisible();
  },
};
