import type { Meta, StoryObj } from "@storybook/react-vite";
import type { Cause, Liveness } from "@unsay/core";
import { expect, fn, userEvent, within } from "storybook/test";
import { approval, endedMessage, liveMessage, receipt, textPart, toolCall, truncatedMessage } from "../testing/messages.js";
import { UnsayRoot } from "../thread/unsay-root.js";
import { EndMark } from "./end-mark.js";
import { Legend } from "./legend.js";
import { MessageActionsContext } from "./message-actions.js";
import { Message } from "./message.js";
import { RetractionNotice } from "./retraction-notice.js";
import { Seam } from "./seam.js";
import { StatusLine } from "./status-line.js";

const meta: Meta = {
  title: "Transcript/Other",
  decorators: [
    (Story) => (
      <MessageActionsContext.Provider
        value={{
          onContinue: fn(),
          onRedirect: fn(),
          onRegenerate: fn(),
          onRetry: fn(),
          onReconnect: fn(),
          onStop: fn(),
          onLetRun: fn(),
          onReveal: fn(),
        }}
      >
        <Story />
      </MessageActionsContext.Provider>
    ),
  ],
};
export default meta;

type Story = StoryObj;

const LIVE: readonly Liveness[] = ["flowing", "stalled", "silent", "looping", "reconnecting", "awaiting-approval", "stopping"];
const CAUSES: readonly Cause[] = [
  "stopped",
  "redirected",
  "disconnected",
  "length",
  "filtered",
  "failed",
  "orphaned",
  "corrupt",
  "unverified",
];
const parts = [textPart("First drain the pool. Second, flip the", { status: "cut" })];

export const StatusLines: Story = {
  render: () => (
    <div style={{ display: "grid", gap: 8 }}>
      {LIVE.map((liveness) => (
        <StatusLine
          key={liveness}
          message={liveMessage("streaming", liveness, { parts })}
          attempt={2}
          decision="Send this email to 3 people?"
        />
      ))}
      <StatusLine message={liveMessage("streaming", "flowing", { parts })} hasDrafts />
      <StatusLine
        message={liveMessage("streaming", "flowing", { parts, repeatedFailure: { name: "create_ticket", code: "422", times: 3 } })}
      />
      <StatusLine message={{ ...liveMessage("pending", "slow"), busyUntil: 12_000 }} />
    </div>
  ),
};
export const EndMarks: Story = {
  render: () => (
    <div style={{ display: "grid", gap: 8 }}>
      {CAUSES.map((cause) => (
        <EndMark key={cause} message={truncatedMessage(cause, { parts })} redirect="only EU customers" />
      ))}
      <EndMark message={truncatedMessage("failed")} />
      <EndMark message={endedMessage("complete", { parts })} always />
    </div>
  ),
};
export const EndMarksRightToLeft: Story = {
  render: () => (
    <UnsayRoot dir="rtl" style={{ padding: 12 }}>
      {CAUSES.map((cause) => (
        <EndMark key={cause} message={truncatedMessage(cause, { parts })} redirect="רק לקוחות באירופה" />
      ))}
    </UnsayRoot>
  ),
};
export const EndMarkAlways: Story = {
  render: () => <Message message={endedMessage("complete", { parts: [textPart("Deploy in eu-west first.")] })} endMark="always" />,
  play: async ({ canvasElement }) => {
    await expect(within(canvasElement).getByRole("img", { name: "End of answer" })).toBeVisible();
  },
};
export const Seams: Story = {
  render: () => (
    <div style={{ display: "grid", gap: 12 }}>
      <Seam seam={{ why: "resume", gapMs: 14_000 }} />
      <Seam seam={{ why: "resume", gapMs: null }} />
      <Seam seam={{ why: "continue", gapMs: null }} />
    </div>
  ),
};
export const ContinuedTwice: Story = {
  render: () => (
    <Message
      message={endedMessage("complete", {
        parts: [textPart("First drain the pool. Second, flip the flag. Third, watch the error rate.")],
        seams: [
          { run: "a", part: "answer", offset: 21, why: "continue", gapMs: null },
          { run: "b", part: "answer", offset: 44, why: "continue", gapMs: null },
        ],
      })}
    />
  ),
};
export const Withdrawn: Story = { render: () => <RetractionNotice scope="answer" reason="it broke the medical-advice rule" /> };
export const Key: Story = {
  render: () => <Legend />,
  play: async ({ canvasElement }) => {
    const button = within(canvasElement).getByRole("button", { name: "Key to the marks" });
    await userEvent.click(button);
    await expect(within(canvasElement).getByText("Ended early")).toBeVisible();
    await userEvent.keyboard("{Escape}");
    await expect(button).toHaveAttribute("aria-expanded", "false");
    await userEvent.click(button);
  },
};
export const Versions: Story = {
  render: () => (
    <Message
      message={endedMessage("complete", { parts: [textPart("Deploy in eu-west first.")] })}
      version={2}
      versions={3}
      onVersion={fn()}
      copyable
    />
  ),
};

const asking = toolCall("send_email", "awaiting-approval");

export const StalledWithRequestOpen: Story = {
  render: () => <Message message={liveMessage("streaming", "stalled", { parts, calls: [asking], approvals: [approval(asking)] })} />,
};
export const StoppingWithRequestOpen: Story = {
  render: () => <Message message={liveMessage("streaming", "stopping", { parts, calls: [asking], approvals: [approval(asking)] })} />,
};
export const StoppedWithUnknownReceipt: Story = {
  render: () => (
    <Message
      message={truncatedMessage("stopped", {
        parts: [...parts, { type: "call", id: "c", call: "call-deploy" }],
        calls: [toolCall("deploy", "unknown"), toolCall("send_email", "succeeded")],
        receipts: [receipt("call-send_email", "email sent to 2 people")],
        stop: { intent: "stop", by: "user", phase: "done", upstream: "aborted", command: "c", atSeq: 3, painted: null },
      })}
    />
  ),
};
export const StalledWithoutMotion: Story = {
  render: () => (
    <UnsayRoot motion="none" style={{ padding: 12 }}>
      <Message message={liveMessage("streaming", "stalled", { parts: [textPart("The one exception is", { status: "open" })] })} />
    </UnsayRoot>
  ),
};
