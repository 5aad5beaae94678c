import type { StructuredPath, StructuredSchema } from "@unsay/core";

/** Names of the fields that a schema expects at a place, in its order; none where it does not say. Never throws on a schema. */
export function expectedFields(schema: StructuredSchema | undefined, path: StructuredPath): readonly string[] {
  const at = path.reduce<unknown>(stepInto, jsonSchemaOf(schema));
  return Object.keys(memberOf(at, "properties") ?? {});
}

/** Every Standard Schema has its vendor, and not every one can say itself as JSON Schema. */
function jsonSchemaOf(schema: unknown): unknown {
  const standard = memberOf(schema, "~standard");
  if (standard === undefined) return schema;
  const asJson = memberOf(memberOf(standard, "jsonSchema"), "input");
  try {
    return typeof asJson === "function" ? (asJson as (options: object) => unknown)({ target: "draft-2020-12" }) : undefined;
  } catch {
    return undefined; // A library may refuse a type that JSON Schema has no words for.
  }
}

function stepInto(schema: unknown, step: string | number): unknown {
  return typeof step === "number" ? memberOf(schema, "items") : memberOf(memberOf(schema, "properties"), step);
}

function memberOf(value: unknown, name: string): object | undefined {
  if (value === null || (typeof value !== "object" && typeof value !== "function") || !Object.hasOwn(value, name)) return undefined;
  const member = (value as Readonly<Record<string, unknown>>)[name];
  return typeof member === "object" && member !== null ? member : typeof member === "function" ? member : undefined;
}
