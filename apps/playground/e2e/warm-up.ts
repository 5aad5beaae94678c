import { chromium, type FullConfig } from "@playwright/test";
import { PlaygroundServer } from "./server.ts";

/** On a fresh clone Vite bundles the dependencies at the first visit and reloads the page; no test should be that visit. */
export default async function warmUp({ projects }: FullConfig): Promise<void> {
  const server = await PlaygroundServer.start();
  const browser = await chromium.launch(projects[0]?.use.launchOptions);
  const page = await browser.newPage();
  await page.goto(server.url);
  await page.locator('[data-unsay="composer.input"]').waitFor();
  await page.waitForLoadState("networkidle");
  await browser.close();
  await server.dispose();
}
