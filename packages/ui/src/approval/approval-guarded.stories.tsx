import { useState, type ReactElement } from "react";
import type { Meta, StoryObj } from "@storybook/react-vite";
import { createFakeClock, type FakeClock } from "@unsay/core/testing";
import { expect, fireEvent, userEvent, waitFor, within } from "storybook/test";
import { ACCESS_CALL, callIdOf, EMAIL_CALL, eventsOfAsk, ROWS_CALL, type Ask } from "../testing/gate-stage.js";
import { LiveGates } from "../testing/live-gates.js";
import { pass } from "../testing/passing.js";

/** What a hurried or careless hand does to a gate, and what does not come of it. Time stands still but for the play. */
const meta: Meta = { title: "Approval/Guarded" };
export default meta;

type Story = StoryObj;

const EMAIL: Ask = { calls: [EMAIL_CALL] };
const ROWS: Ask = { calls: [ROWS_CALL] };

/** A gate on the page, and its parts. */
function look(root: HTMLElement, clock: FakeClock) {
  const canvas = within(root);
  const find = (name: string): HTMLElement => root.querySelector(`[data-unsay="${name}"]`) as HTMLElement;
  return {
    canvas,
    find,
    approve: () => find("approval-gate.approve"),
    sent: () => canvas.getByTestId("sent").textContent,
    comes: async (): Promise<void> => {
      for (let tries = 0; tries < 100 && find("approval-gate") === null; tries++) await pass(clock, 50);
      await expect(find("approval-gate")).toBeVisible();
    },
    arms: async (): Promise<void> => {
      for (let tries = 0; tries < 100 && find("approval-gate.approve").hasAttribute("aria-disabled"); tries++) await pass(clock, 50);
      await expect(find("approval-gate.approve")).not.toHaveAttribute("aria-disabled");
    },
  };
}

/** Makes a story whose play has its own clock. */
function guarded(
  name: string,
  numbers: readonly number[],
  render: (clock: FakeClock) => ReactElement,
  play: (seen: ReturnType<typeof look>, clock: FakeClock) => Promise<void>,
): Story {
  const clock = createFakeClock();
  return {
    name,
    tags: numbers.map((number) => `statement:${number}`),
    render: () => render(clock),
    play: async ({ canvasElement }) => {
      const seen = look(canvasElement, clock);
      await seen.comes();
      await play(seen, clock);
    },
  };
}

export const WindowSwitch: Story = guarded(
  "Enter pressed in another window arrives here",
  [72],
  (clock) => <LiveGates ask={EMAIL} clock={clock} />,
  async ({ approve, arms, sent }, clock) => {
    await arms();
    approve().focus({ preventScroll: true });
    window.dispatchEvent(new Event("blur"));
    window.dispatchEvent(new Event("focus"));
    await userEvent.keyboard("{Enter}");
    await pass(clock, 100);
    await expect(sent()).toBe("");
    await expect(approve()).toHaveAttribute("aria-disabled", "true");
  },
);

function Pushed({ clock }: { readonly clock: FakeClock }): ReactElement {
  const [height, setHeight] = useState(0);
  return (
    <>
      <button type="button" className="unsay-button" onClick={() => setHeight(height + 24)}>
        Push it down 24 px
      </button>
      <div style={{ blockSize: height }} />
      <LiveGates ask={EMAIL} clock={clock} />
    </>
  );
}
export const MovedBy24Px: Story = guarded(
  "Moved by 24 px under the pointer",
  [72],
  (clock) => <Pushed clock={clock} />,
  async ({ approve, arms, canvas, sent }, clock) => {
    await arms();
    canvas.getByRole("button", { name: "Push it down 24 px" }).click();
    await pass(clock, 100);
    await userEvent.click(approve());
    await pass(clock, 100);
    await expect(sent()).toBe("");
    await expect(approve()).toHaveAttribute("aria-disabled", "true");
    await arms();
  },
);

const OTHER_ADDRESS = eventsOfAsk(
  { calls: [{ ...EMAIL_CALL, id: callIdOf(EMAIL_CALL), args: { to: "eve@south.example", subject: "Invoice 1043" } }] },
  "approval-1",
)
  .filter(({ type }) => type === "tool.ready" || type === "approval.request")
  .map((event) => ({ at: 300, event }));
export const ChangedWhileArming: Story = guarded(
  "What it asks changes while it arms: the click belongs to neither",
  [72, 81],
  (clock) => <LiveGates ask={EMAIL} clock={clock} later={OTHER_ADDRESS} />,
  async ({ approve, arms, find, sent }, clock) => {
    await pass(clock, 450);
    await userEvent.click(approve());
    await pass(clock, 100);
    await expect(sent()).toBe("");
    await expect(find("approval-gate")).toHaveAttribute("data-approval", "approval-1");
    await arms();
  },
);

export const RapidClicks: Story = guarded(
  "Rapid clicks never arm it, patience does",
  [73],
  (clock) => <LiveGates ask={EMAIL} clock={clock} />,
  async ({ approve, arms, sent }, clock) => {
    for (let click = 0; click < 12; click++) {
      await userEvent.click(approve());
      await pass(clock, 100);
    }
    await expect(sent()).toBe("");
    await arms();
    await userEvent.click(approve());
    await pass(clock, 100);
    await expect(sent()).toBe("approve");
  },
);

export const HeldByPointer: Story = guarded(
  "Held by the pointer: full, and let go",
  [80],
  (clock) => <LiveGates ask={ROWS} clock={clock} />,
  async ({ approve, arms, sent }, clock) => {
    await arms();
    await fireEvent.pointerDown(approve(), { button: 0 });
    await pass(clock, 700);
    await fireEvent.pointerUp(approve(), { button: 0 });
    await pass(clock, 600);
    await expect(sent()).toBe("");
    await fireEvent.pointerDown(approve(), { button: 0 });
    await pass(clock, 1_300);
    await expect(sent()).toBe("");
    await fireEvent.pointerUp(approve(), { button: 0 });
    await pass(clock, 100);
    await expect(sent()).toBe("approve");
  },
);

export const HeldByKey: Story = guarded(
  "Held by a key: Escape lets go and decides nothing",
  [50, 80],
  (clock) => <LiveGates ask={ROWS} clock={clock} />,
  async ({ approve, arms, sent }, clock) => {
    await arms();
    approve().focus({ preventScroll: true });
    await fireEvent.keyDown(approve(), { key: " " });
    await pass(clock, 700);
    await fireEvent.keyDown(approve(), { key: "Escape" });
    await fireEvent.keyUp(approve(), { key: " " });
    await pass(clock, 1_000);
    await expect(sent()).toBe("");
    await fireEvent.keyDown(approve(), { key: " " });
    await pass(clock, 1_300);
    await fireEvent.keyUp(approve(), { key: " " });
    await pass(clock, 100);
    await expect(sent()).toBe("approve");
  },
);

export const NamePasted: Story = guarded(
  "The name is pasted, in capitals and with spaces",
  [71, 78],
  (clock) => <LiveGates ask={{ calls: [ACCESS_CALL] }} clock={clock} settings={{ riskOf: () => 4 }} />,
  async ({ canvas, approve, arms, sent }, clock) => {
    if (canvas.queryByRole("alertdialog") === null) await userEvent.click(canvas.getByRole("button", { name: "Review" }));
    const field = canvas.getByRole("textbox", { name: "Type ci-bot to go on" });
    await pass(clock, 3_500);
    await expect(approve()).toHaveAttribute("aria-disabled", "true");
    await userEvent.click(field);
    await userEvent.paste("  CI-Bot ");
    await userEvent.keyboard("{Enter}");
    await pass(clock, 100);
    await expect(sent()).toBe("");
    await arms();
  },
);

export const Unconfirmed: Story = guarded(
  "No reply to a decision: the same one can be sent again",
  [82],
  (clock) => <LiveGates ask={EMAIL} clock={clock} onCommand={NO_REPLY} />,
  async ({ approve, arms, canvas, find }, clock) => {
    await arms();
    await userEvent.click(approve());
    await pass(clock, 6_000);
    await expect(find("approval-gate")).toHaveAttribute("data-status", "unconfirmed");
    await expect(canvas.getByText("Decision sent. No reply yet.")).toBeVisible();
    await userEvent.click(canvas.getByRole("button", { name: "Send again" }));
    await waitFor(() => expect(canvas.getByTestId("sent").textContent).toMatch(/^approve( approve)?$/));
  },
);
const NO_REPLY = (): "hang" => "hang";

const SHORT: Ask = { calls: [ROWS_CALL], expiresInMs: 70_000 };
export const ExpiredWhileHolding: Story = guarded(
  "It expires under a hand that holds it",
  [80, 87],
  (clock) => <LiveGates ask={SHORT} clock={clock} settings={{ onAskAgain: () => {} }} />,
  async ({ approve, arms, canvas, find, sent }, clock) => {
    await arms();
    await clock.advance(70_000 - 600 - (clock.now() % 1_000) - 2_000);
    await arms();
    await fireEvent.pointerDown(approve(), { button: 0 });
    await pass(clock, 4_000);
    await expect(find("approval-gate")).toHaveAttribute("data-status", "expired");
    await fireEvent.pointerUp(document.body, { button: 0 });
    await pass(clock, 100);
    await expect(sent()).toBe("");
    await expect(canvas.getByRole("button", { name: "Ask again" })).toBeVisible();
  },
);

const LATE: Ask = { calls: [EMAIL_CALL], expiresInMs: 1 };
export const ExpiredOnFirstPaint: Story = guarded(
  "Expired before it was first painted",
  [87],
  (clock) => <LiveGates ask={LATE} clock={clock} settings={{ onAskAgain: () => {} }} />,
  async ({ approve, find, sent }) => {
    await expect(find("approval-gate")).toHaveAttribute("data-status", "expired");
    await expect(approve()).toBeNull();
    await expect(sent()).toBe("");
  },
);
