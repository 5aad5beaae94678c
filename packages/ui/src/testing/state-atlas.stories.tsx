import type { Meta, StoryObj } from "@storybook/react-vite";
import { expect, within } from "storybook/test";
import { StateAtlas } from "./state-atlas.js";

const meta: Meta = { title: "Atlas/State", tags: ["atlas"] };
export default meta;

/** Every state beside every other: any two differ without colour and without words. */
export const State: StoryObj = {
  render: () => <StateAtlas />,
  play: async ({ canvasElement }) => {
    const causes = new Set(
      Array.from(canvasElement.querySelectorAll("[data-unsay='answer'][data-cause]"), (answer) => answer.getAttribute("data-cause")),
    );
    await expect(causes.size).toBe(10);
    await expect(within(canvasElement).getByText("Cut off")).toBeVisible();
  },
};

/** The same in Arabic, from right to left. */
export const Arabic: StoryObj = {
  globals: { locale: "ar" },
  render: () => <StateAtlas />,
  play: async ({ canvasElement }) => {
    await expect(canvasElement.querySelector(".unsay-root")).toHaveAttribute("dir", "rtl");
    await expect(within(canvasElement).getByText("مقطوعة")).toBeVisible();
  },
};
export const German: StoryObj = { globals: { locale: "de" }, render: () => <StateAtlas /> };
