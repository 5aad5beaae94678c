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

test("row 32: a page that was left in mid-answer and is loaded anew at Back resumes once, and ends with its text once", async ({
  playground,
  page,
}) => {
  const asked = playground.watchRuns();
  await playground.ask(PROMPTS.plain);
  const shown = await playground.someText();
  await page.goto("about:blank");
  await page.goBack();
  await playground.expectEnd("complete");
  await playground.expectTextOnce(shown);
  expect(asked).toEqual({ started: 1, resumed: 1 });
});

test("row 35: a reload at any moment of an answer leaves its words, the draft and one answer, asks once, and the end is the same", async ({
  playground,
  page,
}) => {
  const asked = playground.watchRuns();
  const draft = page.locator('[data-unsay="composer.input"]');
  await playground.ask(PROMPTS.index);
  await draft.fill("and then?");
  let shown = "";
  let reloads = 0;
  // Each moment is a little later in the answer, until there is none left.
  for (; reloads < 20 && (await playground.answer.getAttribute("data-status")) !== "complete"; reloads += 1) {
    shown = await playground.someText(shown.length);
    await page.reload();
    await expect.poll(async () => (await playground.body.textContent())?.startsWith(shown)).toBe(true);
    await expect(draft).toHaveValue("and then?");
    await expect(page.locator('[data-unsay="answer"]')).toHaveCount(1);
    expect(asked.resumed).toBeLessThanOrEqual(reloads + 1);
  }
  expect(reloads).toBeGreaterThanOrEqual(3);
  await playground.expectEnd("complete");
  await playground.expectTextOnce(shown);
  expect(asked.started).toBe(1);
});

test("the page fits a phone: nothing scrolls sideways at 320 px", async ({ playground, page }) => {
  await page.setViewportSize({ width: 320, height: 640 });
  await playground.ask(PROMPTS.plain);
  await playground.expectEnd("complete");
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
});
