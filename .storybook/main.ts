import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { StorybookConfig } from "@storybook/react-vite";
import { mergeConfig } from "vite";
import { hooksExportedBy } from "./docs/hooks-exported-by.ts";

const entry = (name: string): string => readFileSync(fileURLToPath(new URL(`../packages/react/src/${name}`, import.meta.url)), "utf8");

const config: StorybookConfig = {
  stories: ["../packages/ui/src/**/*.stories.tsx", "./docs/hook-page.tsx"],
  addons: ["@storybook/addon-docs", "@storybook/addon-a11y", "@storybook/addon-vitest"],
  framework: { name: "@storybook/react-vite", options: {} },
  core: { disableTelemetry: true, disableWhatsNewNotifications: true },
  typescript: { reactDocgen: "react-docgen" },
  viteFinal: (vite) => mergeConfig(vite, { resolve: { conditions: ["@unsay/source", "module", "browser", "development|production"] } }),
  // One page a hook: the same story under as many titles as there are hooks.
  experimental_indexers: (indexers = []) => [
    {
      test: /hook-page\.tsx$/u,
      createIndex: async (importPath) =>
        hooksExportedBy(entry("index.ts"), entry("base.ts")).map((name) => ({
          type: "story",
          importPath,
          exportName: "Hook",
          name,
          title: `Hooks/${name}`,
          tags: ["!autodocs"],
        })),
    },
    ...indexers,
  ],
};

export default config;
