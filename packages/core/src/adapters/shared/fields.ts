/** Typed reads of foreign JSON. What has the wrong type is said to be bad, never guessed at. */

export type JsonObject = Readonly<Record<string, unknown>>;

/** Thrown and caught inside a decoder: the event in hand cannot be read, so something may be missing. */
export class BadEvent extends Error {}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A string that must be there. */
export function requireString(source: JsonObject, name: string): string {
  const value = source[name];
  if (typeof value === "string") return value;
  throw new BadEvent(`\`${name}\` must be a string; found ${kindOf(value)}.`);
}

export function requireObject(source: JsonObject, name: string): JsonObject {
  const value = source[name];
  if (isObject(value)) return value;
  throw new BadEvent(`\`${name}\` must be an object; found ${kindOf(value)}.`);
}

export function requireIndex(source: JsonObject, name: string): number {
  const value = source[name];
  if (typeof value === "number" && Number.isSafeInteger(value)) return value;
  throw new BadEvent(`\`${name}\` must be an integer; found ${kindOf(value)}.`);
}

/** A string that may be absent or `null`, but nothing else. */
export function optionalString(source: JsonObject, name: string): string | undefined {
  const value = source[name];
  return value === undefined || value === null ? undefined : requireString(source, name);
}

export function optionalObject(source: JsonObject, name: string): JsonObject | undefined {
  const value = source[name];
  return value === undefined || value === null ? undefined : requireObject(source, name);
}

export function optionalList(source: JsonObject, name: string): readonly unknown[] | undefined {
  const value = source[name];
  if (value === undefined || value === null) return undefined;
  if (Array.isArray(value)) return value;
  throw new BadEvent(`\`${name}\` must be a list; found ${kindOf(value)}.`);
}

/** Reads for what can be done without: a wrong type counts as absent. */
export function stringOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

export function countOf(value: unknown): number | null {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

export function objectOf(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function kindOf(value: unknown): string {
  if (value === null) return "null";
  return Array.isArray(value) ? "a list" : typeof value;
}
