import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import type { Server } from "node:http";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, chromium, type Page } from "playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Atlas, ATLASES, COMPARED, type ColumnName, openAtlas, PICTURE_ARGS, pictureOf, serveAtlases } from "./atlas-pictures.ts";
import { chromiumLaunchOptions } from "./chromium.mjs";
import { type Area, comparePictures, halvePicture } from "./compare-pictures.ts";

/**
 * Layout, lines, shapes and colours of every state, compared by pixels with the pictures that somebody looked at and
 * accepted. Letters are boxes of a font that is made here, so no font of the machine is in a picture.
 *
 * Tolerance: at half size, 16 of 255 in a channel and 8 pixels in a state. Two runs on one machine differ by nothing. What
 * machines differ in is how they smooth edges: at half size by less than 10 of 255, at corners and slants of the shapes
 * by more for a pixel or two. The faintest line there is, a decorative border of one pixel, changes a channel by 18 in
 * each of some hundred pixels; a surface of a neighbouring tint all of its thousands.
 */
const TOLERANCE = { channel: 16, pixels: 8 };

/** Accept what is new: npx vitest run --config scripts/vitest.config.ts --project house atlas-pictures -u */
const REFERENCES = fileURLToPath(new URL("../packages/ui/src/testing/atlas/pictures/", import.meta.url));
/** What a failed comparison leaves to look at. */
const LEFT = fileURLToPath(new URL("../node_modules/.unsay-atlas/", import.meta.url));

let server: Server;
let origin: string;
let browser: Browser;
let bench: Page;

beforeAll(async () => {
  ({ server, origin } = await serveAtlases());
  const { args, ...options } = chromiumLaunchOptions();
  browser = await chromium.launch({ ...options, args: [...args, ...PICTURE_ARGS] });
  bench = await browser.newPage();
});
afterAll(async () => {
  await browser?.close();
  server?.close();
});

interface Seen {
  readonly picture: Buffer;
  readonly areas: readonly Area[];
}

async function look(atlas: Atlas, column: ColumnName): Promise<Seen> {
  const page = await openAtlas(browser, origin, { atlas, column, withBoxes: true });
  const areas = await page.evaluate(() =>
    Array.from(document.querySelectorAll(".atlas-cell"), (cell) => {
      const { x, y, width, height } = cell.getBoundingClientRect();
      return { name: cell.querySelector("h2")?.textContent ?? "", x, y: y + scrollY, width, height };
    }),
  );
  const picture = await halvePicture(bench, await pictureOf(page));
  await page.context().close();
  return { picture, areas };
}

type Update = "all" | "new" | "none";

/** What `-u` said, and whether this is a machine that may write at all. */
function updateAsked(): Update {
  return (expect.getState().snapshotState as unknown as { readonly _updateSnapshot: Update })._updateSnapshot;
}

function write(path: string, content: Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

async function expectAsAccepted(name: string, { picture, areas }: Seen): Promise<void> {
  const path = join(REFERENCES, `${name}.png`);
  const update = updateAsked();
  if (update === "all" || (update === "new" && !existsSync(path))) return write(path, picture);
  const { where, marked } = await comparePictures(bench, { reference: readFileSync(path), actual: picture }, areas, TOLERANCE);
  if (where.length > 0) write(join(LEFT, `${name}.png`), picture);
  if (where.length > 0) write(join(LEFT, `${name}-marked.png`), marked);
  expect(where, `${name}: look at ${LEFT}`).toEqual([]);
}

describe.each(ATLASES)("the atlas of each %s", (atlas) => {
  it.each(COMPARED)("looks as it was accepted: %s", async (column) => {
    await expectAsAccepted(`${atlas}-${column}`, await look(atlas, column));
  });
});
