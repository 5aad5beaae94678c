import type { Meta, StoryObj } from "@storybook/react-vite";
import styles from "../styles/tokens.css?raw";
import { expect, fireEvent, waitFor, within } from "storybook/test";
import { DensityPage } from "./density-page.js";
import { MotionPage } from "./motion-page.js";
import { readTokens } from "./read-tokens.js";
import { TypePage } from "./type-page.js";

const tokens = readTokens(styles);
const sheets = import.meta.glob("../**/*.css", { query: "?raw", import: "default", eager: true }) as Record<string, string>;

/** What the tokens are, read from the style sheets themselves. */
const meta: Meta = { title: "Atlas/Tokens", tags: ["!autodocs"] };
export default meta;

/** With text at 200 % and with the spacing that WCAG 1.4.12 names. */
export const Type: StoryObj = {
  render: () => <TypePage tokens={tokens} />,
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
  render: () => <DensityPage tokens={tokens} />,
  play: async ({ canvasElement }) => {
    const table = within(canvasElement).getByRole("region", { name: "Density" });
    await waitFor(() => expect(table).toHaveTextContent(/message-gap19\.2 px24 px28\.8 px/u));
  },
};

/** The bars go at the pace of the tokens; without motion they are there at once. */
export const Motion: StoryObj = {
  render: () => <MotionPage tokens={tokens} sheets={sheets} />,
  play: async ({ canvasElement }) => {
    const canvas = within(canvasElement);
    await fireEvent.click(canvas.getByRole("button", { name: "No motion" }));
    await fireEvent.click(canvas.getByRole("button", { name: "Play" }));
    const bar = canvasElement.querySelector(".motion-bar") as HTMLElement;
    await expect(bar.offsetWidth).toBe(bar.parentElement?.offsetWidth);
  },
};
