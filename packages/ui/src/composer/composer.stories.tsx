import type { Meta, StoryObj } from "@storybook/react-vite";
import { useState, type ReactElement } from "react";
import { expect, fn, userEvent, waitFor, within } from "storybook/test";
import type { DraftAttachment, QueueEditing } from "@unsay/react";
import { userMessage } from "../testing/messages.js";
import { Attachments } from "./attachments.js";
import { Composer } from "./composer.js";
import { EditMessage } from "./edit-message.js";
import { QueueTray, type QueueTrayProps } from "./queue-tray.js";
import { StopButton } from "./stop-button.js";
import { UndoNotice } from "./undo-notice.js";

const meta: Meta<typeof Composer> = {
  title: "Controls/Composer",
  component: Composer,
  subcomponents: { StopButton, QueueTray, UndoNotice, EditMessage, Attachments },
  args: { onSubmit: fn() },
};
export default meta;

type Story = StoryObj<typeof Composer>;

const stop = <StopButton status="streaming" onStop={fn()} />;
const QUOTE = "…drains in each region before the switch. The one exception is us-east.";

export const Send: Story = {
  args: { status: "ready" },
  play: async ({ canvasElement, args }) => {
    const field = within(canvasElement).getByRole("textbox", { name: "Message" });
    await userEvent.type(field, "Hello{Enter}");
    await expect(args.onSubmit).toHaveBeenCalledWith("Hello", "send", { attachments: [], quote: undefined });
    await waitFor(() => expect(field).toHaveValue(""));
  },
};
export const Redirect: Story = {
  args: { status: "streaming", quote: QUOTE, stop },
  play: async ({ canvasElement, args }) => {
    const canvas = within(canvasElement);
    await userEvent.type(canvas.getByRole("textbox", { name: "Message" }), "only EU customers{Control>}{Enter}{/Control}");
    await expect(args.onSubmit).toHaveBeenCalledWith("only EU customers", "queue", { attachments: [], quote: undefined });
  },
};
export const Queue: Story = { args: { status: "streaming", followUp: "queue", defaultValue: "And then?", stop } };
export const Steer: Story = {
  args: { status: "streaming", canSteer: true, defaultValue: "Shorter, please", stop },
  play: async ({ canvasElement, args }) => {
    const canvas = within(canvasElement);
    await userEvent.click(canvas.getByRole("button", { name: "Other ways to send" }));
    await userEvent.click(canvas.getByRole("menuitem", { name: /Add without stopping/ }));
    await expect(args.onSubmit).toHaveBeenCalledWith("Shorter, please", "steer", { attachments: [], quote: undefined });
    await userEvent.click(canvas.getByRole("button", { name: "Other ways to send" }));
  },
};
export const Held: Story = { args: { status: "streaming", hasOpenApproval: true, defaultValue: "yes", stop } };
export const Refused: Story = {
  args: { status: "ready", onSubmit: () => false },
  play: async ({ canvasElement }) => {
    const field = within(canvasElement).getByRole("textbox", { name: "Message" });
    await userEvent.type(field, "keep me{Enter}");
    await expect(within(canvasElement).getByText(/not accepted/)).toBeVisible();
    await expect(field).toHaveValue("keep me");
  },
};
export const LongDraft: Story = { args: { status: "ready", defaultValue: "A line of a draft that goes on.\n".repeat(8) } };

const FILE: DraftAttachment = {
  id: "1",
  name: "incident-2026-11-21.pdf",
  mediaType: "application/pdf",
  size: 1_240_000,
  status: "ready",
  progress: 1,
  problem: null,
  reason: null,
};
const FILES: readonly DraftAttachment[] = [
  FILE,
  { ...FILE, id: "2", name: "pool.png", status: "uploading", progress: 0.4 },
  { ...FILE, id: "3", name: "everything.zip", status: "failed", problem: "size" },
  { ...FILE, id: "4", name: "log.txt", status: "failed", problem: "upload", reason: "The disk is full." },
];

export const Files: Story = {
  args: { status: "ready" },
  render: () => <Attachments files={FILES} maxBytes={10_000_000} onRemove={fn()} onRetry={fn()} />,
};
export const TakesFiles: Story = {
  args: { status: "ready", onUpload: async () => ({}), accept: "image/*,.pdf", maxBytes: 10_000_000, maxFiles: 4 },
};
export const EditSent: Story = {
  args: { status: "ready" },
  render: () => <EditMessage message={userMessage("How do I deploy this?")} later={3} onSubmit={fn()} onCancel={fn()} />,
};
export const UndoRedirect: Story = { args: { status: "ready" }, render: () => <UndoNotice what="redirected" onUndo={fn()} /> };
export const UndoDiscard: Story = { args: { status: "ready" }, render: () => <UndoNotice what="discarded" onUndo={fn()} /> };

const QUEUED = [
  { id: "1", text: "Only EU customers, please." },
  { id: "2", text: "And put the result in a table." },
];

function Tray(props: Partial<QueueTrayProps>): ReactElement {
  const [editing, setEditing] = useState<QueueEditing | null>(null);
  return (
    <QueueTray
      queued={QUEUED}
      editing={editing}
      onEditingChange={setEditing}
      onEdit={fn()}
      onMove={fn()}
      onRedirect={fn()}
      onRemove={fn()}
      onResume={fn()}
      {...props}
    />
  );
}

export const Waiting: Story = { args: { status: "ready" }, render: () => <Tray paused="stopped" /> };
export const WaitingOne: Story = { args: { status: "ready" }, render: () => <Tray queued={QUEUED.slice(0, 1)} /> };
export const WaitingFive: Story = {
  args: { status: "ready" },
  render: () => (
    <Tray queued={[1, 2, 3, 4, 5].map((place) => ({ id: `${place}`, text: `Question ${place}, which waits.` }))} paused="reload" />
  ),
};
export const PausedByError: Story = { args: { status: "ready" }, render: () => <Tray paused="error" /> };
export const PausedByApproval: Story = { args: { status: "ready" }, render: () => <Tray paused="approval" /> };
export const PausedOffline: Story = { args: { status: "ready" }, render: () => <Tray paused="offline" /> };
export const EditWaiting: Story = {
  args: { status: "ready" },
  render: () => <Tray />,
  play: async ({ canvasElement }) => {
    const canvas = within(canvasElement);
    await userEvent.click(canvas.getByRole("button", { name: "Edit: Only EU customers, please." }));
    await expect(canvas.getByRole("textbox", { name: "Waiting message" })).toHaveFocus();
  },
};

export const Arabic: Story = { args: { status: "streaming", quote: QUOTE, stop }, globals: { locale: "ar" } };
