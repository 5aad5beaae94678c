import { useState, type ReactElement } from "react";
import type { Meta, StoryObj } from "@storybook/react-vite";
import type { RiskTier } from "@unsay/react";
import { createFakeClock } from "@unsay/core/testing";
import { expect, userEvent, waitFor, within } from "storybook/test";
import { ACCESS_CALL, EMAIL_CALL, eventsOfAsk, ROWS_CALL, type Ask } from "../testing/gate-stage.js";
import { LiveGates as Live } from "../testing/live-gates.js";
import { pass } from "../testing/passing.js";
import type { ApprovalSettings } from "./approval-settings.js";
import type { DescribeCall } from "./describe-call.js";
import { GrantList, type Grant } from "./grant-list.js";

/** Gates with a session behind them: guarded, held, edited and expired as in an app. */
const meta: Meta = { title: "Approval/Live" };
export default meta;

type Story = StoryObj;

const TICKETS = (amount: number): Ask => ({
  calls: Array.from({ length: amount }, (_, at) => ({ id: `t${at}`, name: "create_ticket", args: { title: `Drain region ${at + 1}` } })),
});
const describeTicket: DescribeCall = ({ args }) => ({ title: `Create ticket “${(args as { title: string }).title}”` });

const arrival = createFakeClock();
export const DoubleClickOnArrival: Story = {
  name: "Guard: double click on arrival",
  tags: ["statement:72", "statement:73"],
  render: () => <Live ask={{ calls: [EMAIL_CALL] }} clock={arrival} />,
  play: async ({ canvasElement }) => {
    const canvas = within(canvasElement);
    await pass(arrival, 200);
    const approve = await canvas.findByRole("button", { name: "Send once" });
    await userEvent.dblClick(approve);
    await expect(canvas.getByTestId("sent")).toHaveTextContent("");
    await expect(approve).toHaveAttribute("aria-disabled", "true");
  },
};
export const HeldEnter: Story = {
  name: "Guard: Enter held while it comes",
  tags: ["statement:74"],
  render: () => <Live ask={{ calls: [EMAIL_CALL] }} />,
  play: async ({ canvasElement }) => {
    const canvas = within(canvasElement);
    const approve = await canvas.findByRole("button", { name: "Send once" });
    approve.focus();
    await userEvent.keyboard("{Enter>}");
    await waitFor(() => expect(approve).not.toHaveAttribute("aria-disabled"));
    await userEvent.keyboard("{/Enter}");
    await expect(canvas.getByTestId("sent")).toHaveTextContent("");
  },
};
export const SyntheticClick: Story = {
  name: "Guard: a synthetic click goes two steps",
  tags: ["statement:80"],
  render: () => <Live ask={{ calls: [ROWS_CALL] }} />,
  play: async ({ canvasElement }) => {
    const canvas = within(canvasElement);
    const hold = await canvas.findByRole("button", { name: "Hold to delete 214 rows" });
    await waitFor(() => expect(hold).not.toHaveAttribute("aria-disabled"));
    hold.click();
    await expect(await canvas.findByRole("button", { name: "Delete 214 rows" })).toBeVisible();
  },
};
export const EditWithSchema: Story = {
  name: "Decide: edit, schema error, risk rises",
  tags: ["statement:83"],
  render: () => (
    <Live
      ask={{ calls: [{ name: "pay", args: { to: "North Ltd", amount: 20, urgent: false } }], editable: true }}
      settings={RISES}
      describe={describePay}
    />
  ),
  play: async ({ canvasElement }) => {
    const canvas = within(canvasElement);
    await userEvent.click(await canvas.findByRole("button", { name: "Edit first" }));
    const amount = canvas.getByRole("textbox", { name: "amount" });
    await userEvent.clear(amount);
    await userEvent.type(amount, "9000");
    await expect(canvas.getByText("Not more than 500.")).toBeVisible();
    await userEvent.clear(amount);
    await userEvent.type(amount, "400");
    await expect(canvas.getByRole("button", { name: "Hold to pay once, with 1 change" })).toBeVisible();
  },
};
const RISES: ApprovalSettings = { riskOf: (_call, args): RiskTier => ((args as { amount: number }).amount > 100 ? 3 : 2) };
const describePay: DescribeCall = () => ({
  title: "Pay 20 EUR to North Ltd?",
  approveLabel: "Pay once",
  rejectLabel: "Don’t pay",
  schema: {
    type: "object",
    required: ["amount"],
    properties: {
      to: { type: "string", enum: ["North Ltd", "South GmbH"] },
      amount: { type: "integer", minimum: 1, maximum: 500 },
      urgent: { type: "boolean" },
    },
  },
});
export const Scope: Story = {
  name: "Decide: remember, with its boundary",
  render: () => (
    <Live
      ask={{ calls: [{ name: "create_ticket", args: { project: "OPS" } }], options: ["once", "scoped"] }}
      settings={{ onRemember: () => {} }}
      describe={() => ({ title: "Create 1 ticket in OPS?", approveLabel: "Create once", remember: { boundary: "in OPS" } })}
    />
  ),
  play: async ({ canvasElement }) => {
    const canvas = within(canvasElement);
    await userEvent.click(await canvas.findByRole("button", { name: "Remember…" }));
    await userEvent.click(canvas.getByRole("radio", { name: "Always" }));
    await expect(canvas.getByRole("button", { name: "Create once, and remember" })).toBeVisible();
  },
};
export const RejectWithReason: Story = {
  name: "Decide: reject with a reason, or redirect",
  tags: ["statement:84", "statement:85"],
  render: () => <Live ask={{ calls: [EMAIL_CALL] }} settings={{ onRedirect: () => {} }} />,
  play: async ({ canvasElement }) => {
    await userEvent.click(await within(canvasElement).findByRole("button", { name: "Say why" }));
    await expect(within(canvasElement).getByRole("button", { name: "Don’t send, and redirect" })).toBeVisible();
  },
};
export const Dialog: Story = {
  name: "Decide: type the name, parked",
  tags: ["statement:71"],
  render: () => <Live ask={{ calls: [ACCESS_CALL] }} settings={{ riskOf: () => 4 }} />,
  play: async ({ canvasElement }) => {
    const canvas = within(canvasElement);
    await canvas.findByText(/ci-bot/u, { selector: "strong" });
    if (canvasElement.querySelector("dialog") === null) await userEvent.click(canvas.getByRole("button", { name: "Review" }));
    await expect(canvas.getByRole("alertdialog")).toBeVisible();
    await userEvent.click(canvas.getByRole("button", { name: "Decide later" }));
    await expect(canvasElement.querySelector("dialog")).toBeNull();
  },
};
export const DialogOpen: Story = {
  name: "Decide: type the name",
  render: () => <Live ask={{ calls: [ACCESS_CALL] }} settings={{ riskOf: () => 4 }} />,
  play: async ({ canvasElement }) => {
    const canvas = within(canvasElement);
    await canvas.findByText(/ci-bot/u, { selector: "strong" });
    if (canvasElement.querySelector("dialog") === null) await userEvent.click(canvas.getByRole("button", { name: "Review" }));
    await expect(canvas.getByRole("alertdialog")).toBeVisible();
  },
};

const EXPIRES: Ask = { calls: [EMAIL_CALL], expiresInMs: 70_000 };
const soon = createFakeClock();
const gone = createFakeClock();
export const ExpiringSoon: Story = {
  name: "Expiry: 60 s, extend",
  tags: ["statement:88"],
  render: () => <Live ask={EXPIRES} clock={soon} settings={{ onExtend: () => {} }} />,
  play: async ({ canvasElement }) => {
    await pass(soon, 20_000);
    await expect(await within(canvasElement).findByRole("button", { name: "Give me more time" })).toBeVisible();
  },
};
export const ExpiredAskAgain: Story = {
  name: "Expiry: expired, ask again",
  tags: ["statement:87"],
  render: () => <Live ask={EXPIRES} clock={gone} settings={{ onAskAgain: () => {} }} />,
  play: async ({ canvasElement }) => {
    await pass(gone, 2_000);
    await gone.advance(90_000);
    await expect(await within(canvasElement).findByRole("button", { name: "Ask again" })).toBeVisible();
  },
};
export const BatchOf3: Story = {
  name: "Many: batch of 3",
  render: () => <Live ask={TICKETS(3)} describe={describeTicket} />,
  play: async ({ canvasElement }) => {
    const canvas = within(canvasElement);
    await userEvent.click(await canvas.findByRole("checkbox", { name: "Create ticket “Drain region 2”" }));
    await expect(canvas.getByRole("button", { name: "Approve 1 selected, not the other 2" })).toBeVisible();
  },
};
export const Batch21: Story = {
  name: "Many: 21 are split",
  render: () => <Live ask={TICKETS(21)} describe={describeTicket} />,
  play: async ({ canvasElement }) => {
    await waitFor(() => expect(canvasElement.querySelectorAll('[data-unsay="approval-batch.part"]')).toHaveLength(2));
    await expect(within(canvasElement).getByText("Part 2 of 2")).toBeVisible();
  },
};
export const MixedTiers: Story = {
  name: "Many: mixed tools are no batch",
  render: () => <Live ask={{ calls: [EMAIL_CALL, ROWS_CALL] }} />,
  play: async ({ canvasElement }) => {
    await within(canvasElement).findAllByRole("group");
    await expect(within(canvasElement).queryAllByRole("checkbox")).toEqual([]);
  },
};
export const TwoOpen: Story = {
  name: "Many: two open, tray",
  tags: ["statement:90"],
  render: () => <Live ask={{ calls: [EMAIL_CALL] }} later={SECOND} />,
  play: async ({ canvasElement }) => {
    const canvas = within(canvasElement);
    await expect(await canvas.findByText("2 decisions needed")).toBeVisible();
    await userEvent.click(canvas.getByRole("button", { name: "Go to request" }));
    await expect(document.activeElement).toHaveAttribute("data-unsay", "approval-gate.title");
  },
};
const SECOND = eventsOfAsk({ calls: [{ ...ROWS_CALL, id: "second" }] }, "approval-1").map((event) => ({ at: 5, event }));

function Grants(): ReactElement {
  const [grants, setGrants] = useState<readonly Grant[]>([
    { id: "a", words: "Create ticket in OPS", argsPattern: '{"project":"OPS","title":"*"}', expiresAt: 1_769_861_040_000, uses: 12 },
    { id: "b", words: "Send email to ana@north.example", expiresAt: null },
  ]);
  return <GrantList grants={grants} onRevoke={({ id }) => setGrants(grants.filter((grant) => grant.id !== id))} />;
}
export const AllowedForLater: Story = {
  name: "Grants: list and revoke",
  render: () => <Grants />,
  play: async ({ canvasElement }) => {
    const canvas = within(canvasElement);
    await userEvent.click(canvas.getByRole("button", { name: "Revoke: Send email to ana@north.example" }));
    await expect(canvas.queryByText("Send email to ana@north.example")).toBeNull();
  },
};
