import fc from "fast-check";
import { expect, test } from "vitest";
import { render } from "vitest-browser-react";
import type { TextPart } from "@unsay/core";
import { textPart } from "../testing/messages.js";
import { StructuredPart, type StructuredPartProps } from "./structured-part.js";
import { expectedFields } from "./expected-fields.js";

const part = (text: string, status: TextPart["status"] = "open"): TextPart => ({
  ...textPart(text, { status, id: "p" }),
  kind: "structured",
});

async function draw(props: StructuredPartProps) {
  const screen = await render(<StructuredPart {...props} />);
  const settled = (): readonly (string | null)[] =>
    Array.from(screen.container.querySelectorAll("[data-settled]"), (element) => element.getAttribute("data-path"));
  return { root: screen.container, settled, show: (next: TextPart) => screen.rerender(<StructuredPart {...props} part={next} />) };
}

test("no figure stands there before its last digit, and a field that is closed says so", async () => {
  const { root, settled, show } = await draw({ part: part('{"total": 12') });
  expect(root.textContent).not.toContain("12");
  await show(part('{"total": 1250, "note": "Paid in'));
  await expect.poll(() => settled()).toEqual(["total"]);
  expect(root.querySelector('[data-path="note"]')?.textContent).toBe("NotePaid in");
  await show(part('{"total": 1250, "note": "Paid in May"}', "closed"));
  await expect.poll(() => settled()).toEqual(["total", "note"]);
});

test("what only looks like markup or turns words round is shown as text", async () => {
  const { root } = await draw({ part: part('{"<img onerror=x>": "<b>\\u202Eevil</b>"}', "closed") });
  expect(root.querySelector("img, b")).toBeNull();
  expect(root.textContent).not.toContain("\u202E");
});

test("deep objects and long lists are bounded", async () => {
  const deep = `${'{"a":'.repeat(40)}1${"}".repeat(40)}`;
  const { root: nested } = await draw({ part: part(deep, "closed") });
  expect(nested.querySelectorAll("dl").length).toBeLessThanOrEqual(4);
  const { root } = await draw({ part: part(`{"rows":[${Array.from({ length: 900 }, (_, at) => at).join()}]}`, "closed") });
  expect(root.querySelectorAll("li")).toHaveLength(200);
  expect(root.textContent).toContain("200 of 900 shown");
});

test("however a text is cut, it is drawn", () => {
  const text = '{"title":"A \\"b\\"","n":[1,{"x":null,"y":[true]}],"z":{"q":-1.5e3}}';
  return fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: text.length }), fc.constantFrom("open", "closed", "cut"), async (length, status) => {
      const { root } = await draw({ part: part(text.slice(0, length), status) });
      expect(root.querySelector('[data-unsay="answer.structured"]')).not.toBeNull();
    }),
    { numRuns: 40 },
  );
});

test("a schema of any form gives its fields or none, and never throws", () => {
  expect(expectedFields({ properties: { list: { items: { properties: { a: {}, b: {} } } } } }, ["list", 3])).toEqual(["a", "b"]);
  fc.assert(
    fc.property(fc.anything(), fc.array(fc.oneof(fc.string(), fc.nat())), (schema, path) => {
      expect(Array.isArray(expectedFields(schema as never, path))).toBe(true);
    }),
  );
});
