import { useState, type ReactElement } from "react";
import type { Meta, StoryObj } from "@storybook/react-vite";
import type { EventPayload } from "@unsay/core";
import { createArgsHash } from "@unsay/core/protocol";
import { createFakeClock, createScriptedTransport, openStep, streamWords, type FakeClock, type Script } from "@unsay/core/testing";
import { expect, userEvent, waitFor, within } from "storybook/test";
import { callIdOf, EMAIL_CALL, eventsOfAsk, ROWS_CALL, type Ask } from "../testing/gate-stage.js";
import { LiveGates } from "../testing/live-gates.js";
import { pass } from "../testing/passing.js";
import { describeAtlasCall } from "../testing/state-atlas.js";
import { Chat } from "../thread/chat.js";
import type { DescribeCall } from "./describe-call.js";

/** Several requests, several answers to one, and requests that something else has overtaken. */
const meta: Meta = { title: "Approval/Several" };
export default meta;

type Story = StoryObj;

const part = (root: HTMLElement, name: string): HTMLElement | null => root.querySelector(`[data-unsay="${name}"]`);
const parts = (root: HTMLElement, name: string): readonly HTMLElement[] => [
  ...root.querySelectorAll<HTMLElement>(`[data-unsay="${name}"]`),
];

async function until(clock: FakeClock, isThere: () => boolean): Promise<void> {
  for (let tries = 0; tries < 200 && !isThere(); tries++) await pass(clock, 50);
}

interface Later {
  readonly at: number;
  readonly event: EventPayload;
}

const TICKETS: Ask = {
  calls: [1, 2, 3].map((region) => ({ id: `t${region}`, name: "create_ticket", args: { title: `Drain region ${region}` } })),
};
const describeTicket: DescribeCall = ({ args }) => ({ title: `Create ticket “${(args as { title: string }).title}”` });
const RAN = ["t1", "t2", "t3"].flatMap((call, index): readonly Later[] => [
  { at: 6_000, event: { type: "tool.start", call, attempt: 1, callKey: call } },
  {
    at: 7_000 + index,
    event:
      call === "t2"
        ? {
            type: "tool.result",
            call,
            result: "error",
            effect: "none",
            error: { code: "conflict", message: "409", retryable: true, userMessage: "It exists already." },
          }
        : { type: "tool.result", call, result: "ok", output: {} },
  },
]);
const failing = createFakeClock();
export const PartialFailure: Story = {
  name: "A batch of 3, one of which fails",
  tags: ["statement:92"],
  render: () => <LiveGates ask={TICKETS} clock={failing} describe={describeTicket} later={RAN} />,
  play: async ({ canvasElement }) => {
    const canvas = within(canvasElement);
    await until(failing, () => canvas.queryAllByRole("checkbox").length === 3);
    for (const box of canvas.getAllByRole("checkbox")) await userEvent.click(box);
    await pass(failing, 1_500);
    await userEvent.click(canvas.getByRole("button", { name: /^Approve all 3/ }));
    await until(failing, () => parts(canvasElement, "receipt").some(({ dataset }) => dataset["status"] === "failed"));
    await pass(failing, 1_000);
    const statuses = parts(canvasElement, "receipt").map(({ dataset }) => dataset["status"]);
    await expect(statuses).toEqual(["succeeded", "failed", "succeeded"]);
  },
};

const NEW_ARGS = eventsOfAsk({ calls: [{ ...EMAIL_CALL, id: callIdOf(EMAIL_CALL), args: { to: "bo@north.example" } }] }, "approval-1")
  .filter(({ type }) => type === "tool.ready" || type === "approval.request")
  .map((event) => ({ at: 1_500, event }));
const stale = createFakeClock();
export const StaleCard: Story = {
  name: "A stale card is pressed in the moment in which it changes",
  tags: ["statement:81"],
  render: () => <LiveGates ask={{ calls: [EMAIL_CALL] }} clock={stale} later={NEW_ARGS} />,
  play: async ({ canvasElement }) => {
    await until(stale, () => part(canvasElement, "approval-gate")?.dataset["approval"] === "approval-1");
    await userEvent.click(part(canvasElement, "approval-gate.approve") as HTMLElement);
    await pass(stale, 200);
    await expect(within(canvasElement).getByTestId("sent")).toHaveTextContent("");
    await expect(part(canvasElement, "approval-gate.approve")).toHaveAttribute("aria-disabled", "true");
  },
};

const ELSEWHERE: readonly Later[] = [
  {
    at: 1_500,
    event: {
      type: "approval.decision",
      approval: "approval-0",
      items: [
        {
          call: callIdOf(EMAIL_CALL),
          argsHash: createArgsHash(callIdOf(EMAIL_CALL), EMAIL_CALL.name, EMAIL_CALL.args),
          decision: "approved",
        },
      ],
      by: "other-device",
    },
  },
];
const elsewhere = createFakeClock();
export const OtherTab: Story = {
  name: "Decided in another tab, under the pointer",
  tags: ["statement:89"],
  render: () => <LiveGates ask={{ calls: [EMAIL_CALL] }} clock={elsewhere} later={ELSEWHERE} />,
  play: async ({ canvasElement }) => {
    const canvas = within(canvasElement);
    await until(elsewhere, () => part(canvasElement, "receipt") !== null);
    await expect(canvas.getByText(/Approved on another device/)).toBeVisible();
    await expect(getComputedStyle(part(canvasElement, "receipt") as HTMLElement).pointerEvents).toBe("none");
    await expect(canvas.getByTestId("sent")).toHaveTextContent("");
    await pass(elsewhere, 700);
    await expect(getComputedStyle(part(canvasElement, "receipt") as HTMLElement).pointerEvents).toBe("auto");
  },
};

const SECOND = eventsOfAsk({ calls: [{ ...ROWS_CALL, id: "second" }] }, "approval-1").map((event) => ({ at: 5, event }));
const stopped = createFakeClock();
export const StopWithTwoOpen: Story = {
  name: "Stop, with two open",
  tags: ["statement:33"],
  render: () => (
    <LiveGates
      ask={{ calls: [EMAIL_CALL] }}
      clock={stopped}
      later={SECOND}
      before={(thread) => (
        <button type="button" className="unsay-button" onClick={() => thread.stop()}>
          Stop answering
        </button>
      )}
    />
  ),
  play: async ({ canvasElement }) => {
    const canvas = within(canvasElement);
    await until(stopped, () => canvas.queryByText("2 decisions needed") !== null);
    await userEvent.click(canvas.getByRole("button", { name: "Stop answering" }));
    await until(stopped, () => parts(canvasElement, "receipt").length === 2);
    await expect(parts(canvasElement, "receipt").map(({ dataset }) => dataset["status"])).toEqual(["cancelled", "cancelled"]);
    await expect(canvas.getByTestId("sent")).toHaveTextContent("");
    await expect(canvas.queryByText(/decisions? needed/)).toBeNull();
  },
};

const redirected = createFakeClock();
export const RedirectWithOneOpen: Story = {
  name: "Redirect, with one open",
  tags: ["statement:33", "statement:43"],
  render: () => (
    <LiveGates
      ask={{ calls: [EMAIL_CALL] }}
      clock={redirected}
      before={(thread) => (
        <button type="button" className="unsay-button" onClick={() => thread.redirect("Only to Bo")}>
          Redirect: only to Bo
        </button>
      )}
    />
  ),
  play: async ({ canvasElement }) => {
    const canvas = within(canvasElement);
    await until(redirected, () => part(canvasElement, "approval-gate") !== null);
    await userEvent.click(canvas.getByRole("button", { name: "Redirect: only to Bo" }));
    await until(redirected, () => part(canvasElement, "receipt") !== null);
    await expect(part(canvasElement, "receipt")).toHaveAttribute("data-status", "cancelled");
    await expect(canvas.getByTestId("sent")).toHaveTextContent("");
  },
};

const WORDS = "Drain the pool in one region before the switch, then flip the flag there. ".repeat(40);
const LONG: Script = {
  id: "tray",
  title: "Tray",
  prompt: "Go",
  steps: [
    openStep(),
    ...eventsOfAsk({ calls: [EMAIL_CALL] }, "first").map((event) => ({ at: 50, event })),
    ...streamWords(WORDS, { at: 100, everyMs: 1, open: true, part: "more" }),
  ],
};
const far = createFakeClock();
function FarAway(): ReactElement {
  const [transport] = useState(() => createScriptedTransport(LONG, { clock: far }));
  return <Chat transport={transport} clock={far} describeCall={describeAtlasCall} style={{ blockSize: 520 }} />;
}
export const TrayAndBack: Story = {
  name: "The tray leads to a request out of view, and F6 back",
  tags: ["statement:90"],
  parameters: { flush: true },
  render: () => <FarAway />,
  play: async ({ canvasElement }) => {
    const canvas = within(canvasElement);
    const input = canvas.getByRole("textbox", { name: "Message" });
    await userEvent.type(input, "Go{Enter}");
    await until(far, () => (part(canvasElement, "transcript")?.scrollHeight ?? 0) > 1_200);
    const transcript = part(canvasElement, "transcript") as HTMLElement;
    transcript.scrollTop = transcript.scrollHeight;
    await pass(far, 200);
    await userEvent.click(canvas.getByRole("button", { name: "Go to request" }));
    await waitFor(() => expect(document.activeElement).toHaveAttribute("data-unsay", "approval-gate.title"));
    await expect((document.activeElement as HTMLElement).getBoundingClientRect().top).toBeGreaterThanOrEqual(0);
    await userEvent.keyboard("{F6}{F6}");
    await expect(input).toHaveFocus();
  },
};
