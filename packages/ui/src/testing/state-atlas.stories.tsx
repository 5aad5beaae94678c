import type { Meta, StoryObj } from "@storybook/react-vite";
import type { ReactElement } from "react";
import { expect, within } from "storybook/test";
import { StateAtlas } from "./state-atlas.js";

const LAYOUT = `
  .atlas-grid { display: grid; gap: 22px 40px; grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); }
  .atlas-cell > h2 { margin: 0 0 6px; color: var(--unsay-fg-subtle); font: 600 .75rem/1.4 ui-monospace, monospace; }
`;

function drawAtlas(): ReactElement {
  return (
    <>
      <style>{LAYOUT}</style>
      <StateAtlas />
    </>
  );
}

const meta: Meta = { title: "Atlas/State", tags: ["atlas"] };
export default meta;

/** Every state beside every other: any two differ without colour and without words. */
export const State: StoryObj = {
  render: drawAtlas,
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
  render: drawAtlas,
  play: async ({ canvasElement }) => {
    await expect(canvasElement.querySelector(".unsay-root")).toHaveAttribute("dir", "rtl");
    await expect(within(canvasElement).getByText("مقطوعة")).toBeVisible();
  },
};
export const German: StoryObj = { globals: { locale: "de" }, render: drawAtlas };
