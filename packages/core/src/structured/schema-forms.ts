import type { JsonSchema, StandardSchema, StructuredSchema } from "./structured.types.js";

/** A reference that leads nowhere: every string under it is taken for a possible enum. */
const WITHHOLD_ALL_TEXT: JsonSchema = Object.freeze({ $ref: "unknown" });

export function isStandardSchema(schema: StructuredSchema): schema is StandardSchema {
  return typeof schema !== "boolean" && "~standard" in schema;
}

/** What tells enums, constants and discriminators. A validator that can't say its own is taken to have them everywhere. */
export function withheldBy(schema: StructuredSchema | undefined): JsonSchema | undefined {
  if (schema === undefined || !isStandardSchema(schema)) return schema;
  try {
    return schema["~standard"].jsonSchema?.input({ target: "draft-2020-12" }) ?? WITHHOLD_ALL_TEXT;
  } catch {
    // Transforms and custom checks have no JSON Schema, and the libraries throw for them.
    return WITHHOLD_ALL_TEXT;
  }
}
