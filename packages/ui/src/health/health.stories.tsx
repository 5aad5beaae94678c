import type { Meta, StoryObj } from "@storybook/react-vite";
import { useEffect, useState, type ReactElement } from "react";
import { complete, createTestSession, say } from "@unsay/core/testing";
import { endedMessage } from "../testing/messages.js";
import { HealthPanel } from "./health-panel.js";
import { UsageReceipt } from "./usage-receipt.js";

const meta: Meta<typeof HealthPanel> = { title: "Controls/Health", component: HealthPanel, subcomponents: { UsageReceipt } };
export default meta;

function Measured(): ReactElement {
  const [{ session, advance }] = useState(() => createTestSession([say("First drain the pool."), complete()]));
  useEffect(() => {
    session.send("How?");
    void advance(10_000);
  }, [session, advance]);
  return (
    <HealthPanel
      session={session}
      budget={{ totalMs: 100 }}
      diagnostics={[{ code: "transport.buffered", spreadMs: 4_000, arrivalMs: 2 }]}
    />
  );
}

export const Panel: StoryObj = { render: () => <Measured /> };

const usage = { generated: 912, billed: 912, billedReasoning: 0, painted: 800, final: true, source: "provider" } as const;

/** 7.18: what was billed, what was seen, and where nobody says. */
export const Usage: StoryObj = {
  render: () => (
    <div style={{ display: "grid", gap: 12 }}>
      <UsageReceipt message={endedMessage("complete", { usage })} />
      <UsageReceipt message={endedMessage("complete", { usage: { ...usage, billed: 800, final: false } })} />
      <UsageReceipt message={endedMessage("complete", { usage: null })} />
    </div>
  ),
};
