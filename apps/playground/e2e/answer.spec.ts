import { expect, test } from "./playground.ts";
import { PROMPTS } from "./prompts.ts";

test("a typed message is answered: pending, then streaming, then complete", async ({ playground }) => {
  await playground.ask(PROMPTS.plain);
  await playground.expectEnd("complete");
  expect((await playground.statuses()).map(({ status }) => status)).toEqual(["pending", "streaming", "complete"]);
});

test("Stop in mid-stream truncates the answer, keeps what was shown, and a reload shows the same", async ({ playground, page }) => {
  await playground.ask(PROMPTS.long);
  const shown = await playground.someText();
  await playground.stopButton.click();
  await playground.expectEnd("truncated", "stopped");
  const kept = (await playground.body.textContent()) ?? "";
  expect(kept.startsWith(shown)).toBe(true);

  await page.reload();
  await playground.expectEnd("truncated", "stopped");
  expect(await playground.body.textContent()).toBe(kept);
  expect((await playground.statuses()).map(({ status }) => status)).not.toContain("complete");
});

test("a reload in mid-stream goes on with the same answer and ends complete, with its text once", async ({ playground, page, server }) => {
  await playground.ask(PROMPTS.plain);
  const shown = await playground.someText();
  await page.reload();
  await playground.expectEnd("complete");
  const resumed = (await playground.body.textContent()) ?? "";
  expect(resumed.startsWith(shown)).toBe(true);
  await expect(page.locator('[data-unsay="answer"]')).toHaveCount(1);

  await page.goto(server.url);
  await playground.ask(PROMPTS.plain);
  await playground.expectEnd("complete");
  expect(await playground.body.textContent()).toBe(resumed);
});

test("the page fits a phone: nothing scrolls sideways at 320 px", async ({ playground, page }) => {
  await page.setViewportSize({ width: 320, height: 640 });
  await playground.ask(PROMPTS.plain);
  await playground.expectEnd("complete");
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
});
