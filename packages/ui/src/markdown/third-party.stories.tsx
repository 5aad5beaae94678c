import type { Meta, StoryObj } from "@storybook/react-vite";
import type { ReactElement } from "react";
import { expect } from "storybook/test";
import { AnswerText } from "../message/answer-text.js";
import { MarkdownProvider, type MarkdownLinkProps, type MarkdownOptions } from "./markdown-options.js";

const TEXT = `The pool drains **in each region**; see [the runbook](https://docs.example/runbook).

\`\`\`chart
eu-west 0
us-east 4120
\`\`\`

Error budget: $1 - e^{-t}$.`;

function OwnMarkdown(options: MarkdownOptions): ReactElement {
  return (
    <MarkdownProvider {...options}>
      <AnswerText text={TEXT} />
    </MarkdownProvider>
  );
}

const meta: Meta<typeof OwnMarkdown> = { title: "Recipes/Third-party Markdown", component: OwnMarkdown };
export default meta;

type Story = StoryObj<typeof OwnMarkdown>;

function OwnLink({ href, target, children }: MarkdownLinkProps): ReactElement {
  return (
    <a href={href} rel="noopener noreferrer" target="_blank">
      {children} ({target ?? new URL(href).host}, new tab)
    </a>
  );
}

/** Single elements in other hands. What they get has passed the rules. */
export const OwnElements: Story = {
  args: { components: { Link: OwnLink } },
  play: async ({ canvasElement }) => {
    await expect(canvasElement.querySelector("a")).toHaveTextContent("the runbook (docs.example, new tab)");
  },
};

/** A fence and a formula drawn by plug-ins, once they have closed. Another program's output belongs in a sandboxed frame. */
export const PlugIns: Story = {
  args: {
    fences: {
      chart: ({ code }) => (
        <ul>
          {code.split("\n").map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      ),
    },
    math: ({ source }) => <em>{source}</em>,
  },
  play: async ({ canvasElement }) => {
    await expect(canvasElement.querySelectorAll("li")).toHaveLength(2);
    await expect(canvasElement.querySelector("em")).toHaveTextContent("1 - e^{-t}");
  },
};

/** The whole text in other hands: from here on its links, images and HTML are theirs. */
export const UnsafeRenderer: Story = {
  args: { unsafeRenderMarkdown: ({ text }) => <pre style={{ margin: 0, whiteSpace: "pre-wrap" }}>{text}</pre> },
  play: async ({ canvasElement }) => {
    await expect(canvasElement.querySelector("pre")).toHaveTextContent("**in each region**");
  },
};
