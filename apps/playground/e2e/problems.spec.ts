import { expect, test } from "./playground.ts";

test.describe("the problems of the picker, played in the page", () => {
  test("r19: an answer that is cut after a full stop says that it is not complete, and so it does after a reload", async ({
    playground,
    page,
  }) => {
    await playground.pickProblem("r19");
    await playground.expectEnd("truncated", "disconnected");
    await expect(playground.body).toContainText("keep a copy.");
    await expect(playground.answer.locator('[data-unsay="answer.status"]')).toContainText("Not complete: connection lost");

    await page.reload();
    await expect(page.locator('[data-problem="r19"] h2')).toContainText("Whole sentences");
    await playground.expectEnd("truncated", "disconnected");
    expect((await playground.statuses()).map(({ status }) => status)).not.toContain("complete");
  });

  test("r6: a claim that is taken back is corrected at the top, with the old words a press away", async ({ playground }) => {
    await playground.pickProblem("r6");
    await playground.expectEnd("revised");
    await expect(playground.answer.getByRole("note")).toContainText("Corrected");
    await expect(playground.body).toContainText("Leave four hours between the two tablets.");
  });

  test("r27: a verdict is not readable in part, and the button that acts on it opens at the end", async ({ playground, page }) => {
    const halves: string[] = [];
    await page.exposeFunction("noteHalf", (words: string) => halves.push(words));
    await page.evaluate(watchForHalfVerdict);
    await playground.pickProblem("r27");
    const deploy = page.getByRole("button", { name: "Deploy" });
    await expect(deploy).toHaveAttribute("aria-disabled", "true");
    await expect(playground.answer.locator('[data-unsay="answer.hold"]')).toHaveAttribute("data-why", "decision");
    await playground.expectEnd("complete");
    await expect(deploy).not.toHaveAttribute("aria-disabled");
    await expect(playground.body).toContainText("safely, except in us-east");
    expect(halves).toEqual([]);
  });

  test("they ask nothing of the server, have an address, and go back to the thread", async ({ playground, page }) => {
    const asked: string[] = [];
    page.on("request", (request) => asked.push(new URL(request.url()).pathname));
    const thread = page.url();
    await playground.pickProblem("r6");
    await playground.expectEnd("revised");
    expect(asked.filter((path) => path.startsWith("/api/") && path.includes("/runs"))).toEqual([]);
    expect(page.url()).toContain("?problem=r6");
    await expect(page.locator('a[data-problem="r6"]')).toHaveAttribute("aria-current", "page");
    await page.goBack();
    expect(page.url()).toBe(thread);
    await expect(page.getByText("Watch an answer change its mind")).toBeVisible();
  });

  for (const direction of ["ltr", "rtl"]) {
    test(`a form fills on a phone, and nothing scrolls sideways at 320 px (${direction})`, async ({ playground, page }) => {
      await page.setViewportSize({ width: 320, height: 640 });
      await page.evaluate((dir) => (document.documentElement.dir = dir), direction);
      await playground.pickProblem("r14");
      await playground.expectEnd("complete");
      await expect(page.getByRole("definition").filter({ hasText: "Delete, if empty" })).toBeVisible();
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
    });
  }
});

/** Runs in the page: tells of each moment in which "safely" can be read without its exception. */
function watchForHalfVerdict(): void {
  const report = (globalThis as unknown as { noteHalf: (words: string) => void }).noteHalf;
  const look = () => {
    for (const body of document.querySelectorAll('[data-unsay="answer.body"]')) {
      const words = body.textContent ?? "";
      if (words.includes("safely") && !words.includes("us-east")) report(words);
    }
  };
  new MutationObserver(look).observe(document, { subtree: true, childList: true, characterData: true });
}
