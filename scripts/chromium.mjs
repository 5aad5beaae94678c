import { existsSync } from "node:fs";
import { createRequire } from "node:module";

const KNOWN_PATHS = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome-stable",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
  "C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe",
];

/** The sandbox cannot start as root; the rest keeps the browser from talking to anyone but the page. */
const CHROMIUM_ARGS = [
  ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/**
 * Path of an installed Chromium: CHROMIUM_PATH, the usual places, Playwright's own download.
 * @returns {string | undefined}
 */
export function findChromium() {
  const candidates = [process.env.CHROMIUM_PATH, ...KNOWN_PATHS, playwrightPath()];
  return candidates.find((path) => path !== undefined && existsSync(path));
}

/**
 * What Playwright needs to launch that Chromium.
 * @returns {{ args: string[], executablePath?: string }}
 */
export function chromiumLaunchOptions() {
  const executablePath = findChromium();
  return executablePath === undefined ? { args: CHROMIUM_ARGS } : { args: CHROMIUM_ARGS, executablePath };
}

function playwrightPath() {
  try {
    return createRequire(import.meta.url)("playwright").chromium.executablePath();
  } catch {
    return undefined; // Asked before the first install.
  }
}
