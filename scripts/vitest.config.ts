import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { storybookTest } from "@storybook/addon-vitest/vitest-plugin";
import react from "@vitejs/plugin-react";
import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";
import { chromiumLaunchOptions } from "./chromium.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** Tests run the packages' source, so none of them needs a build; Vite's own conditions must be repeated. */
const source = { conditions: ["@unsay/source", "module", "browser", "development|production"] };
const nodeSource = { resolve: { conditions: ["@unsay/source", "node", "development|production"] } };

const chromium = {
  enabled: true,
  headless: true,
  screenshotFailures: false,
  provider: playwright({ launchOptions: chromiumLaunchOptions() }),
  instances: [{ browser: "chromium" as const }],
};

export default defineConfig({
  root: ROOT,
  test: {
    projects: [
      { resolve: source, ssr: nodeSource, test: { name: "core", environment: "node", include: ["packages/core/src/**/*.test.ts"] } },
      { resolve: source, ssr: nodeSource, test: { name: "server", environment: "node", include: ["packages/server/src/**/*.test.ts"] } },
      { resolve: source, ssr: nodeSource, test: { name: "playground", environment: "node", include: ["apps/playground/server/**/*.test.ts"] } },
      {
        plugins: [react()],
        resolve: source,
        ssr: nodeSource,
        test: { name: "react", environment: "jsdom", include: ["packages/react/src/**/*.test.{ts,tsx}"] },
      },
      {
        plugins: [react()],
        resolve: source,
        test: { name: "ui", include: ["packages/ui/src/**/*.test.{ts,tsx}"], browser: chromium },
      },
      ...(existsSync(`${ROOT}.storybook/main.ts`)
        ? [{ plugins: [storybookTest({ configDir: `${ROOT}.storybook` })], resolve: source, test: { name: "storybook", browser: chromium } }]
        : []),
      // The house itself: its arrows, and the packages as a stranger installs them.
      { test: { name: "house", environment: "node", include: ["scripts/*.test.ts"], testTimeout: 120_000, hookTimeout: 120_000 } },
    ],
  },
});
