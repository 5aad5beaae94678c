import type { JsonSchema } from "./structured.types.js";

/** What of a value breaks its schema, and where. */
export interface SchemaProblem {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

interface Place {
  readonly value: unknown;
  readonly path: readonly (string | number)[];
  readonly root: SchemaObject;
  /** References followed at this place, so that one that only leads to itself ends. */
  readonly depth: number;
}

type SchemaObject = Readonly<Record<string, unknown>>;
type Check = (wanted: unknown, place: Place, schema: SchemaObject) => readonly SchemaProblem[];

const MAX_PROBLEMS = 20;
const MAX_REFERENCES = 16;
const FINE: readonly SchemaProblem[] = [];

/** Keywords that say nothing of validity, or that another keyword's check reads. */
const SILENT: ReadonlySet<string> = new Set(
  (
    "$schema $id $defs $comment $anchor definitions title description default examples deprecated readOnly writeOnly format " +
    "contentEncoding contentMediaType discriminator xml externalDocs then else additionalProperties minContains maxContains"
  ).split(" "),
);

const CHECKS: Readonly<Record<string, Check>> = {
  $ref: (to, place) =>
    place.depth > MAX_REFERENCES
      ? problem(place, "can't be checked: its schema refers to itself")
      : check(resolve(to, place.root), { ...place, depth: place.depth + 1 }),
  type: (names, place) =>
    unless(
      list(names).some((name) => isOfType(place.value, name)),
      place,
      `must be of type ${list(names).join(" or ")}`,
    ),
  enum: (members, place) =>
    unless(
      list(members).some((member) => isSame(member, place.value)),
      place,
      `must be one of ${shown(members)}`,
    ),
  const: (constant, place) => unless(isSame(constant, place.value), place, `must be ${shown(constant)}`),
  allOf: (branches, place) => list(branches).flatMap((branch) => check(branch, place)),
  anyOf: (branches, place) => unless(matching(branches, place) > 0, place, "fits none of the forms that are allowed"),
  oneOf: (branches, place) => unless(matching(branches, place) === 1, place, "must fit exactly one of the forms that are allowed"),
  not: (barred, place) => unless(check(barred, place).length > 0, place, "has a form that is not allowed"),
  if: (condition, place, schema) => check(schema[check(condition, place).length === 0 ? "then" : "else"] ?? true, place),
  properties: (members, place) =>
    entriesOf(members).flatMap(([key, member]) => (has(place.value, key) ? check(member, within(place, key)) : FINE)),
  patternProperties: (patterns, place, schema) => [...checkPatterns(patterns, place), ...checkAdditional(schema, place)],
  required: (keys, place) =>
    isObject(place.value) ? list(keys).flatMap((key) => unless(has(place.value, key), place, `must have ${shown(key)}`)) : FINE,
  propertyNames: (names, place) => keysOf(place.value).flatMap((key) => check(names, { ...place, value: key })),
  dependentRequired: (needs, place) =>
    entriesOf(needs).flatMap(([key, others]) =>
      has(place.value, key)
        ? list(others).flatMap((other) => unless(has(place.value, other), place, `must have ${shown(other)} beside ${shown(key)}`))
        : FINE,
    ),
  dependentSchemas: (needs, place) => entriesOf(needs).flatMap(([key, schema]) => (has(place.value, key) ? check(schema, place) : FINE)),
  prefixItems: (schemas, place) => entries(place).flatMap((_entry, at) => check(list(schemas)[at] ?? true, within(place, at))),
  items: (schema, place, { prefixItems }) =>
    entries(place).flatMap((_entry, at) =>
      at < (prefixItems === undefined ? 0 : list(prefixItems).length) ? FINE : check(schema, within(place, at)),
    ),
  contains: (schema, place, { minContains = 1, maxContains = Number.POSITIVE_INFINITY }) => {
    const found = entries(place).filter((_entry, at) => check(schema, within(place, at)).length === 0).length;
    return unless(
      !Array.isArray(place.value) || (found >= Number(minContains) && found <= Number(maxContains)),
      place,
      "contains the wrong number of such entries",
    );
  },
  uniqueItems: (wanted, place) =>
    unless(wanted !== true || new Set(entries(place).map(shown)).size === entries(place).length, place, "must not repeat an entry"),
  minProperties: limit(memberCount, atLeast, "must have # members or more"),
  maxProperties: limit(memberCount, atMost, "must have # members or fewer"),
  minItems: limit(entryCount, atLeast, "must have # entries or more"),
  maxItems: limit(entryCount, atMost, "must have # entries or fewer"),
  minLength: limit(characterCount, atLeast, "must have # characters or more"),
  maxLength: limit(characterCount, atMost, "must have # characters or fewer"),
  minimum: limit(amount, atLeast, "must be at least #"),
  maximum: limit(amount, atMost, "must be at most #"),
  exclusiveMinimum: limit(amount, (value, least) => value > least, "must be more than #"),
  exclusiveMaximum: limit(amount, (value, most) => value < most, "must be less than #"),
  multipleOf: limit(amount, (value, step) => Number.isInteger(value / step), "must be a multiple of #"),
  pattern: (pattern, place) =>
    unless(typeof place.value !== "string" || matches(pattern, place.value), place, `must match ${shown(pattern)}`),
};

/**
 * What of `value` breaks `schema`; empty when it is valid. At most 20 problems. A keyword that can't be checked here is a
 * problem too, since a value that was not checked must not pass for one that was.
 */
export function checkSchema(schema: JsonSchema, value: unknown): readonly SchemaProblem[] {
  const root = isObject(schema) ? schema : {};
  return check(schema, { value, path: [], root, depth: 0 }).slice(0, MAX_PROBLEMS);
}

function check(schema: unknown, place: Place): readonly SchemaProblem[] {
  if (schema === true) return FINE;
  if (schema === false) return problem(place, "is not allowed here");
  if (!isObject(schema)) return problem(place, "can't be checked: its schema is none, or a reference in it leads nowhere");
  const found = Object.keys(schema).flatMap((keyword) => checkKeyword(keyword, schema, place));
  return schema["additionalProperties"] === undefined || schema["patternProperties"] !== undefined
    ? found
    : [...found, ...checkAdditional(schema, place)];
}

function checkKeyword(keyword: string, schema: SchemaObject, place: Place): readonly SchemaProblem[] {
  if (SILENT.has(keyword) || keyword.startsWith("x-")) return FINE;
  if (!Object.hasOwn(CHECKS, keyword))
    return problem(place, `can't be checked: the keyword ${shown(keyword)} is not read here; give a Standard Schema instead`);
  return CHECKS[keyword]?.(schema[keyword], place, schema) ?? FINE;
}

function checkPatterns(patterns: unknown, place: Place): readonly SchemaProblem[] {
  return keysOf(place.value).flatMap((key) =>
    entriesOf(patterns).flatMap(([pattern, schema]) => (matches(pattern, key) ? check(schema, within(place, key)) : FINE)),
  );
}

function checkAdditional(schema: SchemaObject, place: Place): readonly SchemaProblem[] {
  const patterns = Object.keys(isObject(schema["patternProperties"]) ? schema["patternProperties"] : {});
  const isNamed = (key: string) => has(schema["properties"], key) || patterns.some((pattern) => matches(pattern, key));
  const rest = keysOf(place.value).filter((key) => !isNamed(key));
  return rest.flatMap((key) => check(schema["additionalProperties"] ?? true, within(place, key)));
}

function matching(branches: unknown, place: Place): number {
  return list(branches).filter((branch) => check(branch, place).length === 0).length;
}

function resolve(reference: unknown, root: SchemaObject): unknown {
  if (typeof reference !== "string" || !reference.startsWith("#")) return null;
  const steps = reference.slice(1).split("/").slice(1).map(unescapePointer);
  return steps.reduce<unknown>((at, step) => (has(at, step) ? Reflect.get(at as object, step) : null), root);
}

function unescapePointer(step: string): string {
  try {
    return decodeURIComponent(step).replaceAll("~1", "/").replaceAll("~0", "~");
  } catch {
    return step;
  }
}

function isOfType(value: unknown, name: unknown): boolean {
  switch (name) {
    case "null":
      return value === null;
    case "array":
      return Array.isArray(value);
    case "object":
      return isObject(value);
    case "integer":
      return Number.isInteger(value);
    default:
      return typeof value === name && typeof value !== "object";
  }
}

/** `null` measures what the limit does not apply to. */
function limit(measure: (value: unknown) => number | null, isWithin: (measured: number, wanted: number) => boolean, words: string): Check {
  return (wanted, place) => {
    const measured = measure(place.value);
    return unless(measured === null || isWithin(measured, Number(wanted)), place, words.replace("#", shown(wanted)));
  };
}

function atLeast(measured: number, wanted: number): boolean {
  return measured >= wanted;
}

function atMost(measured: number, wanted: number): boolean {
  return measured <= wanted;
}

function amount(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}

function memberCount(value: unknown): number | null {
  return isObject(value) ? Object.keys(value).length : null;
}

function entryCount(value: unknown): number | null {
  return Array.isArray(value) ? value.length : null;
}

/** As JSON Schema counts them: a pair of surrogates is one. */
function characterCount(value: unknown): number | null {
  if (typeof value !== "string") return null;
  return value.length - (value.match(/[\uD800-\uDBFF][\uDC00-\uDFFF]/g)?.length ?? 0);
}

function isSame(one: unknown, other: unknown): boolean {
  return one === other || (typeof one === "object" && shown(one) === shown(other));
}

/** JSON with sorted keys: equal values are equal texts. */
function shown(value: unknown): string {
  return (
    JSON.stringify(value, (_key, at: unknown) => (isObject(at) ? Object.fromEntries(Object.entries(at).toSorted(byKey)) : at)) ?? "nothing"
  );
}

function byKey([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : 1;
}

/** A pattern that is none matches nothing, so that it is seen. */
function matches(pattern: unknown, text: string): boolean {
  try {
    return new RegExp(String(pattern), "u").test(text);
  } catch {
    return false;
  }
}

function unless(isFine: boolean, place: Place, message: string): readonly SchemaProblem[] {
  return isFine ? FINE : problem(place, message);
}

function problem({ path }: Place, message: string): readonly SchemaProblem[] {
  return [{ path, message }];
}

function within(place: Place, step: string | number): Place {
  return { ...place, value: Reflect.get(place.value as object, step), path: [...place.path, step], depth: 0 };
}

function entries({ value }: Place): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function entriesOf(value: unknown): readonly (readonly [string, unknown])[] {
  return isObject(value) ? Object.entries(value) : [];
}

function keysOf(value: unknown): readonly string[] {
  return isObject(value) ? Object.keys(value) : [];
}

function has(value: unknown, key: unknown): boolean {
  return typeof value === "object" && value !== null && typeof key === "string" && Object.hasOwn(value, key);
}

function isObject(value: unknown): value is SchemaObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}
