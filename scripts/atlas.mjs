// Takes the pictures of the atlases that people look at, with the fonts of this machine:
//   node scripts/atlas.mjs <folder> [column …]
import { mkdirSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { chromium } from "playwright";
import { ATLASES, COLUMNS, openAtlas, pictureOf, serveAtlases } from "./atlas-pictures.ts";
import { chromiumLaunchOptions } from "./chromium.mjs";

const [folder, ...named] = process.argv.slice(2);
if (folder === undefined) throw new Error("Say where to put the pictures: node scripts/atlas.mjs <folder>");
const columns = named.length > 0 ? named : Object.keys(COLUMNS);
mkdirSync(folder, { recursive: true });
const { server, origin } = await serveAtlases();
const browser = await chromium.launch(chromiumLaunchOptions());
try {
  for (const atlas of ATLASES) for (const column of columns) await picture(atlas, column);
} finally {
  await browser.close();
  server.close();
}

async function picture(atlas, column) {
  const page = await openAtlas(browser, origin, { atlas, column, withBoxes: false });
  const path = resolve(join(folder, `${atlas === "state" ? "" : `${atlas}-`}${column}.png`));
  await writeFile(path, await pictureOf(page));
  await page.context().close();
  console.log(path);
}
