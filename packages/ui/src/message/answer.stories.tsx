import type { Meta, StoryObj } from "@storybook/react-vite";
import type { Cause, Liveness, ValuePart } from "@unsay/core";
import { playAnswer, scripts } from "@unsay/core/testing";
import { useEffect, useState, type ReactElement } from "react";
import { expect, fn, userEvent, waitFor, within } from "storybook/test";
import type { CodeHighlighter } from "../markdown/code-highlight.js";
import { MarkdownProvider } from "../markdown/markdown-options.js";
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
/** Letters come as they would; the story ends when the text does. */
function growing(text: string): Story {
  return {
    tags: ["no-visual"],
    render: () => <GrowingAnswer text={text} />,
    play: async ({ canvasElement }) => {
      const answer = (): Element | null => canvasElement.querySelector('[data-unsay="answer"]');
      await waitFor(() => expect(answer()).toHaveAttribute("data-status", "complete"));
      await expect(canvasElement.querySelector(".unsay-caret, [data-pending]")).toBeNull();
    },
  };
}

function GrowingAnswer({ text }: { readonly text: string }): ReactElement {
  const [length, setLength] = useState(1);
  useEffect(() => {
    const timer = setInterval(() => setLength((before) => before + 9), 30);
    return () => clearInterval(timer);
  }, []);
  const isWhole = length >= text.length;
  const parts = [textPart(text.slice(0, length), { status: isWhole ? "closed" : "open" })];
  const facts = { id: "growing", parts };
  return <Message number={1} message={isWhole ? endedMessage("complete", facts) : liveMessage("streaming", "flowing", facts)} />;
}

export const StreamingWords: Story = growing(
  "Drain the pool **before** the switch, and run `flip-flag` only when [the runbook](https://docs.example/runbook) says so.\n\nThe one exception is *us-east*, which still drains.",
);
export const StreamingCode: Story = growing(
  'Run this:\n\n```sh\nfor region in eu-west ap-south; do\n  deployctl drain --region "$region" --wait 600s\ndone\n```\n\nThen wait.',
);
export const StreamingTable: Story = growing(
  "| Region | State | Requests |\n|---|:-:|--:|\n| eu-west | drained | 0 |\n| us-east | draining | 4,120 |\n\nOne is left.",
);

function cutIn(text: string, words: RegExp): Story {
  return {
    args: { message: { ...playAnswer(scripts.length), parts: [textPart(text, { status: "cut" })] } },
    play: async ({ canvasElement }) => {
      const block = [...canvasElement.querySelectorAll('[data-unsay="answer.block"]')].at(-1);
      await expect(block).toHaveTextContent(words);
      await expect(block?.querySelector(".unsay-end") ?? null).toBeNull();
    },
  };
}

export const LengthInCodeFence: Story = cutIn(
  'Run this:\n\n```sh\nfor region in eu-west ap-south; do\n  deployctl drain --region "$region" --wa',
  /unfinished/,
);
export const LengthMidTable: Story = cutIn(
  "| Region | State | Requests |\n|---|:-:|--:|\n| eu-west | drained | 0 |\n| us-east | dra",
  /This table is not finished/,
);

const LONG_CODE = `\`\`\`ts
// Leaves us-east alone until it has drained.
export async function flip(region: Region, deadline: number): Promise<void> {
  while (await requestsIn(region) > 0) await sleep(1_000, { label: \`waiting for \${region}\`, deadline });
  return setFlag("new-pool", true);
}
\`\`\``;

const colours: CodeHighlighter = {
  tokenize: (code) =>
    code.split(/(\/\/.*|"[^"]*"|\b(?:export|async|function|while|await|return|const)\b|\b\d[\d_]*\b)/).map((text, index) => {
      if (index % 2 === 0) return { text };
      if (text.startsWith("//")) return { text, kind: "comment" };
      if (text.startsWith('"')) return { text, kind: "string" };
      return { text, kind: /^\d/.test(text) ? "number" : "keyword" };
    }),
};

export const HighlightedCode: Story = {
  args: { message: endedMessage("complete", { parts: [textPart(LONG_CODE)] }) },
  decorators: [
    (Story) => (
      <MarkdownProvider highlighter={colours}>
        <Story />
      </MarkdownProvider>
    ),
  ],
  play: async ({ canvasElement }) => {
    await waitFor(() => expect(canvasElement.querySelectorAll('[data-token="keyword"]').length).toBeGreaterThan(4));
    const wrap = within(canvasElement).getByRole("button", { name: "Wrap lines" });
    await userEvent.click(wrap);
    await expect(wrap).toHaveAttribute("aria-pressed", "true");
  },
};
const sourced = (number: number, title: string): ValuePart => ({
  type: "value",
  id: `source-${number}`,
  kind: "source",
  status: "closed",
  value: { title, url: `https://docs.example/${number}` },
});
/** Numbers lead to the sources below; one that has no source, and one that is an index, stay as they were written. */
export const Cited: Story = {
  args: {
    message: endedMessage("complete", {
      parts: [
        textPart(
          "Drain the pool first. [1] Then flip the flag, and wait for ten minutes. [2][1] Others say less. [7] Read list[1] of `drains[1]`.",
        ),
        sourced(1, "Draining a pool"),
        sourced(2, "Flags and how long they take"),
      ],
    }),
  },
  play: async ({ canvasElement }) => {
    await waitFor(() => expect(canvasElement.querySelectorAll('[data-unsay="answer.citation"] a')).toHaveLength(3));
    await expect(canvasElement).toHaveTextContent(/less\. \[7\] Read list\[1\] of drains\[1\]/);
  },
};
export const ListsNotesAndImages: Story = {
  args: {
    message: endedMessage("complete", {
      parts: [
        textPart(
          "- [x] Drain **eu-west**\n- [ ] Drain us-east[^east]\n\n![Requests by region](https://images.example/chart.png)\n\n[^east]: It still takes 4,120 requests a minute.",
        ),
        { type: "value", id: "s1", kind: "source", status: "closed", value: { title: "Runbook", url: "https://docs.example/runbook" } },
        { type: "value", id: "s2", kind: "source", status: "closed", value: { url: "https://status.example/" } },
        { type: "value", id: "f", kind: "file", status: "closed", value: { name: "drain.log", mediaType: "text/plain", size: 18_400 } },
      ],
    }),
  },
  play: async ({ canvasElement }) => {
    const canvas = within(canvasElement);
    await expect(canvasElement.querySelector("img")).toBeNull();
    await expect(canvas.getByRole("button", { name: "Load image from images.example" })).toBeVisible();
    await expect(canvas.getByRole("region", { name: "Sources" })).toBeVisible();
  },
};
export const ChineseJapaneseKorean: Story = {
  args: {
    message: liveMessage("streaming", "flowing", {
      parts: [
        textPart(
          "切り替えの前にプールを空にし、`flip-flag` は**手順書**のとおりに実行してください。\n\n1. 东京区域：已排空。\n2. 서울 리전: 아직 비우는 중입니다.\n\n唯一の例外は",
          { status: "open" },
        ),
      ],
    }),
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
