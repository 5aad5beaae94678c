import type { JsonSchema } from "./structured.types.js";

type SchemaObject = Exclude<JsonSchema, boolean>;

/** Stands for what could not be looked up: any string under it might be an enum. */
const UNKNOWN: SchemaObject = Object.freeze({});
const BRANCHES = ["allOf", "anyOf", "oneOf"] as const;
const CONDITIONS = ["if", "then", "else", "dependentSchemas"] as const;

/** Every schema that may apply to one place of the document; its children are made when they are first met. */
export interface SchemaNode {
  /** A partial string here could be taken for a member of an enum, a constant or a discriminator. */
  readonly withholdsText: boolean;
  /** A whole list or object is a constant or a member of an enum here. */
  readonly withholdsContainer: boolean;
  member(key: string): SchemaNode | undefined;
  entry(index: number): SchemaNode | undefined;
}

/** Reads the schema of the root; `undefined` when it tells nothing. */
export function createSchemaNode(schema: JsonSchema | undefined): SchemaNode | undefined {
  return isSchemaObject(schema) ? nodeOf([schema], schema) : undefined;
}

function nodeOf(schemas: readonly unknown[], root: SchemaObject): SchemaNode | undefined {
  const all = expand(schemas, root);
  if (all.size === 0) return undefined;
  const discriminators = discriminatorsOf(all);
  const named = namedMembers(all);
  const members = memo<string | null>((key) => memberNode(all, key, key !== null && discriminators.has(key), root));
  const entries = memo<number>((index) =>
    nodeOf(
      [...all].flatMap((schema) => entrySchemas(schema, index)),
      root,
    ),
  );
  const longestPrefix = Math.max(...[...all].map(({ prefixItems, items }) => Math.max(lengthOf(prefixItems), lengthOf(items))));
  return {
    withholdsText: [...all].some((schema) => schema === UNKNOWN || fixes(schema, (value) => typeof value === "string")),
    withholdsContainer: [...all].some((schema) => fixes(schema, (value) => typeof value === "object" && value !== null)),
    // One node for all names that no schema lists, of which a document may have any number.
    member: (key) => members(named.has(key) || discriminators.has(key) ? key : null),
    entry: (index) => entries(Math.min(index, longestPrefix)),
  };
}

function memberNode(
  all: ReadonlySet<SchemaObject>,
  key: string | null,
  isDiscriminator: boolean,
  root: SchemaObject,
): SchemaNode | undefined {
  const schemas = [...all].flatMap((schema) => memberSchemas(schema, key));
  return nodeOf(isDiscriminator ? [...schemas, UNKNOWN] : schemas, root);
}

function memo<Key>(make: (key: Key) => SchemaNode | undefined): (key: Key) => SchemaNode | undefined {
  const made = new Map<Key, SchemaNode | undefined>();
  return (key) => {
    if (!made.has(key)) made.set(key, make(key));
    return made.get(key);
  };
}

/** The schemas themselves and all that they refer to or combine. A set, because references may go round. */
function expand(schemas: readonly unknown[], root: SchemaObject): ReadonlySet<SchemaObject> {
  const found = new Set<SchemaObject>();
  const waiting = [...schemas];
  while (waiting.length > 0) {
    const schema = waiting.pop();
    if (!isSchemaObject(schema) || found.has(schema)) continue;
    found.add(schema);
    waiting.push(...BRANCHES.flatMap((keyword) => listOf(schema[keyword])), ...conditionsOf(schema), ...referencesOf(schema, root));
  }
  return found;
}

function conditionsOf(schema: SchemaObject): readonly unknown[] {
  return CONDITIONS.flatMap((keyword) => (keyword === "dependentSchemas" ? valuesOf(schema[keyword]) : [schema[keyword]]));
}

function referencesOf(schema: SchemaObject, root: SchemaObject): readonly unknown[] {
  if (schema["$dynamicRef"] !== undefined || schema["$recursiveRef"] !== undefined) return [UNKNOWN];
  const reference = schema["$ref"];
  if (reference === undefined) return [];
  return [typeof reference === "string" ? resolve(reference, root) : UNKNOWN];
}

/** Follows a JSON pointer in the schema. Anything else (an address, an anchor) is not looked up. */
function resolve(reference: string, root: SchemaObject): unknown {
  if (reference === "#") return root;
  if (!reference.startsWith("#/")) return UNKNOWN;
  let at: unknown = root;
  for (const step of reference.slice(2).split("/")) {
    const key = unescapePointer(step);
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, key)) return UNKNOWN;
    at = Reflect.get(at, key);
  }
  return at;
}

function unescapePointer(step: string): string {
  const plain = step.replaceAll("~1", "/").replaceAll("~0", "~");
  try {
    return decodeURIComponent(plain);
  } catch {
    return plain;
  }
}

function memberSchemas(schema: SchemaObject, key: string | null): readonly unknown[] {
  if (schema === UNKNOWN) return [UNKNOWN];
  const properties = schema["properties"];
  const own = key !== null && isSchemaObject(properties) && Object.hasOwn(properties, key) ? [properties[key]] : [];
  const rest = [schema["additionalProperties"], schema["unevaluatedProperties"]];
  // A pattern may be slow on a hostile key, so every pattern is taken to match.
  return [...(own.length > 0 ? own : rest), ...valuesOf(schema["patternProperties"])];
}

function entrySchemas(schema: SchemaObject, index: number): readonly unknown[] {
  if (schema === UNKNOWN) return [UNKNOWN];
  const prefix = [...listOf(schema["prefixItems"]), ...listOf(schema["items"])];
  const own = index < prefix.length ? [prefix[index]] : [schema["items"], schema["additionalItems"], schema["unevaluatedItems"]];
  return [...own, schema["contains"]];
}

function namedMembers(all: ReadonlySet<SchemaObject>): ReadonlySet<string> {
  return new Set([...all].flatMap(({ properties }) => (isSchemaObject(properties) ? Object.keys(properties) : [])));
}

/** Members that OpenAPI names as telling the branch; a `const` in each branch needs no name. */
function discriminatorsOf(all: ReadonlySet<SchemaObject>): ReadonlySet<string> {
  return new Set(
    [...all].flatMap(({ discriminator }) => {
      const name = isSchemaObject(discriminator) ? discriminator["propertyName"] : undefined;
      return typeof name === "string" ? [name] : [];
    }),
  );
}

function fixes(schema: SchemaObject, matches: (value: unknown) => boolean): boolean {
  return (Object.hasOwn(schema, "const") && matches(schema["const"])) || listOf(schema["enum"]).some(matches);
}

function isSchemaObject(value: unknown): value is SchemaObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function lengthOf(value: unknown): number {
  return listOf(value).length;
}

function valuesOf(value: unknown): readonly unknown[] {
  return isSchemaObject(value) ? Object.values(value) : [];
}
