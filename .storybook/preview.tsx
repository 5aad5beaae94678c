import type { Decorator, Preview } from "@storybook/react-vite";
import { configure } from "storybook/test";
import { preload } from "../packages/ui/src/on-demand/pieces.js";
import { StringsProvider } from "../packages/ui/src/strings/strings.js";
import { NETWORKS } from "../packages/ui/src/testing/network.js";
import { UnsayRoot } from "../packages/ui/src/thread/unsay-root.js";
import "../packages/ui/src/styles/index.css";
import { PATIENCE_MS } from "../scripts/patience.js";
import { axeInEveryTheme } from "./axe-in-every-theme.js";
import { ComponentPage } from "./docs/component-page.js";
import { isRightToLeft, LOCALES, stringsOf } from "./locales.js";
import "./preview.css";

configure({ asyncUtilTimeout: PATIENCE_MS });

/** Toolbars speak through the attributes of the root, as an app would. */
const withRoot: Decorator = (Story, { globals, parameters }) => (
  <StringsProvider value={stringsOf(globals["locale"])}>
    <UnsayRoot
      className={[parameters["flush"] === true ? "story-flush" : "story", globals["width"] === "full" ? "" : "story-frame"]
        .join(" ")
        .trim()}
      style={globals["width"] === "full" ? undefined : { inlineSize: Number(globals["width"]) }}
      theme={globals["theme"]}
      contrast={globals["contrast"]}
      motion={globals["motion"]}
      density={globals["density"]}
      lang={globals["locale"]}
      dir={isRightToLeft(globals["locale"]) ? "rtl" : globals["direction"]}
      data-marks={globals["marks"] === "quiet" ? "quiet" : undefined}
    >
      <Story />
    </UnsayRoot>
  </StringsProvider>
);

function toolbar(title: string, icon: string, items: readonly string[]): object {
  return { description: title, toolbar: { title, icon, items: [...items], dynamicTitle: true } };
}

const preview: Preview = {
  decorators: [withRoot],
  beforeAll: async () => {
    await preload();
  },
  afterEach: axeInEveryTheme,
  initialGlobals: {
    theme: "auto",
    direction: "ltr",
    contrast: "normal",
    motion: "full",
    density: "comfortable",
    locale: "en",
    width: "full",
    marks: "full",
    network: "normal",
    clock: "play",
  },
  globalTypes: {
    theme: toolbar("Theme", "mirror", ["auto", "light", "dark"]),
    direction: toolbar("Direction", "transfer", ["ltr", "rtl"]),
    // Forced colours are the system's: emulate them in the browser's developer tools.
    contrast: toolbar("Contrast", "contrast", ["normal", "more"]),
    motion: toolbar("Motion", "play", ["full", "none"]),
    density: toolbar("Density", "component", ["compact", "comfortable", "roomy"]),
    locale: toolbar("Locale", "globe", LOCALES),
    width: toolbar("Width", "grow", ["full", "320", "480", "768", "1200"]),
    marks: toolbar("Marks", "edit", ["full", "quiet"]),
    network: toolbar("Network", "lightning", NETWORKS),
    clock: toolbar("Clock", "timer", ["play", "pause"]),
  },
  parameters: { layout: "fullscreen", a11y: { test: "error" }, docs: { page: ComponentPage } },
  tags: ["autodocs"],
};

export default preview;
