import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";

const CHROMIUM_PATHS = [process.env["CHROMIUM_PATH"], "/usr/bin/chromium", "/usr/bin/google-chrome", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"];
const executablePath = CHROMIUM_PATHS.find((path) => path !== undefined && existsSync(path));
const isRoot = process.getuid?.() === 0;

const source = { conditions: ["@unsay/source", "module", "browser", "development|production"] };
const nodeSource = { resolve: { conditions: ["@unsay/source", "node", "development|production"] } };

export default defineConfig({
  root: fileURLToPath(new URL("..", import.meta.url)),
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
        test: {
          name: "ui",
          include: ["packages/ui/src/**/*.test.{ts,tsx}"],
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({
              launchOptions: {
                ...(executablePath === undefined ? {} : { executablePath }),
                args: [
                  ...(isRoot ? ["--no-sandbox"] : []),
                  "--disable-gpu",
                  "--disable-quic",
                  "--no-first-run",
                  "--disable-background-networking",
                  "--disable-component-update",
                  "--disable-sync",
                ],
              },
            }),
            instances: [{ browser: "chromium" }],
          },
        },
      },
    ],
  },
});
