import type { Meta, StoryObj } from "@storybook/react-vite";
import { useState, type ReactElement } from "react";
import { systemClock, type Clock } from "@unsay/core";
import { createFakeClock, createScriptedTransport, scripts, type Script } from "@unsay/core/testing";
import { expect, userEvent, waitFor, within } from "storybook/test";
import { Button } from "../button/button.js";
import { untilSeen } from "../testing/passing.js";
import { longScript } from "../testing/scripts.js";
import { Chat } from "./chat.js";

interface PlayingProps {
  readonly script: Script;
  /** The machine's clock without one. */
  readonly clock?: Clock;
}

/** A conversation whose backend is a script: no network. */
function Playing({ script, clock = systemClock }: PlayingProps): ReactElement {
  const [transport] = useState(() => createScriptedTransport(script, { clock }));
  return (
    <Chat
      transport={transport}
      clock={clock}
      title="Deployment help"
      suggestions={(send) => <Button onClick={() => send(script.prompt)}>{script.prompt}</Button>}
      empty={<p>Send any message: “{script.title}” will play.</p>}
      style={{ blockSize: 600 }}
    />
  );
}

const meta: Meta<typeof Playing> = { title: "Playing/Chat", component: Playing, parameters: { flush: true } };
export default meta;

type Story = StoryObj<typeof Playing>;

async function ask(canvasElement: HTMLElement, text: string): Promise<void> {
  await userEvent.type(within(canvasElement).getByRole("textbox", { name: "Message" }), `${text}{Enter}`);
}

function answer(canvasElement: HTMLElement): Element | null {
  return canvasElement.querySelector('[data-unsay="answer"]');
}

function plays(script: Script, status: string, cause?: string): Story {
  return {
    args: { script },
    play: async ({ canvasElement }) => {
      await ask(canvasElement, script.prompt);
      await waitFor(() => expect(answer(canvasElement)).toHaveAttribute("data-status", status));
      if (cause !== undefined) await expect(answer(canvasElement)).toHaveAttribute("data-cause", cause);
    },
  };
}

export const Empty: Story = { args: { script: scripts.complete } };
export const Suggested: Story = {
  args: { script: scripts.complete },
  play: async ({ canvasElement }) => {
    await userEvent.click(within(canvasElement).getByRole("button", { name: scripts.complete.prompt }));
    await waitFor(() => expect(answer(canvasElement)).toHaveAttribute("data-status", "complete"));
  },
};
export const Complete: Story = plays(scripts.complete, "complete");
export const SelfCorrection: Story = plays(scripts.revision, "revised");
export const Withdrawal: Story = plays(scripts.retraction, "revised");
export const Reasoning: Story = plays(scripts.reasoning, "complete");
export const ParallelCalls: Story = plays(scripts.parallel, "complete");
export const CutOff: Story = plays(scripts.length, "truncated", "length");
export const ProviderError: Story = plays(scripts.failed, "truncated", "failed");

const heldClock = createFakeClock();

/** On a clock that stands still once the gap is there, so that it can be looked at. */
export const Stall: Story = {
  args: { script: scripts.stall, clock: heldClock },
  play: async ({ canvasElement }) => {
    await ask(canvasElement, scripts.stall.prompt);
    await heldClock.advance(600);
    await waitFor(() => expect(answer(canvasElement)).toHaveAttribute("data-status", "streaming"));
    await heldClock.advance(2_000);
    await waitFor(() => expect(answer(canvasElement)).toHaveAttribute("data-liveness", "stalled"));
    await expect(within(canvasElement).getByText(/No new text/)).toBeVisible();
  },
};

const stoppedClock = createFakeClock();

export const StoppedByReader: Story = {
  args: { script: longScript, clock: stoppedClock },
  play: async ({ canvasElement }) => {
    await ask(canvasElement, longScript.prompt);
    await untilSeen(stoppedClock, () => expect(answer(canvasElement)?.textContent).toMatch(/Step 1/));
    await userEvent.click(within(canvasElement).getByRole("button", { name: "Stop answering" }));
    await untilSeen(stoppedClock, () => expect(answer(canvasElement)).toHaveAttribute("data-cause", "stopped"));
    await expect(answer(canvasElement)?.textContent).toMatch(/Step 1/);
  },
};

export const Gate: Story = {
  args: { script: scripts.gate },
  play: async ({ canvasElement }) => {
    const canvas = within(canvasElement);
    await ask(canvasElement, scripts.gate.prompt);
    await waitFor(() => expect(canvasElement.querySelector('[data-unsay="approval-gate"][data-status="open"]')).not.toBeNull());
    await expect(canvas.getByRole("textbox", { name: "Message" })).toHaveFocus();
    await userEvent.click(canvas.getByRole("button", { name: "Don’t run" }));
    await waitFor(() => expect(canvas.getByText("Did not run:")).toBeVisible());
  },
};
