import { expect, test, vi } from "vitest";
import { render } from "vitest-browser-react";
import { complete, createTestSession, say } from "@unsay/core/testing";
import { en } from "../strings/en.js";
import { endedMessage, liveMessage } from "../testing/messages.js";
import { HealthPanel } from "./health-panel.js";
import { UsageReceipt } from "./usage-receipt.js";

const usage = { generated: 1_300, billed: 1_412, billedReasoning: 500, painted: 800, final: true, source: "the provider" } as const;

test.each([
  [
    "final",
    { usage },
    "1,412 tokens were billed. 500 of them for thinking. You saw 800. 112 tokens were billed that you never saw. Counted by the provider.",
  ],
  [
    "not the last word",
    { usage: { ...usage, final: false } },
    "1,412 tokens were billed so far. This may still change. 500 of them for thinking. You saw 800. 112 tokens were billed that you never saw. Counted by the provider.",
  ],
  ["never reported", { usage: { ...usage, billed: null } }, en.usage.unreported],
  ["not promised", { usage: null }, en.usage.unreported],
])("r18-ledger: usage that is %s is said in words, and nobody's zero is made up", async (_name, fields, words) => {
  const screen = await render(<UsageReceipt message={endedMessage("complete", fields)} />);
  expect(screen.container.textContent).toBe(words);
});

test("usage of a live answer is still coming", async () => {
  const screen = await render(<UsageReceipt message={liveMessage("streaming", "flowing")} />);
  expect(screen.container.textContent).toBe(en.usage.pending);
});

test("r18-reasoning: thinking that was billed and not shown is no overrun", async () => {
  const screen = await render(<UsageReceipt message={endedMessage("complete", { usage: { ...usage, billed: 800, painted: 300 } })} />);
  expect(screen.container.textContent).not.toContain("never saw");
});

test("the panel gives the figures of the newest answer, says which are over the budget and which nobody measured", async () => {
  const { session, advance } = createTestSession([say("First drain the pool."), complete()]);
  const screen = await render(
    <HealthPanel session={session} budget={{ totalMs: 10 }} diagnostics={[{ code: "usage.unreported", run: "r" }]} />,
  );
  expect(screen.container.textContent).toContain(en.health.none);
  session.send("How?");
  await advance(10_000);
  const figure = (name: string) => screen.container.querySelector(`[data-figure="${name}"] dd`);
  await vi.waitFor(() => expect(figure("totalMs")?.textContent).toContain("over the budget of 10 ms"));
  expect(figure("totalMs")?.hasAttribute("data-over")).toBe(true);
  expect(figure("firstReasoningMs")?.textContent).toBe("not measured");
  expect(screen.container.textContent).toContain("usage.unreported");
});
