import type { Meta, StoryObj } from "@storybook/react-vite";
import { expect, fn, userEvent, waitFor, within } from "storybook/test";
import { Composer } from "./composer.js";
import { QueueTray } from "./queue-tray.js";
import { StopButton } from "./stop-button.js";

const meta: Meta<typeof Composer> = { title: "Controls/Composer", component: Composer, args: { onSubmit: fn() } };
export default meta;

type Story = StoryObj<typeof Composer>;

export const Send: Story = {
  args: { status: "ready" },
  play: async ({ canvasElement, args }) => {
    const field = within(canvasElement).getByRole("textbox", { name: "Message" });
    await userEvent.type(field, "Hello{Enter}");
    await expect(args.onSubmit).toHaveBeenCalledWith("Hello", "send");
    await waitFor(() => expect(field).toHaveValue(""));
  },
};
export const Redirect: Story = {
  args: { status: "streaming", stop: <StopButton status="streaming" onStop={fn()} /> },
  play: async ({ canvasElement, args }) => {
    const canvas = within(canvasElement);
    await userEvent.type(canvas.getByRole("textbox", { name: "Message" }), "only EU customers{Control>}{Enter}{/Control}");
    await expect(args.onSubmit).toHaveBeenCalledWith("only EU customers", "queue");
  },
};
export const Queue: Story = {
  args: { status: "streaming", followUp: "queue", defaultValue: "And then?", stop: <StopButton status="streaming" onStop={fn()} /> },
};
export const Held: Story = {
  args: { status: "streaming", hasOpenApproval: true, defaultValue: "yes", stop: <StopButton status="streaming" onStop={fn()} /> },
};
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
export const Waiting: Story = {
  args: { status: "ready" },
  render: () => (
    <QueueTray
      queued={[
        { id: "1", text: "Only EU customers, please." },
        { id: "2", text: "And put the result in a table." },
      ]}
      paused="stopped"
      onRemove={fn()}
      onResume={fn()}
    />
  ),
};
