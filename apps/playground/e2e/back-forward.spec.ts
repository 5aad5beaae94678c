import { chromiumLaunchOptions } from "../../../scripts/chromium.mjs";
import { expect, test } from "./playground.ts";
import { PROMPTS } from "./prompts.ts";

// Playwright turns off what browsers have on: a page that was left is kept as it is, and shown again at a press of Back.
test.use({ launchOptions: { ...chromiumLaunchOptions(), ignoreDefaultArgs: ["--disable-back-forward-cache"] } });

test("row 32: a page that was left in mid-answer and comes back as it was goes on with the one run, and ends with its text once", async ({
  playground,
  page,
}) => {
  await page.evaluate(() => {
    addEventListener("pageshow", ({ persisted }) => Object.assign(globalThis, { wasKept: persisted }));
  });
  const asked = playground.watchRuns();
  const started = page.waitForRequest((request) => request.method() === "POST" && request.url().endsWith("/runs"));
  await playground.ask(PROMPTS.plain);
  const shown = await playground.someText();
  await page.goto("about:blank");
  // The answer goes on meanwhile.
  const messages = (await started).url().replace(/runs$/u, "messages");
  const recorded = async () => (await (await page.request.get(messages)).text()).length;
  const atLeaving = await recorded();
  await expect.poll(recorded).toBeGreaterThan(atLeaving);
  // A page that was kept is not loaded.
  await page.goBack({ waitUntil: "commit" });
  expect(await page.evaluate(() => (globalThis as { wasKept?: boolean }).wasKept)).toBe(true);
  await playground.expectEnd("complete");
  await playground.expectTextOnce(shown);
  expect(asked.started).toBe(1);
  expect(asked.resumed).toBeLessThanOrEqual(1);
});
