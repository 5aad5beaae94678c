import type { Meta, StoryObj } from "@storybook/react-vite";
import { expect } from "storybook/test";
import { ReceiptAtlas } from "./receipt-atlas.js";

const meta: Meta<typeof ReceiptAtlas> = { title: "Atlas/Receipt", component: ReceiptAtlas, tags: ["atlas"] };
export default meta;

/** Every status, with Undo and without, and by whom it was allowed. */
export const Receipt: StoryObj = {
  play: async ({ canvasElement }) => {
    const receipts = canvasElement.querySelectorAll("[data-unsay='receipt']");
    await expect(new Set(Array.from(receipts, (one) => one.getAttribute("data-status"))).size).toBe(12);
  },
};
export const Arabic: StoryObj = { globals: { locale: "ar" } };
