import type { Meta, StoryObj } from "@storybook/react-vite";
import { useState, type ReactElement } from "react";
import { playAnswer, scripts } from "@unsay/core/testing";
import { expect, userEvent, within } from "storybook/test";
import { Button } from "../button/button.js";
import { Answer } from "../message/answer.js";
import { ENDED_AT } from "../testing/messages.js";
import { serializeAnswer, type AnswerFormat } from "./serialize-answer.js";

const FORMATS: readonly AnswerFormat[] = ["copy", "markdown", "text", "json"];

function Exports({ script }: { readonly script: "revision" | "length" | "expunge" }): ReactElement {
  const [format, setFormat] = useState<AnswerFormat>("markdown");
  const message = playAnswer(scripts[script]);
  return (
    <div style={{ display: "grid", gap: 24 }}>
      <Answer message={message} />
      <div role="group" aria-label="Format" style={{ display: "flex", flexWrap: "wrap", gap: 8 }}>
        {FORMATS.map((name) => (
          <Button key={name} aria-pressed={name === format} onClick={() => setFormat(name)}>
            {name}
          </Button>
        ))}
      </div>
      <pre role="group" tabIndex={0} aria-label={`As ${format}`} style={{ margin: 0, overflowX: "auto", whiteSpace: "pre-wrap" }}>
        {serializeAnswer(message, format, { now: ENDED_AT })}
      </pre>
    </div>
  );
}

const meta: Meta<typeof Exports> = { title: "Recipes/Export and print", component: Exports };
export default meta;

type Story = StoryObj<typeof Exports>;

export const Corrected: Story = {
  args: { script: "revision" },
  play: async ({ canvasElement }) => {
    const canvas = within(canvasElement);
    await expect(canvas.getByRole("group", { name: "As markdown" })).toHaveTextContent(/~~.+~~ \*\*.+\*\*\[\^r1\]/);
    await userEvent.click(canvas.getByRole("button", { name: "text" }));
    await expect(canvas.getByRole("group", { name: "As text" })).toHaveTextContent(/\[earlier: /);
  },
};
export const CutOff: Story = {
  args: { script: "length" },
  play: async ({ canvasElement }) => {
    await expect(within(canvasElement).getByRole("group", { name: "As markdown" })).toHaveTextContent(
      /\[Not complete: length limit reached\]$/,
    );
  },
};
export const Expunged: Story = {
  args: { script: "expunge" },
  play: async ({ canvasElement }) => {
    const canvas = within(canvasElement);
    await userEvent.click(canvas.getByRole("button", { name: "json" }));
    await expect(canvas.getByRole("group", { name: "As json" })).not.toHaveTextContent(/ana\.novak/);
  },
};
