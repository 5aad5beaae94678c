import { expect, test } from "./playground.ts";
import { PROMPTS } from "./prompts.ts";

// Chromium reports every refused connection on the console by itself.
test.use({ expectedConsoleErrors: /net::ERR_/ });

test("a server that dies in mid-stream leaves the answer disconnected, and after its restart still not complete", async ({
  playground,
  page,
  server,
}) => {
  await playground.ask(PROMPTS.long);
  const shown = await playground.someText();
  await server.crash();
  await playground.expectEnd("truncated", "disconnected");
  expect(await playground.body.textContent()).toContain(shown);

  await server.start();
  await page.reload();
  await expect(playground.answer).toHaveAttribute("data-status", "truncated");
  await expect(playground.answer).toHaveAttribute("data-cause", /^(disconnected|orphaned)$/);
  expect((await playground.body.textContent())?.length).toBeGreaterThan(0);
  expect((await playground.statuses()).map(({ status }) => status)).not.toContain("complete");
});

test("a server that is shut down in mid-stream says so, and after its restart a reload shows the same", async ({
  playground,
  page,
  server,
}) => {
  await playground.ask(PROMPTS.long);
  await playground.someText();
  await server.shutDown();
  await playground.expectEnd("truncated", "disconnected");
  const kept = await playground.body.textContent();

  await server.start();
  await page.reload();
  await playground.expectEnd("truncated", "disconnected");
  expect(await playground.body.textContent()).toBe(kept);
});
