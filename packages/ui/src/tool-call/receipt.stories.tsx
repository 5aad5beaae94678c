import type { Meta, StoryObj } from "@storybook/react-vite";
import type { ToolCallStatus } from "@unsay/core";
import { expect, fn, userEvent, within } from "storybook/test";
import { receipt, toolCall } from "../testing/messages.js";
import { Receipt } from "./receipt.js";
import { ToolProgress } from "./tool-progress.js";

const meta: Meta<typeof Receipt> = { title: "Approval/Receipt", component: Receipt };
export default meta;

type Story = StoryObj<typeof Receipt>;

function of(status: ToolCallStatus, summary?: string): Story {
  const call = toolCall("export_rows", status, { target: "customers", ...(status === "held" ? { heldMs: 8_000 } : {}) });
  return { args: { call, receipt: summary === undefined ? undefined : receipt(call.id, summary) } };
}

const onUndo = fn();
const ticket = toolCall("create_ticket", "succeeded", { undo: true });

export const Queued: Story = of("approved");
export const Held: Story = { args: { call: toolCall("archive", "held", { heldMs: 8_000, target: "2 threads" }), onDontRun: fn() } };
export const Executing: Story = of("executing");
export const Succeeded: Story = of("succeeded", "4,120 rows exported");
export const SucceededUndoable: Story = {
  args: { call: ticket, receipt: receipt(ticket.id, "ticket OPS-12 created", { undo: { untilAt: Number.MAX_SAFE_INTEGER } }), onUndo },
  play: async ({ canvasElement }) => {
    await userEvent.click(within(canvasElement).getByRole("button", { name: "Undo" }));
    await expect(onUndo).toHaveBeenCalledOnce();
  },
};
export const ByRule: Story = {
  args: { call: toolCall("create_ticket", "succeeded"), receipt: receipt("c", "ticket OPS-12 created"), by: "grant", onChangeRule: fn() },
};
export const Unknown: Story = { args: { call: toolCall("deploy", "unknown", { target: "eu-west" }), onCheck: fn() } };
export const Partial: Story = {
  args: { call: toolCall("search", "succeeded", { effect: "read", partial: true, cut: { by: "user" } }), by: "automatic" },
};
export const UndoAsked: Story = {
  args: {
    call: ticket,
    receipt: receipt(ticket.id, "ticket OPS-12 created", {
      undo: { untilAt: Number.MAX_SAFE_INTEGER },
      request: {
        verb: "undo",
        command: "c",
        phase: "refused",
        error: { code: "undo-expired", message: "late", retryable: false, userMessage: "It is too late." },
      },
    }),
    by: "user",
    onUndo: fn(),
  },
};
export const Progress: Story = {
  render: () => (
    <ToolProgress
      call={toolCall("export_rows", "executing", {
        progress: {
          preview: Array.from({ length: 200 }, (_, row) => ({ id: row, name: `Customer ${row}` })),
          count: 200,
          total: 12_400,
          isCapped: true,
        },
      })}
      onEnough={fn()}
    />
  ),
};
export const Rejected: Story = of("rejected");
export const Expired: Story = of("expired");
export const Cancelled: Story = of("cancelled");
export const Failed: Story = {
  args: {
    call: toolCall("invite", "failed", {
      error: { code: "403", message: "The calendar refused the invite.", retryable: false, userMessage: "no permission" },
    }),
  },
  play: async ({ canvasElement }) => {
    await userEvent.click(within(canvasElement).getByRole("button", { name: "Details" }));
    await expect(within(canvasElement).getByText(/refused the invite/)).toBeVisible();
  },
};
export const Undoing: Story = of("undoing");
export const Undone: Story = of("undone", "export removed again");
export const UndoFailed: Story = of("undo-failed", "the export is still there");
