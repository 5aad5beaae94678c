/** One yes or no about a value of unknown shape. */
export type Check = (value: unknown) => boolean;

export const isString: Check = (value) => typeof value === "string";
export const isNumber: Check = (value) => typeof value === "number" && Number.isFinite(value);
export const isBoolean: Check = (value) => typeof value === "boolean";

export const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);

export const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);

export const oneOf = (...words: readonly string[]): Check => {
  const set = new Set<unknown>(words);
  return (value) => set.has(value);
};

export const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);

export const shape =
  (fields: Readonly<Record<string, Check>>): Check =>
  (value) =>
    typeof value === "object" && value !== null && !Array.isArray(value) && firstMismatch(value, fields) === undefined;

/** The first field whose value does not fit. */
export function firstMismatch(source: object, fields: Readonly<Record<string, Check>>): string | undefined {
  return Object.keys(fields).find((name) => fields[name]?.(ownMember(source, name)) !== true);
}

/** Only what the object says itself: a prototype says nothing. */
export function ownMember(source: object, name: string): unknown {
  return Object.hasOwn(source, name) ? (source as Record<string, unknown>)[name] : undefined;
}
