import { fileURLToPath } from "node:url";
import { storybookTest } from "@storybook/addon-vitest/vitest-plugin";
import react from "@vitejs/plugin-react";
import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";
import { chromiumLaunchOptions } from "./chromium.mjs";
import { PATIENCE_MS } from "./patience.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
/** React is declared in the packages that use it and not at the root, so their tests resolve it from there. */
const REACT_ROOT = `${ROOT}packages/react`;
const UI_ROOT = `${ROOT}packages/ui`;

/** Tests run the packages' source, so none of them needs a build; Vite's own conditions must be repeated. */
const source = { conditions: ["@unsay/source", "module", "browser", "development|production"] };
const nodeSource = { resolve: { conditions: ["@unsay/source", "node", "development|production"] } };

const patient = { testTimeout: 2 * PATIENCE_MS, hookTimeout: 2 * PATIENCE_MS, expect: { poll: { timeout: PATIENCE_MS } } };
const PATIENT_WAITS = `${ROOT}scripts/patient-waits.ts`;

/** Made anew for each project, since vitest names the instances after the project they are in. */
const inChromium = () => ({
  enabled: true,
  headless: true,
  screenshotFailures: false,
  provider: playwright({ launchOptions: chromiumLaunchOptions() }),
  instances: [{ browser: "chromium" as const }],
});

/** The Storybook plugin makes the workspace the root, where there is no React; nor is there any beside .storybook. */
const resolveFromUi = {
  name: "resolve-from-ui",
  config: () => ({
    root: UI_ROOT,
    resolve: { alias: { react: `${UI_ROOT}/node_modules/react`, "react-dom": `${UI_ROOT}/node_modules/react-dom` } },
    test: { include: ["src/**/*.stories.tsx"] },
  }),
};

/** Named, or Vite finds them one by one and reloads the page under a running test. */
const optimizeDeps = {
  include: [
    "react",
    "react-dom",
    "react-dom/client",
    "react/jsx-runtime",
    "react/jsx-dev-runtime",
    "@tanstack/react-query",
    "markdown-it",
    "@unsay/react > zustand",
    "@unsay/core > zustand/vanilla",
    "@unsay/core > eventsource-parser",
    "@unsay/core > canonicalize",
    "@unsay/core > @noble/hashes/sha2.js",
    "@unsay/core > @noble/hashes/utils.js",
  ],
};

export default defineConfig({
  root: ROOT,
  test: {
    projects: [
      {
        resolve: source,
        ssr: nodeSource,
        test: { ...patient, setupFiles: [PATIENT_WAITS], name: "core", environment: "node", include: ["packages/core/src/**/*.test.ts"] },
      },
      {
        resolve: source,
        ssr: nodeSource,
        test: {
          ...patient,
          setupFiles: [PATIENT_WAITS],
          name: "server",
          environment: "node",
          include: ["packages/server/src/**/*.test.ts"],
        },
      },
      {
        resolve: source,
        ssr: nodeSource,
        test: {
          ...patient,
          setupFiles: [PATIENT_WAITS],
          name: "playground",
          environment: "node",
          include: ["apps/playground/server/**/*.test.ts"],
        },
      },
      {
        plugins: [react()],
        resolve: source,
        ssr: nodeSource,
        test: {
          ...patient,
          setupFiles: [PATIENT_WAITS],
          name: "react",
          root: REACT_ROOT,
          environment: "jsdom",
          include: ["src/**/*.test.{ts,tsx}"],
        },
      },
      {
        plugins: [react()],
        resolve: source,
        optimizeDeps: { include: [...optimizeDeps.include, "vitest-browser-react"] },
        test: {
          ...patient,
          name: "ui",
          root: UI_ROOT,
          include: ["src/**/*.test.{ts,tsx}"],
          setupFiles: [PATIENT_WAITS, "src/testing/everything-loaded.ts"],
          browser: inChromium(),
        },
      },
      {
        plugins: [storybookTest({ configDir: `${ROOT}.storybook` }), resolveFromUi],
        resolve: source,
        optimizeDeps,
        test: { ...patient, name: "storybook", root: UI_ROOT, browser: inChromium() },
      },
      // The oldest React that the peers allow, on a whole conversation.
      {
        plugins: [react()],
        resolve: {
          ...source,
          alias: [
            { find: /^react-dom(?=$|\/)/u, replacement: `${UI_ROOT}/node_modules/react-dom-18` },
            { find: /^react(?=$|\/)/u, replacement: `${UI_ROOT}/node_modules/react-18` },
          ],
        },
        optimizeDeps: { include: [...optimizeDeps.include, "vitest-browser-react"] },
        test: {
          ...patient,
          name: "react-18",
          root: UI_ROOT,
          include: ["src/thread/chat.test.tsx"],
          setupFiles: [PATIENT_WAITS, "src/testing/everything-loaded.ts"],
          browser: inChromium(),
        },
        cacheDir: "node_modules/.vite-react-18",
      },
      // The house itself: its arrows, and the packages as a stranger installs them.
      { test: { name: "house", environment: "node", include: ["scripts/*.test.ts"], testTimeout: 120_000, hookTimeout: 120_000 } },
    ],
  },
});
