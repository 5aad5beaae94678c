// Takes the pictures people look at:
//   npm run screenshots -- [folder]
// docs/playground.png for the README, and into the folder light, dark and forced colours at 1280 and 320 px.
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { chromium } from "playwright";
import { chromiumLaunchOptions } from "./chromium.mjs";
import { ROOT, workspaceEnv } from "./process.mjs";

/** Enough to show what the kit is about: a cut answer, a correction, an open request for approval. */
const CONVERSATION = [
  { ask: "Show me an answer that is cut by the length limit.", until: '[data-status="truncated"]' },
  { ask: "Correct yourself: can I deploy this now?", until: '[data-status="revised"]' },
  { ask: "Create a ticket, but ask me to confirm.", until: '[data-liveness="awaiting-approval"]' },
];
const WIDTHS = [1280, 320];
const MODES = {
  light: { colorScheme: "light" },
  dark: { colorScheme: "dark" },
  forced: { colorScheme: "dark", forcedColors: "active" },
};

const folder = process.argv[2] === undefined ? undefined : resolve(process.argv[2]);
const data = mkdtempSync(join(tmpdir(), "unsay-pictures-"));
const server = spawn("node", ["apps/playground/server/main.ts"], {
  cwd: ROOT,
  env: workspaceEnv({ PORT: "0", UNSAY_DATA: data }),
  stdio: ["ignore", "pipe", "inherit"],
});
const browser = await chromium.launch(chromiumLaunchOptions());
try {
  const thread = await converse(await addressOf(server));
  await picture(thread, join(ROOT, "docs/playground.png"), { width: 1280, ...MODES.light });
  if (folder !== undefined) await pictureAll(thread, folder);
} finally {
  await browser.close();
  server.kill();
  rmSync(data, { recursive: true, force: true });
}

async function addressOf(child) {
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /^Unsay playground: (\S+)$/.exec(line)?.[1];
    if (url !== undefined) return url;
  }
  throw new Error("The playground ended before it could serve.");
}

/** Plays the conversation once; every picture then shows the same thread. */
async function converse(url) {
  const page = await browser.newPage();
  await page.goto(url);
  for (const { ask, until } of CONVERSATION) {
    await page.locator('[data-unsay="composer.input"]').fill(ask);
    await page.locator('[data-unsay="composer.submit"]').click();
    await page.locator(`[data-unsay="answer"]${until}`).last().waitFor({ timeout: 30_000 });
  }
  const thread = page.url();
  await page.close();
  return thread;
}

async function pictureAll(thread, into) {
  mkdirSync(into, { recursive: true });
  for (const [mode, media] of Object.entries(MODES)) {
    for (const width of WIDTHS) await picture(thread, join(into, `${mode}-${width}.png`), { width, ...media });
  }
}

/** On a small screen the request stands partly above what is in view when the page opens; only what is seen can be approved. */
async function bringIntoView(page) {
  await page.getByRole("button", { name: "Go to request" }).click();
  await page.locator('[data-unsay="approval-gate"][data-armed]').waitFor();
}

async function picture(thread, path, { width, ...media }) {
  const context = await browser.newContext({ viewport: { width, height: width === 320 ? 640 : 960 }, reducedMotion: "reduce", ...media });
  const page = await context.newPage();
  await page.goto(thread);
  await bringIntoView(page);
  await page.screenshot({ path });
  await context.close();
  console.log(path);
}
