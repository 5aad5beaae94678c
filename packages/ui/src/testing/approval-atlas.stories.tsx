import type { Meta, StoryObj } from "@storybook/react-vite";
import { expect } from "storybook/test";
import { ApprovalAtlas } from "./approval-atlas.js";

const meta: Meta<typeof ApprovalAtlas> = { title: "Atlas/Approval", component: ApprovalAtlas, tags: ["atlas"] };
export default meta;

/** Every tier in every state of its gate. */
export const Approval: StoryObj = {
  play: async ({ canvasElement }) => {
    const gates = canvasElement.querySelectorAll("[data-unsay='approval-gate']");
    const risks = new Set(Array.from(gates, (gate) => gate.getAttribute("data-risk")));
    await expect(risks).toEqual(new Set(["2", "3", "4"]));
  },
};
export const Arabic: StoryObj = { globals: { locale: "ar" } };
