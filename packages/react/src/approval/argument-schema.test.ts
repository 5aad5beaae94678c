import { createRandom } from "@unsay/core/testing";
import { describe, expect, it } from "vitest";
import { fieldsOf, parseField, problemOf, textOfField, valueAt, withValueAt, type JsonSchema } from "./argument-schema.js";

const kinds = (schema: JsonSchema | undefined, args: unknown): readonly string[] =>
  fieldsOf(schema, args).map(({ path, kind }) => `${path.join(".")} ${kind}`);

describe("a form from a JSON schema", () => {
  it("has a field for each scalar, list of scalars and nested member, and JSON for the rest", () => {
    const schema: JsonSchema = {
      type: "object",
      properties: {
        name: { type: "string" },
        body: { type: "string", maxLength: 5_000 },
        count: { type: "integer" },
        share: { type: "number" },
        urgent: { type: "boolean" },
        place: { enum: ["here", "there", 3] },
        tags: { type: "array", items: { type: "string" } },
        rows: { type: "array", items: { type: "object" } },
        either: { type: ["string", "null"] },
        who: {
          type: "object",
          properties: { first: { type: "string" }, at: { type: "object", properties: { city: { type: "string" } } } },
        },
      },
    };
    expect(kinds(schema, {})).toEqual([
      "name text",
      "body long-text",
      "count integer",
      "share number",
      "urgent boolean",
      "place choice",
      "tags list",
      "rows json",
      "either json",
      "who.first text",
      "who.at.city text",
    ]);
  });

  it("takes the arguments' word where there is no schema, and stops at a sane depth", () => {
    expect(kinds(undefined, { a: "x", n: 1, deep: { er: { still: { more: 1 } } }, list: [1, 2], mixed: [{}] })).toEqual([
      "a text",
      "n number",
      "deep.er.still json",
      "list list",
      "mixed json",
    ]);
    expect(kinds(undefined, [1])).toEqual([" json"]);
  });

  it("leaves patterns that could freeze the page to the server", () => {
    const [field] = fieldsOf({ properties: { a: { type: "string", pattern: "^(a+)+$" } } }, { a: "" });
    // Tried out, it would take hours: the test would not end.
    expect(field && problemOf(field, `${"a".repeat(40)}!`)).toBeNull();
  });

  it("never throws, whatever the schema and the arguments, and what is not touched stays as it was", () => {
    const random = createRandom(7);
    for (let run = 0; run < 2_000; run += 1) {
      const schema = anyValue(random, 4);
      const args = anyValue(random, 4);
      const fields = fieldsOf(typeof schema === "object" && schema !== null ? schema : undefined, args);
      for (const field of fields) {
        const before = valueAt(args, field.path);
        textOfField(field, before);
        const parsed = parseField(field, String(anyValue(random, 0)));
        if ("value" in parsed) problemOf(field, parsed.value);
        if (before !== undefined) expect(withValueAt(args, field.path, before)).toEqual(args);
      }
    }
  });

  it("keeps a member called __proto__ a member", () => {
    const args: unknown = JSON.parse('{"__proto__": {"a": 1}, "b": 2}');
    const next = withValueAt(args, ["b"], 3);
    expect(JSON.stringify(next)).toBe('{"__proto__":{"a":1},"b":3}');
    expect(Object.getPrototypeOf(next)).toBe(Object.prototype);
  });
});

const WORDS = ["type", "string", "properties", "items", "enum", "required", "pattern", "(", "minimum", "array", "object", "", "a"];

/** JSON that often looks like a schema, and often is a broken one. */
function anyValue(random: () => number, depth: number): unknown {
  const pick = <Value>(from: readonly Value[]): Value | undefined => from[Math.floor(random() * from.length)];
  const size = Math.floor(random() * 4);
  const kind = random();
  if (depth > 0 && kind < 0.5)
    return Object.fromEntries(Array.from({ length: size }, () => [pick(WORDS) ?? "", anyValue(random, depth - 1)]));
  if (depth > 0 && kind < 0.7) return Array.from({ length: size }, () => anyValue(random, depth - 1));
  return pick<unknown>([...WORDS, null, 1, -1.5, true, false]);
}
