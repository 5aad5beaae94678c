import type { Meta, StoryObj } from "@storybook/react-vite";
import type { Cause, Liveness } from "@unsay/core";
import { playAnswer, scripts } from "@unsay/core/testing";
import { expect, fn, userEvent, within } from "storybook/test";
import { endedMessage, liveMessage, textPart } from "../testing/messages.js";
import { Message } from "./message.js";
import { MessageActionsContext } from "./message-actions.js";

const onContinue = fn();

const meta: Meta<typeof Message> = {
  title: "Transcript/Answer",
  component: Message,
  args: { number: 1, redirect: "only EU customers" },
  decorators: [
    (Story) => (
      <MessageActionsContext.Provider
        value={{
          onContinue,
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

type Story = StoryObj<typeof Message>;

export const Pending: Story = { args: { message: liveMessage("pending", "slow") } };
export const Streaming: Story = {
  args: {
    message: liveMessage("streaming", "flowing", {
      parts: [textPart("The pool drains in each region.\n\nThe one exception is", { status: "open" })],
    }),
  },
};
export const Complete: Story = { args: { message: playAnswer(scripts.complete) } };
export const Revised: Story = {
  args: { message: playAnswer(scripts.revision) },
  play: async ({ canvasElement }) => {
    const canvas = within(canvasElement);
    await expect(canvas.getByRole("note")).toHaveTextContent(/Corrected/);
    await userEvent.click(canvas.getByRole("button", { name: "Revision r1, show earlier wording" }));
    await expect(canvasElement.querySelector("del")).toHaveTextContent(/Yes, you can deploy this safely/);
    await userEvent.keyboard("{Escape}");
    await expect(canvasElement.querySelector("del")).toBeNull();
  },
};
export const Truncated: Story = {
  args: { message: playAnswer(scripts.length) },
  play: async ({ canvasElement }) => {
    await userEvent.click(within(canvasElement).getByRole("button", { name: "Continue" }));
    await expect(onContinue).toHaveBeenCalled();
  },
};

function ended(cause: Cause): Story {
  const message = playAnswer(scripts[cause]);
  return {
    args: { message },
    play: async ({ canvasElement }) => {
      const answer = canvasElement.querySelector('[data-unsay="answer"]');
      await expect(answer).toHaveAttribute("data-cause", cause);
      await expect(answer?.querySelector('[data-unsay="answer.status"]')).toHaveTextContent(/^Not complete/);
    },
  };
}

export const CauseStopped: Story = ended("stopped");
export const CauseRedirected: Story = ended("redirected");
export const CauseDisconnected: Story = ended("disconnected");
export const CauseLength: Story = ended("length");
export const CauseFiltered: Story = ended("filtered");
export const CauseWithheld: Story = ended("withheld");
export const CauseFailed: Story = ended("failed");
export const CauseOrphaned: Story = ended("orphaned");
export const CauseCorrupt: Story = ended("corrupt");
export const CauseUnverified: Story = ended("unverified");

function live(liveness: Liveness): Story {
  return { args: { message: liveMessage("streaming", liveness, { parts: [textPart("The one exception is", { status: "open" })] }) } };
}

export const Flowing: Story = live("flowing");
export const Slow: Story = live("slow");
export const Stalled: Story = live("stalled");
export const Silent: Story = live("silent");
export const Looping: Story = live("looping");
export const Reconnecting: Story = { args: { ...live("reconnecting").args, attempt: 2 } };
export const AwaitingApproval: Story = { args: { ...live("awaiting-approval").args, decision: "Send this email to 3 people?" } };
export const Stopping: Story = live("stopping");

export const RetractedSpan: Story = { args: { message: playAnswer(scripts.retraction) } };
export const ExpungedSpan: Story = {
  args: { message: playAnswer(scripts.expunge) },
  play: async ({ canvasElement }) => {
    await expect(canvasElement.textContent).not.toContain("ana.novak");
    await expect(canvasElement.querySelector('[data-mark="retracted"]')).toHaveTextContent("withdrawn: personal data");
  },
};
export const Reasoning: Story = {
  args: { message: playAnswer(scripts.reasoning) },
  play: async ({ canvasElement }) => {
    await userEvent.click(within(canvasElement).getByRole("button", { name: "Thought" }));
    await expect(within(canvasElement).getByText(/Three regions/)).toBeVisible();
  },
};
export const Resumed: Story = {
  args: {
    message: endedMessage("complete", {
      parts: [textPart("First drain the pool.\n\nSecond, flip the flag.")],
      seams: [{ run: "run", part: "answer", offset: 23, why: "resume", gapMs: 14_000 }],
    }),
  },
};
export const ParallelCalls: Story = { args: { message: playAnswer(scripts.parallel) } };

const RICH = `# Deploying

Drain the pool **before** the switch, and \`flip-flag\` only when [the runbook](https://docs.example/runbook) says so.

1. eu-west
2. ap-south
   - wait ten minutes
   - watch the error rate

> Leave us-east until it has drained.

\`\`\`sh
deployctl drain --region eu-west --wait 600s --verbose --output json
\`\`\`

| Region | State | Requests |
|---|:-:|--:|
| eu-west | drained | 0 |
| us-east | draining | 4,120 |

![A chart](https://images.example/chart.png) and [a trap](javascript:alert(1)).`;

export const Markdown: Story = {
  args: { message: endedMessage("complete", { parts: [textPart(RICH)] }) },
  play: async ({ canvasElement }) => {
    await expect(canvasElement.querySelector("img")).toBeNull();
    await expect(canvasElement.querySelectorAll("a")).toHaveLength(1);
  },
};
export const RightToLeft: Story = {
  args: {
    message: liveMessage("streaming", "flowing", {
      parts: [textPart("רוקנו את המאגר ואז הריצו `flip-flag`.\n\n```sh\ndeployctl drain\n```\n\nהחריג היחיד הוא", { status: "open" })],
    }),
  },
};
export const EndedInCode: Story = {
  args: {
    message: { ...playAnswer(scripts.length), parts: [textPart("Run this:\n\n```sh\ndeployctl drain --region eu-w", { status: "cut" })] },
  },
  play: async ({ canvasElement }) => {
    await expect(canvasElement.querySelector("pre .unsay-end")).toBeNull();
  },
};
