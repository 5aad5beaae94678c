// Takes the pictures of the atlases that people look at, in every column of the matrix, from a running Storybook:
//   npm run storybook
//   node scripts/atlas.mjs <folder> [address] [story …]
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { chromium } from "playwright";
import { chromiumLaunchOptions } from "./chromium.mjs";

const [folder, address = "http://localhost:6006", ...named] = process.argv.slice(2);
const STORIES = named.length > 0 ? named : ["atlas-state--state"];
/** `globals` are the toolbars, `media` what the system asks for. */
const COLUMNS = {
  light: { globals: "theme:light" },
  dark: { globals: "theme:dark" },
  more: { globals: "theme:light;contrast:more" },
  "forced-dark": { media: { colorScheme: "dark", forcedColors: "active" } },
  "forced-light": { media: { colorScheme: "light", forcedColors: "active" } },
  "reduced-motion": { media: { reducedMotion: "reduce" } },
  rtl: { globals: "direction:rtl" },
  arabic: { globals: "locale:ar" },
  320: { globals: "theme:light", width: 320 },
};

if (folder === undefined) throw new Error("Say where to put the pictures: node scripts/atlas.mjs <folder>");
mkdirSync(folder, { recursive: true });
const browser = await chromium.launch(chromiumLaunchOptions());
try {
  for (const story of STORIES) for (const column of Object.keys(COLUMNS)) await picture(story, column);
} finally {
  await browser.close();
}

async function picture(story, column) {
  const { globals = "", media = {}, width = 1280 } = COLUMNS[column];
  const context = await browser.newContext({ viewport: { width, height: 900 }, ...media });
  const page = await context.newPage();
  await page.goto(`${address}/iframe.html?viewMode=story&id=${story}&globals=${globals}`);
  await page.locator(".unsay-root").first().waitFor();
  const path = resolve(join(folder, `${story}-${column}.png`));
  await page.screenshot({ path, fullPage: true });
  await context.close();
  console.log(path);
}
