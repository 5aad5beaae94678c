import type { Browser, BrowserContextOptions, CDPSession, Page } from "playwright";
import { createBoxFont } from "./box-font.ts";
import { serveTestPage, type TestPage } from "./test-page.ts";

/** The atlases as pictures: for people with the fonts of their machine, for the comparison with a font of boxes. */
export const ATLASES = ["state", "approval", "receipt"] as const;
export type Atlas = (typeof ATLASES)[number];

interface Column {
  /** What the app asks for, as the page's address has it. */
  readonly asked?: string;
  /** What the system asks for. */
  readonly media?: Pick<BrowserContextOptions, "colorScheme" | "forcedColors" | "contrast">;
  readonly width?: number;
  readonly isGrey?: boolean;
}

export const COLUMNS = {
  light: { asked: "theme=light" },
  dark: { asked: "theme=dark" },
  more: { asked: "theme=light", media: { contrast: "more" } },
  forced: { media: { forcedColors: "active", colorScheme: "dark" } },
  "forced-light": { media: { forcedColors: "active", colorScheme: "light" } },
  grey: { asked: "theme=light", isGrey: true },
  rtl: { asked: "theme=light&dir=rtl" },
  arabic: { asked: "theme=light&locale=ar" },
  "320": { asked: "theme=light", width: 320 },
} as const satisfies Readonly<Record<string, Column>>;
export type ColumnName = keyof typeof COLUMNS;

/** Arabic letters join, which boxes do not; the other way to force colours says nothing new. */
export const COMPARED: readonly ColumnName[] = ["light", "dark", "more", "forced", "grey", "rtl", "320"];

const FACES = [
  ["Boxes", 400, {}],
  ["Boxes", 600, { bold: true }],
  ["Boxes Mono", 400, { mono: true }],
  ["Boxes Mono", 600, { mono: true, bold: true }],
] as const;

const fontPath = (place: number): string => `/boxes-${place}.ttf`;

const BOXES = `${FACES.map(
  ([family, weight], place) => `@font-face { font-family: "${family}"; font-weight: ${weight}; src: url("${fontPath(place)}"); }`,
).join("\n")}
.unsay-root { --unsay-font: Boxes; --unsay-font-mono: "Boxes Mono"; }
* { text-rendering: geometricPrecision; }`;

/** Text is drawn alike wherever: no shades of single colours at its edges. That nothing moves to whole pixels, CSS says. */
export const PICTURE_ARGS: readonly string[] = ["--disable-lcd-text"];

export function serveAtlases(): Promise<TestPage> {
  const fonts = FACES.map(([, , options], place) => [fontPath(place), { type: "font/ttf", body: createBoxFont(options) }] as const);
  return serveTestPage("atlas", { title: "Atlas", assets: Object.fromEntries(fonts) });
}

export interface OpenAtlasOptions {
  readonly atlas: Atlas;
  readonly column: ColumnName;
  /** Boxes instead of letters, so that the fonts of the machine do not matter. */
  readonly withBoxes: boolean;
}

/** An atlas that is drawn to its end. Close its context. */
export async function openAtlas(browser: Browser, origin: string, { atlas, column, withBoxes }: OpenAtlasOptions): Promise<Page> {
  const { asked = "", media = {}, width = 1280, isGrey = false }: Column = COLUMNS[column];
  const context = await browser.newContext({ viewport: { width, height: 900 }, reducedMotion: "reduce", ...media });
  const page = await context.newPage();
  await page.goto(`${origin}/open?atlas=${atlas}&${asked}`);
  if (withBoxes) await page.addStyleTag({ content: BOXES });
  await page.locator(".atlas-cell").last().waitFor();
  await page.evaluate(() => document.fonts.ready);
  if (isGrey) await withoutColor(await context.newCDPSession(page));
  return page;
}

/** As an eye sees that has no cones. */
async function withoutColor(session: CDPSession): Promise<void> {
  await session.send("Emulation.setEmulatedVisionDeficiency", { type: "achromatopsia" });
}

export function pictureOf(page: Page): Promise<Buffer> {
  return page.screenshot({ fullPage: true, animations: "disabled" });
}
