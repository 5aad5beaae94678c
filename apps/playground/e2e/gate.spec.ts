import { expect, test } from "./playground.ts";
import { PROMPTS } from "./prompts.ts";

test.beforeEach(async ({ playground, server }) => {
  await playground.ask(PROMPTS.gate);
  await expect(playground.gate).toHaveAttribute("data-status", "open");
  expect(await server.toolRuns()).toEqual([]);
});

test("Approve runs the tool once", async ({ playground, server }) => {
  await playground.gateButton("approve").click();
  await playground.expectEnd("complete");
  expect(await server.toolRuns()).toHaveLength(1);
  await expect(playground.page.locator('[data-unsay="receipt"]')).toHaveAttribute("data-status", "succeeded");
});

test("two quick presses of Approve run the tool once", async ({ playground, server }) => {
  await playground.gateButton("approve").dblclick();
  await playground.expectEnd("complete");
  expect(await server.toolRuns()).toHaveLength(1);
});

test("Reject never runs it", async ({ playground, server, page }) => {
  await playground.gateButton("reject").click();
  await playground.expectEnd("complete");
  await expect(page.locator('[data-unsay="receipt"]')).toHaveAttribute("data-status", "rejected");
  expect(await server.toolRuns()).toEqual([]);
});

test("Stop while the gate is open never runs it", async ({ playground, server, page }) => {
  await playground.stopButton.click();
  await playground.expectEnd("truncated", "stopped");
  await expect(playground.gateButton("approve")).toHaveCount(0);
  await page.reload();
  await playground.expectEnd("truncated", "stopped");
  expect(await server.toolRuns()).toEqual([]);
});

test("row 35: reloads leave the one gate open with the same words, and Approve then runs the tool once", async ({
  playground,
  server,
  page,
}) => {
  const facts = playground.gate.locator('[data-unsay="approval-gate.facts"]');
  const asked = await facts.textContent();
  for (let reload = 0; reload < 3; reload += 1) {
    await page.reload();
    await expect(playground.gate).toHaveAttribute("data-status", "open");
    await expect(page.locator('[data-unsay="approval-gate"]')).toHaveCount(1);
    expect(await facts.textContent()).toBe(asked);
  }
  await playground.gateButton("approve").click();
  await playground.expectEnd("complete");
  expect(await server.toolRuns()).toHaveLength(1);
});
