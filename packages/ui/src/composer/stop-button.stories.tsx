import type { Meta, StoryObj } from "@storybook/react-vite";
import { expect, fn, userEvent, within } from "storybook/test";
import { StopButton } from "./stop-button.js";

const meta: Meta<typeof StopButton> = { title: "Controls/StopButton", component: StopButton, args: { status: "streaming", onStop: fn() } };
export default meta;

const pressed = { intent: "stop", by: "user", upstream: "unknown", command: "c", atSeq: 0, painted: null } as const;

type Story = StoryObj<typeof StopButton>;

export const Ready: Story = {
  play: async ({ canvasElement, args }) => {
    await userEvent.click(within(canvasElement).getByRole("button", { name: "Stop answering" }));
    await expect(args.onStop).toHaveBeenCalledOnce();
  },
};
export const Stopping: Story = { args: { stop: { ...pressed, phase: "requesting" } } };
export const Unconfirmed: Story = { args: { stop: { ...pressed, phase: "unconfirmed" } } };
export const NothingToStop: Story = { args: { status: "ready" } };
