import type { Meta, StoryObj } from "@storybook/react-vite";
import { useState, type ReactElement } from "react";
import type { AssistantMessage, Span } from "@unsay/core";
import { createUseStore, UsesProvider, type UsedRange, type UseKind } from "@unsay/react";
import { expect, fn, userEvent, within } from "storybook/test";
import { Button } from "../button/button.js";
import { endedMessage, liveMessage, textPart, toolCall, truncatedMessage } from "../testing/messages.js";
import { ActionGuard } from "./action-guard.js";
import { Message } from "./message.js";

const meta: Meta<typeof ActionGuard> = { title: "Controls/ActionGuard", component: ActionGuard };
export default meta;

type Story = StoryObj<typeof ActionGuard>;

const CODE = "```sh\ndeployctl drain --region eu-west\n```";
const live = liveMessage("streaming", "flowing", { parts: [textPart(`Run this:\n\n${CODE}`, { status: "open" })] });
const done = { ...endedMessage("complete", { parts: [textPart(`Run this:\n\n${CODE}`)] }), id: live.id };
const onAct = fn();

/** An answer with an action of the app below it, and the way to its end. */
function Guarded({ kind, ends }: { readonly kind: UseKind; readonly ends: readonly AssistantMessage[] }): ReactElement {
  const [step, setStep] = useState(0);
  const message = ends[step] ?? done;
  return (
    <div style={{ display: "grid", gap: 12 }}>
      <Message message={message} />
      <ActionGuard message={message} kind={kind} onAct={onAct} tone="primary">
        {kind === "copied" ? "Copy" : "Run"}
      </ActionGuard>
      <Button onClick={() => setStep(step + 1)}>Next event</Button>
    </div>
  );
}

export const Noted: Story = { render: () => <Guarded kind="copied" ends={[live]} /> };
export const Unlocks: Story = {
  render: () => <Guarded kind="ran" ends={[live, done]} />,
  play: async ({ canvasElement }) => {
    const canvas = within(canvasElement);
    const run = canvas.getByRole("button", { name: "Run" });
    await userEvent.click(run);
    await expect(onAct).not.toHaveBeenCalled();
    await expect(run).toHaveAccessibleDescription("Waits until the answer is finished.");
    await userEvent.click(canvas.getByRole("button", { name: "Next event" }));
    await userEvent.click(canvas.getByRole("button", { name: "Run" }));
    await expect(onAct).toHaveBeenCalledOnce();
  },
};
export const StaysLocked: Story = {
  render: () => <Guarded kind="ran" ends={[truncatedMessage("length", { parts: [textPart(CODE, { status: "cut" })] })]} />,
};

const SPANS: readonly Span[] = [
  { id: "a", text: "Yes, you can deploy.", state: "replaced", replacedBy: "b" },
  { id: "b", text: "Not yet.", state: "settled", replaces: ["a"], revision: 1 },
];
const used = (kind: UseKind, message: string): UsedRange => ({
  id: "u",
  message,
  kind,
  spans: [["a", 0, 20]],
  revision: 0,
  wasFinished: false,
  hash: "",
  at: 0,
});

function told(kind: UseKind, message: AssistantMessage): Story {
  const store = createUseStore({ initial: { [message.id]: [used(kind, message.id)] } });
  return {
    render: () => (
      <UsesProvider store={store}>
        <Message message={message} copyable />
      </UsesProvider>
    ),
    play: async ({ canvasElement }) => {
      await expect(canvasElement.querySelector('[data-unsay="used-text-notice"]')).toBeVisible();
    },
  };
}

export const CopiedThenRevised: Story = told("copied", endedMessage("revised", { revisions: 1, parts: [textPart(SPANS)] }));
export const RanThenTruncated: Story = told(
  "ran",
  truncatedMessage("failed", {
    userMessage: "provider error",
    parts: [textPart([{ id: "a", text: "Run deployctl", state: "settled" }], { status: "cut" })],
  }),
);
export const CopiedThenWithheld: Story = told(
  "copied",
  truncatedMessage("withheld", {
    userMessage: "medical advice",
    calls: [toolCall("send_email", "succeeded")],
    parts: [textPart(SPANS, { status: "cut" })],
  }),
);
