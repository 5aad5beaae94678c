import type { Meta, StoryObj } from "@storybook/react-vite";
import { expect, fireEvent, waitFor, within } from "storybook/test";
import styles from "../styles/tokens.css?raw";
import { readTokens } from "./read-tokens.js";
import { ThemeEditor } from "./theme-editor.js";

const tokens = readTokens(styles);

const meta: Meta = { title: "Start/Theme", tags: ["!autodocs"] };
export default meta;

/** Change a token, see it and its contrast, take the CSS away. */
export const Theme: StoryObj = {
  // What the editor shows is the state atlas, which axe looks at in its own story.
  parameters: { a11y: { context: { exclude: [".theme-look"] } } },
  render: () => <ThemeEditor declared={tokens} />,
  play: async ({ canvasElement }) => {
    const canvas = within(canvasElement);
    const ink = canvas.getByLabelText("fg");
    await waitFor(() => expect(ink).not.toHaveValue("#000000"));
    await fireEvent.change(ink, { target: { value: "#cccccc" } });
    await waitFor(() => expect(canvas.getByLabelText("CSS of the changed tokens")).toHaveTextContent("--unsay-fg: #cccccc;"));
    await waitFor(() => expect(canvas.getAllByText(/too low/).length).toBeGreaterThan(0));
    await fireEvent.click(canvas.getByRole("button", { name: "Reset light" }));
    await waitFor(() => expect(canvas.queryByText(/too low/)).toBeNull());
  },
};
