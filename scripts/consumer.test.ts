import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { type Browser, chromium, type Page } from "playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chromiumLaunchOptions } from "./chromium.mjs";
import { packAll } from "./packages.mjs";
import { run } from "./process.mjs";

/**
 * What a stranger does: installs the four tarballs in a new Vite app, pastes the README's example, builds it, and lets
 * a server of `@unsay/server` answer. Nothing here may reach into the workspace.
 */
const ROOT = fileURLToPath(new URL("..", import.meta.url));
const app = mkdtempSync(join(tmpdir(), "unsay-consumer-"));
let server: ChildProcess | undefined;
let browser: Browser | undefined;

afterAll(async () => {
  server?.kill();
  await browser?.close();
  rmSync(app, { recursive: true, force: true });
});

describe("the packed packages in a fresh Vite app", () => {
  beforeAll(async () => {
    cpSync(join(ROOT, "scripts/consumer"), app, { recursive: true });
    mkdirSync(join(app, "src"), { recursive: true });
    writeFileSync(join(app, "src/app.tsx"), readmeExample());
    writeFileSync(join(app, "readme-server.ts"), readmeServer());
    const tarballs = Object.values(await packAll(join(app, "tarballs")));
    const versions = versionsOf([
      "react",
      "react-dom",
      "@tanstack/react-query",
      "@types/react",
      "@types/react-dom",
      "@types/node",
      "typescript",
      "vite",
    ]);
    await succeed("npm", ["install", "--no-audit", "--no-fund", "--loglevel", "error", ...tarballs, ...versions]);
  });

  it("type-check with the README's example", async () => {
    await succeed("node", ["node_modules/typescript/bin/tsc", "--noEmit"]);
  });

  it("bring one React", async () => {
    const { output } = await succeed("npm", ["ls", "react", "--parseable", "--all"]);
    expect(output.split("\n").filter((line) => /node_modules.react$/.test(line.trim()))).toHaveLength(1);
  });

  it("build, and stream an answer to its end in Chromium", async () => {
    await succeed("node", ["node_modules/vite/bin/vite.js", "build", "--logLevel", "warn"]);
    browser = await chromium.launch(chromiumLaunchOptions());
    const page = await browser.newPage();
    const problems: string[] = [];
    page.on("pageerror", (error) => problems.push(error.message));
    page.on("console", (message) => message.type() === "error" && problems.push(message.text()));

    await page.goto(await serve());
    await page.locator('[data-unsay="composer.input"]').fill("Say hello");
    await page.locator('[data-unsay="composer.submit"]').click();

    const answer = page.locator('[data-unsay="answer"][data-status="complete"]');
    await answer.waitFor({ timeout: 15_000 });
    expect(await answer.textContent()).toContain("Hello from a packed agent");
    expect(await paper(page, "light")).not.toBe(await paper(page, "dark"));
    expect(problems).toEqual([]);
  });
});

/** Colour of the page's paper: a build that loses light-dark() leaves it transparent in both. */
async function paper(page: Page, colorScheme: "light" | "dark"): Promise<string> {
  await page.emulateMedia({ colorScheme });
  return page.locator(".unsay-root").evaluate((root) => getComputedStyle(root).backgroundColor);
}

/** The first block marked tsx: what the README shows is what is tested. */
function readmeExample(): string {
  const example = /```tsx\n([\s\S]*?)```/.exec(readFileSync(join(ROOT, "README.md"), "utf8"))?.[1];
  if (example === undefined) throw new Error("README.md has no tsx block, so there is no example to test.");
  expect(example.trim().split("\n").length).toBeLessThanOrEqual(20);
  return example;
}

/** The first block marked ts: it and the page must mean the same address. */
function readmeServer(): string {
  const example = /```ts\n([\s\S]*?)```/.exec(readFileSync(join(ROOT, "README.md"), "utf8"))?.[1] ?? "";
  const mount = /basePath: "([^"]+)"/.exec(example)?.[1];
  if (mount === undefined) throw new Error("README.md has no ts block with a `basePath`, so there is no server to test.");
  expect(readmeExample()).toContain(`url: "${mount}"`);
  return example;
}

/** The versions the workspace itself is tested with, as `name@version`. */
function versionsOf(names: readonly string[]): readonly string[] {
  const workspace = readFileSync(join(ROOT, "pnpm-workspace.yaml"), "utf8");
  const { devDependencies } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  return names.map((name) => {
    const version = devDependencies[name] ?? new RegExp(`^ +"?${name}"?: (\\S+)$`, "m").exec(workspace)?.[1];
    if (version === undefined) throw new Error(`No version of ${name} is pinned in pnpm-workspace.yaml or package.json.`);
    return `${name}@${version}`;
  });
}

async function succeed(command: string, args: readonly string[]): Promise<{ readonly output: string }> {
  const result = await run(command, [...args], { cwd: app, output: "quiet" });
  if (result.code !== 0) throw new Error(`${command} ${args.join(" ")} failed with ${result.code}:\n${result.output}`);
  return result;
}

/** Starts the app's server and waits for the address it prints. */
async function serve(): Promise<string> {
  const child = spawn(process.execPath, ["server.ts"], { cwd: app, stdio: ["ignore", "pipe", "inherit"] });
  server = child;
  for await (const line of createInterface({ input: child.stdout })) return line;
  throw new Error("The server ended before it printed its address.");
}
