import type { Decorator, Preview } from "@storybook/react-vite";
import { UnsayRoot } from "../packages/ui/src/thread/unsay-root.js";
import "../packages/ui/src/styles/index.css";
import "./preview.css";

/** Toolbars speak through the attributes of the root, as an app would. */
const withRoot: Decorator = (Story, { globals, parameters }) => (
  <UnsayRoot
    className={parameters["flush"] === true ? "story-flush" : "story"}
    theme={globals["theme"]}
    contrast={globals["contrast"]}
    motion={globals["motion"]}
    dir={globals["direction"]}
  >
    <Story />
  </UnsayRoot>
);

function toolbar(title: string, icon: string, items: readonly string[]): object {
  return { description: title, toolbar: { title, icon, items: [...items], dynamicTitle: true } };
}

const preview: Preview = {
  decorators: [withRoot],
  initialGlobals: { theme: "auto", direction: "ltr", motion: "full", contrast: "normal" },
  globalTypes: {
    theme: toolbar("Theme", "mirror", ["auto", "light", "dark"]),
    direction: toolbar("Direction", "transfer", ["ltr", "rtl"]),
    motion: toolbar("Motion", "play", ["full", "none"]),
    contrast: toolbar("Contrast", "contrast", ["normal", "more"]),
  },
  parameters: { layout: "fullscreen", a11y: { test: "error" } },
  tags: ["autodocs"],
};

export default preview;
