import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findChromium } from "./chromium.mjs";
import { ROOT, run, workspaceEnv } from "./process.mjs";

const STAMP = join(ROOT, "node_modules", ".unsay-setup");
const OFFLINE = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ERR_SOCKET_TIMEOUT|error sending request|dns error/i;

/** npm alone would try for more than a minute before it says that there is no network. */
const PATIENCE = { npm_config_fetch_retry_mintimeout: "1000", npm_config_fetch_retry_maxtimeout: "4000" };

/** A failure the reader can do something about: what happened, and what to do. */
export class SetupError extends Error {
  constructor(what, remedy) {
    super(`${what}\n  What to do: ${remedy}`);
  }
}

/**
 * Makes the clone ready to run: dependencies, the right Node, a Chromium and a Redis if asked for. Does nothing that is already done.
 * @param {{ chromium: boolean, redis: boolean }} needs
 * @returns {Promise<NodeJS.ProcessEnv>} the environment to run scripts in
 */
export async function setup(needs) {
  checkStartingNode();
  await installDependencies();
  await checkWorkspaceNode();
  if (needs.redis) await tryRedis();
  if (!needs.chromium) return workspaceEnv();
  return workspaceEnv({ CHROMIUM_PATH: await provideChromium() });
}

function say(text) {
  process.stderr.write(`[setup] ${text}\n`);
}

function checkStartingNode() {
  if (majorOf(process.versions.node) >= 20) return;
  throw new SetupError(
    `Node ${process.versions.node} is too old for the package manager.`,
    "install Node 20 or newer from nodejs.org and run the command again.",
  );
}

async function installDependencies() {
  const wanted = stampText();
  if (isInstalled(wanted)) return;
  const { packageManager } = JSON.parse(read("package.json"));
  say(`Installing dependencies with ${packageManager} (about 20 s the first time)`);
  const args = ["--yes", packageManager, "install", "--frozen-lockfile", "--config.confirmModulesPurge=false"];
  const { code, output } = await run("npx", args, { env: { ...PATIENCE, ...process.env }, output: "tee" });
  if (code !== 0) throw installError(code, output);
  writeFileSync(STAMP, wanted);
  say("Dependencies are installed");
}

/** `npm install` here makes a node_modules too, but links no package: only pnpm's own marks count. */
function isInstalled(wanted) {
  const marks = ["node_modules/.modules.yaml", "node_modules/.bin/vitest", "packages/react/node_modules/@unsay/core"];
  return marks.every((mark) => existsSync(join(ROOT, mark))) && existsSync(STAMP) && readFileSync(STAMP, "utf8") === wanted;
}

function stampText() {
  const hash = createHash("sha256");
  for (const file of ["pnpm-lock.yaml", "pnpm-workspace.yaml"]) hash.update(read(file));
  return `${hash.digest("hex")} ${process.platform}-${process.arch}\n`;
}

function installError(code, output) {
  if (code === 127) return new SetupError("npx was not found.", "install npm, which comes with Node from nodejs.org.");
  if (output.includes("ERR_PNPM_OUTDATED_LOCKFILE")) {
    return new SetupError(
      "pnpm-lock.yaml does not fit the package.json files.",
      "run `npx pnpm@12.21.0 install --no-frozen-lockfile` and commit the lockfile.",
    );
  }
  if (OFFLINE.test(output)) {
    return new SetupError(
      "The package registry could not be reached.",
      "check the network, a proxy (HTTPS_PROXY) or `npm config get registry`, and run the command again. Nothing has to be undone.",
    );
  }
  return new SetupError(
    `Installing the dependencies failed with exit code ${code}.`,
    "read pnpm's message above; if it is unclear, delete node_modules and run the command again.",
  );
}

async function checkWorkspaceNode() {
  const { code, output } = await run("node", ["--version"], { output: "quiet" });
  const version = output.trim().replace(/^v/, "");
  if (code === 0 && isSupportedNode(version)) return;
  throw new SetupError(
    `Node 24 could not be installed beside the dependencies, and the Node found is ${version || "unusable"}.`,
    "install Node 24.15 or newer (or 22.22.2 or newer in the 22 line) and run the command again.",
  );
}

/** What the strictest dependency (jsdom 31) asks for; node:sqlite without a flag comes with it. */
function isSupportedNode(version) {
  const [major = 0, minor = 0, patch = 0] = version.split(".").map(Number);
  if (major === 22) return minor > 22 || (minor === 22 && patch >= 2);
  if (major === 24) return minor >= 15;
  return major >= 26;
}

async function provideChromium() {
  const asked = process.env.CHROMIUM_PATH;
  if (asked !== undefined && !existsSync(asked)) {
    throw new SetupError(`CHROMIUM_PATH names ${asked}, which does not exist.`, "correct it, or unset it to let the tests find a browser.");
  }
  return findChromium() ?? (await installWithPlaywright()) ?? (await installWithApt()) ?? missingChromium();
}

async function installWithPlaywright() {
  say("No Chromium found; trying Playwright's download");
  await run("playwright", ["install", "chromium"], { output: "quiet" });
  return findChromium();
}

/** Last, because on Ubuntu this package is a stub for a snap. The font is named since Chromium alone brings no good one. */
async function installWithApt() {
  await aptInstall("Chromium", ["chromium", "fonts-liberation"]);
  return findChromium();
}

/** Without it the tests on Redis are left out, and say so: nobody has to have one. */
async function tryRedis() {
  if (spawnSync("redis-server", ["--version"]).status !== 0) await aptInstall("Redis", ["redis-server"]);
}

async function aptInstall(what, packages) {
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) return;
  say(`Installing ${what} with apt-get`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  await run("apt-get", ["update", "-qq"], { env, output: "quiet" });
  const { code, output } = await run("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...packages], { env, output: "quiet" });
  if (code !== 0) say(`apt-get failed:\n${output.slice(-2000)}`);
}

function missingChromium() {
  throw new SetupError(
    "The tests need a Chromium, and none was found or could be installed.",
    "install Chromium or Chrome, or set CHROMIUM_PATH to one.",
  );
}

function read(file) {
  return readFileSync(join(ROOT, file), "utf8");
}

function majorOf(version) {
  return Number(version.split(".")[0]);
}
