import type { Meta, StoryObj } from "@storybook/react-vite";
import type { TextPart } from "@unsay/core";
import { expect } from "storybook/test";
import { textPart } from "../testing/messages.js";
import { StructuredPart } from "./structured-part.js";

/** Fields of an object that is still written. A closed field is final, an open one still changes, and a missing one says so. */
const meta: Meta<typeof StructuredPart> = {
  title: "Transcript/Parts",
  component: StructuredPart,
  args: {
    schema: {
      type: "object",
      properties: {
        title: { type: "string" },
        minutes: { type: "integer" },
        course: { enum: ["starter", "main", "dessert"] },
        ingredients: { type: "array", items: { type: "string" } },
        nutrition: { type: "object", properties: { kcal: { type: "number" }, vegan: { type: "boolean" } } },
      },
    },
    labels: { minutes: "Time, in minutes", "nutrition.kcal": "Energy, in kcal" },
  },
};
export default meta;

type Story = StoryObj<typeof StructuredPart>;

const OPEN = '{"title":"Chickpea curry","minutes":35,"course":"ma';
const OPEN_TEXT = '{"title":"Chickpea curry","minutes":35,"course":"main","ingredients":["1 tin of chickpeas","2 tsp cu';
const WHOLE = `${OPEN_TEXT}min"],"nutrition":{"kcal":520,"vegan":true}}`;

function part(text: string, status: TextPart["status"]): TextPart {
  return { ...textPart(text, { status, id: "recipe" }), kind: "structured" };
}

const row = (root: HTMLElement, path: string): Element | null => root.querySelector(`[data-path="${path}"]`);

export const StructuredBegun: Story = {
  args: { part: part("", "open") },
  play: async ({ canvasElement }) => {
    await expect(row(canvasElement, "title")).toHaveTextContent("Titlenot yet");
  },
};
/** A word out of a list is not shown before it is whole: "ma" could become "main" or "made up". */
export const StructuredOpenChoice: Story = {
  args: { part: part(OPEN, "open") },
  play: async ({ canvasElement }) => {
    await expect(row(canvasElement, "minutes")).toHaveTextContent("Time, in minutes35");
    await expect(row(canvasElement, "minutes")).toHaveAttribute("data-settled");
    await expect(row(canvasElement, "course")).toHaveTextContent("Coursenot yet");
  },
};
export const StructuredOpenPath: Story = {
  args: { part: part(OPEN_TEXT, "open") },
  play: async ({ canvasElement }) => {
    const open = row(canvasElement, "ingredients.1");
    await expect(open).toHaveTextContent("2 tsp cu");
    await expect(open).not.toHaveAttribute("data-settled");
    await expect(open?.querySelector('[data-mark="provisional"] .unsay-caret')).not.toBeNull();
    await expect(row(canvasElement, "ingredients.0")).toHaveAttribute("data-settled");
    await expect(row(canvasElement, "nutrition.kcal")).toHaveTextContent("not yet");
  },
};
export const StructuredClosed: Story = {
  args: { part: part(WHOLE, "closed") },
  play: async ({ canvasElement }) => {
    await expect(row(canvasElement, "nutrition")).toHaveTextContent("Energy, in kcal520VeganYes");
    await expect(canvasElement.querySelector('[data-mark="provisional"], .unsay-caret')).toBeNull();
  },
};
export const StructuredTruncated: Story = {
  args: { part: part(OPEN_TEXT, "cut") },
  play: async ({ canvasElement }) => {
    await expect(row(canvasElement, "ingredients.1")).toHaveTextContent("2 tsp cu (cut off here)");
    await expect(row(canvasElement, "nutrition.vegan")).toHaveTextContent("not given");
    await expect(canvasElement.querySelector(".unsay-caret")).toBeNull();
  },
};
