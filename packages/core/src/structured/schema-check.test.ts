import { describe, expect, it } from "vitest";
import { checkSchema } from "./schema-check.js";
import type { JsonSchema } from "./structured.types.js";

const TREE: JsonSchema = {
  $ref: "#/$defs/node",
  $defs: { node: { type: "object", properties: { children: { type: "array", items: { $ref: "#/$defs/node" } } }, required: ["name"] } },
};

const CASES: readonly (readonly [what: string, schema: JsonSchema, fits: unknown, breaks: unknown])[] = [
  ["a type", { type: "string" }, "a", 1],
  ["one of several types", { type: ["string", "null"] }, null, 1],
  ["an integer", { type: "integer" }, 2, 2.5],
  ["a list, which is no object", { type: "object" }, {}, []],
  ["an enum", { enum: ["a", { b: 1, c: 2 }] }, { c: 2, b: 1 }, "b"],
  ["a constant", { const: [1, 2] }, [1, 2], [2, 1]],
  ["required members", { required: ["a"] }, { a: 1 }, { b: 1 }],
  ["members", { properties: { a: { type: "number" } } }, { b: "x" }, { a: "x" }],
  ["no other members", { properties: { a: true }, additionalProperties: false }, { a: 1 }, { b: 1 }],
  ["a form for other members", { additionalProperties: { type: "number" } }, { a: 1 }, { a: "x" }],
  ["members by pattern", { patternProperties: { "^n": { type: "number" } }, additionalProperties: false }, { n1: 1 }, { x: 1 }],
  ["names", { propertyNames: { maxLength: 2 } }, { ab: 1 }, { abc: 1 }],
  ["entries", { items: { type: "number" } }, [1, 2], [1, "x"]],
  ["a tuple", { prefixItems: [{ type: "string" }], items: false }, ["a"], ["a", 1]],
  [
    "entries that differ",
    { uniqueItems: true },
    [{ a: 1 }, { a: 2 }],
    [
      { a: 1, b: 2 },
      { b: 2, a: 1 },
    ],
  ],
  ["how many entries", { minItems: 1, maxItems: 2 }, [1], []],
  ["an entry of a form", { contains: { const: 1 } }, [0, 1], [0]],
  ["limits of numbers", { minimum: 1, exclusiveMaximum: 3 }, 2, 3],
  ["steps of numbers", { multipleOf: 5 }, 10, 11],
  ["lengths, in characters and not in units", { maxLength: 1 }, "😀", "ab"],
  ["a pattern", { pattern: "^a+$" }, "aa", "ab"],
  ["all of several forms", { allOf: [{ minimum: 1 }, { maximum: 2 }] }, 1, 3],
  ["any of several forms", { anyOf: [{ type: "string" }, { minimum: 3 }] }, "a", 1],
  ["exactly one form", { oneOf: [{ minimum: 1 }, { minimum: 3 }] }, 2, 4],
  ["a form that is barred", { not: { type: "string" } }, 1, "a"],
  [
    "a condition",
    JSON.parse('{"if":{"properties":{"a":{"const":1}}},"then":{"required":["b"]},"else":{"required":["c"]}}'),
    { a: 1, b: 1 },
    { a: 2 },
  ],
  ["members that need others", { dependentRequired: { a: ["b"] } }, { a: 1, b: 1 }, { a: 1 }],
  ["a reference that goes round", TREE, { name: "r", children: [{ name: "c" }] }, { name: "r", children: [{}] }],
];

describe("whether a whole value fits its JSON Schema", () => {
  it.each(CASES)("knows %s", (_what, schema, fits, breaks) => {
    expect(checkSchema(schema, fits)).toEqual([]);
    expect(checkSchema(schema, breaks)).not.toEqual([]);
  });

  it("names the place", () => {
    expect(checkSchema(TREE, { name: "r", children: [{ name: "c" }, {}] })).toEqual([
      { path: ["children", 1], message: 'must have "name"' },
    ]);
  });

  it("does not let pass what it can't check: an unknown keyword, a reference that leads nowhere, a schema that is none", () => {
    const schemas = [
      { unevaluatedProperties: false },
      { $ref: "#/$defs/gone" },
      { $ref: "https://example.com/x" },
      JSON.parse('{"items":3}'),
    ];
    for (const schema of schemas) expect(checkSchema(schema, [{}])).not.toEqual([]);
  });

  it("lets nothing pass for a reference that only leads to itself, and reads names of the prototype as names", () => {
    expect(checkSchema({ $ref: "#" }, 1)).not.toEqual([]);
    const value: unknown = JSON.parse('{"__proto__":1,"constructor":2}');
    expect(checkSchema({ properties: { a: {} }, additionalProperties: false }, value)).toHaveLength(2);
  });
});
