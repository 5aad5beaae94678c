import type { Meta, StoryObj } from "@storybook/react-vite";
import { expect, fireEvent, waitFor, within } from "storybook/test";
import { DensityPage } from "./density-page.js";
import { MotionPage } from "./motion-page.js";
import { TypePage } from "./type-page.js";

/** What the tokens are, read from the style sheets themselves. */
const meta: Meta = { title: "Atlas/Tokens", tags: ["!autodocs"] };
export default meta;

/** With text at 200 % and with the spacing that WCAG 1.4.12 names. */
export const Type: StoryObj = {
  render: () => <TypePage />,
  play: async ({ canvasElement }) => {
    const canvas = within(canvasElement);
    const sizes = canvas.getByRole("region", { name: "Sizes and lines" });
    await waitFor(() => expect(sizes).toHaveTextContent("15 px"));
    await fireEvent.click(canvas.getByRole("button", { name: "Text at 200 %" }));
    await waitFor(() => expect(sizes).toHaveTextContent("30 px"));
    await expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(document.documentElement.clientWidth);
    await fireEvent.click(canvas.getByRole("button", { name: "Text at 200 %" }));
  },
};

export const Density: StoryObj = {
  render: () => <DensityPage />,
  play: async ({ canvasElement }) => {
    const table = within(canvasElement).getByRole("region", { name: "Density" });
    await waitFor(() => expect(table).toHaveTextContent(/message-gap19\.2 px24 px28\.8 px/u));
  },
};

/** The bars go at the pace of the tokens; without motion they are there at once. */
export const Motion: StoryObj = {
  render: () => <MotionPage />,
  play: async ({ canvasElement }) => {
    const canvas = within(canvasElement);
    await fireEvent.click(canvas.getByRole("button", { name: "No motion" }));
    await fireEvent.click(canvas.getByRole("button", { name: "Play" }));
    const bar = canvasElement.querySelector(".motion-bar") as HTMLElement;
    await expect(bar.offsetWidth).toBe(bar.parentElement?.offsetWidth);
  },
};
