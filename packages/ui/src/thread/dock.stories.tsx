import type { Meta, StoryObj } from "@storybook/react-vite";
import { expect, fn, userEvent, within } from "storybook/test";
import { ApprovalTray } from "../approval/approval-tray.js";
import { approval, askingMessage, toolCall } from "../testing/messages.js";
import { describeAtlasCall } from "../testing/state-atlas.js";
import { DescribeCallContext } from "../approval/describe-call.js";
import { ConnectionNotice } from "./connection-notice.js";
import { JumpToLatest } from "./jump-to-latest.js";

const meta: Meta = { title: "Controls/Dock" };
export default meta;

type Story = StoryObj;

const ROWS = toolCall("delete_rows", "awaiting-approval", { effect: "irreversible" });
const onGo = fn();

export const DecisionNeeded: Story = {
  render: () => (
    <DescribeCallContext.Provider value={describeAtlasCall}>
      <ApprovalTray approvals={[{ approval: approval(ROWS), message: askingMessage(ROWS), calls: [ROWS] }]} onGo={onGo} />
    </DescribeCallContext.Provider>
  ),
  play: async ({ canvasElement }) => {
    await userEvent.click(within(canvasElement).getByRole("button", { name: "Go to request" }));
    await expect(onGo).toHaveBeenCalledWith("approval-call-delete_rows");
  },
};
export const ConnectionLost: Story = { render: () => <ConnectionNotice connection={{ status: "lost", attempt: 2 }} /> };
export const ConnectionGone: Story = { render: () => <ConnectionNotice connection={{ status: "gone", attempt: 0 }} /> };
export const Jump: Story = {
  render: () => (
    <div style={{ position: "relative", blockSize: 60 }}>
      <JumpToLatest reason="answering" />
    </div>
  ),
};
