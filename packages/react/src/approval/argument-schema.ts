/** The part of JSON Schema that a form can be made of. Everything else is edited as JSON. */
export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly title?: string;
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly minItems?: number;
  readonly maxItems?: number;
}

export type FieldPath = readonly string[];

export type FieldKind = "text" | "long-text" | "number" | "integer" | "boolean" | "choice" | "list" | "json";

export interface ArgumentField {
  readonly path: FieldPath;
  readonly label: string;
  readonly description?: string;
  readonly kind: FieldKind;
  readonly schema: JsonSchema;
  readonly isRequired: boolean;
}

/** What is wrong with a value: a word for the text table, and its number or choices. */
export interface FieldProblem {
  readonly code:
    | "required"
    | "number"
    | "integer"
    | "minimum"
    | "maximum"
    | "too-short"
    | "too-long"
    | "pattern"
    | "choice"
    | "too-few"
    | "too-many"
    | "json"
    | "type";
  readonly limit?: number;
}

/** Objects in objects in objects; below that a field is JSON. */
const MAX_DEPTH = 3;
const MAX_FIELDS = 64;
/** Longer patterns, and those on longer texts, are left to the server: a hostile one could freeze the page. */
const MAX_PATTERN_LENGTH = 200;
const MAX_PATTERN_TEXT = 1_000;
const LONG_TEXT = 60;

/** The fields of a form, in the order of the schema; what it does not name but the arguments hold comes after. */
export function fieldsOf(schema: JsonSchema | undefined, args: unknown): readonly ArgumentField[] {
  if (!isRecord(args)) return [{ path: [], label: "", kind: "json", schema: schema ?? {}, isRequired: true }];
  return fieldsOfObject(schema ?? {}, args, []).slice(0, MAX_FIELDS);
}

function fieldsOfObject(schema: JsonSchema, value: Readonly<Record<string, unknown>>, path: FieldPath): readonly ArgumentField[] {
  const named = isRecord(schema.properties) ? schema.properties : {};
  const names = new Set([...Object.keys(named), ...Object.keys(value)]);
  return [...names].flatMap((name) => {
    const own = Object.hasOwn(named, name) && isRecord(named[name]) ? (named[name] as JsonSchema) : {};
    return fieldsOfMember(own, valueAt(value, [name]), [...path, name], isNamed(schema.required, name));
  });
}

function fieldsOfMember(schema: JsonSchema, value: unknown, path: FieldPath, isRequired: boolean): readonly ArgumentField[] {
  const isObject = typeOf(schema, value) === "object" && (value === undefined || isRecord(value));
  if (isObject && path.length < MAX_DEPTH && (schema.properties !== undefined || isRecord(value))) {
    return fieldsOfObject(schema, isRecord(value) ? value : {}, path);
  }
  const label = path.join(" › ");
  const description = typeof schema.description === "string" ? { description: schema.description } : {};
  return [{ path, label, ...description, kind: kindOf(schema, value), schema, isRequired }];
}

function kindOf(schema: JsonSchema, value: unknown): FieldKind {
  if (Array.isArray(schema.enum) && schema.enum.every(isScalar)) return "choice";
  const type = typeOf(schema, value);
  switch (type) {
    case "string":
      return isLong(schema, value) ? "long-text" : "text";
    case "number":
    case "integer":
    case "boolean":
      return type;
    case "array":
      return isScalarList(schema, value) ? "list" : "json";
    default:
      return "json";
  }
}

function isLong({ maxLength }: JsonSchema, value: unknown): boolean {
  return (maxLength ?? 0) > LONG_TEXT * 4 || (typeof value === "string" && (value.length > LONG_TEXT || value.includes("\n")));
}

/** The type that the schema names, or else that of the value. A schema with several, or none for no value, says nothing. */
function typeOf(schema: JsonSchema, value: unknown): string | undefined {
  if (typeof schema.type === "string") return schema.type;
  if (schema.type !== undefined) return undefined;
  if (Array.isArray(value)) return "array";
  return value === null || value === undefined ? undefined : typeof value;
}

function isScalarList({ items }: JsonSchema, value: unknown): boolean {
  if (value !== undefined && !(Array.isArray(value) && value.every((item) => typeof item === "string" || typeof item === "number")))
    return false;
  return items === undefined ? Array.isArray(value) : items.type === "string" || items.type === "number" || items.type === "integer";
}

/** `null` where the schema takes it. What the schema says beyond this, the server checks. */
export function problemOf(field: ArgumentField, value: unknown): FieldProblem | null {
  if (value === undefined || value === "") return field.isRequired ? { code: "required" } : null;
  const { schema } = field;
  if (field.kind === "choice") return schema.enum?.some((choice) => Object.is(choice, value)) === true ? null : { code: "choice" };
  if (typeof value === "string") return problemOfText(schema, value);
  if (typeof value === "number") return problemOfNumber(schema, value);
  return Array.isArray(value) ? problemOfList(schema, value) : null;
}

function problemOfText({ type, minLength, maxLength, pattern }: JsonSchema, value: string): FieldProblem | null {
  if (type === "number" || type === "integer") return { code: type };
  if (type !== undefined && type !== "string" && !Array.isArray(type)) return { code: "type" };
  const length = Array.from(value).length;
  if (minLength !== undefined && length < minLength) return { code: "too-short", limit: minLength };
  if (maxLength !== undefined && length > maxLength) return { code: "too-long", limit: maxLength };
  return pattern === undefined || matches(pattern, value) ? null : { code: "pattern" };
}

function matches(pattern: string, value: string): boolean {
  if (pattern.length > MAX_PATTERN_LENGTH || value.length > MAX_PATTERN_TEXT || isCostly(pattern)) return true;
  try {
    return new RegExp(pattern, "u").test(value);
  } catch {
    return true;
  }
}

/** A repeated group that repeats inside: the kind of pattern whose cost can explode. */
function isCostly(pattern: string): boolean {
  return /[+*}][^()]*\)[+*{]|\\\d|\|[^()]*\)[+*{]/u.test(pattern);
}

function problemOfNumber({ type, minimum, maximum }: JsonSchema, value: number): FieldProblem | null {
  if (!Number.isFinite(value)) return { code: "number" };
  if (type === "integer" && !Number.isInteger(value)) return { code: "integer" };
  if (minimum !== undefined && value < minimum) return { code: "minimum", limit: minimum };
  return maximum !== undefined && value > maximum ? { code: "maximum", limit: maximum } : null;
}

function problemOfList({ items, minItems, maxItems }: JsonSchema, value: readonly unknown[]): FieldProblem | null {
  if (minItems !== undefined && value.length < minItems) return { code: "too-few", limit: minItems };
  if (maxItems !== undefined && value.length > maxItems) return { code: "too-many", limit: maxItems };
  for (const item of value) {
    const problem =
      typeof item === "string" ? problemOfText(items ?? {}, item) : typeof item === "number" ? problemOfNumber(items ?? {}, item) : null;
    if (problem !== null) return problem;
  }
  return null;
}

/** What stands in a field, for its input. */
export function textOfField({ kind }: ArgumentField, value: unknown): string {
  if (value === undefined) return "";
  if (kind === "list" && Array.isArray(value)) return value.join("\n");
  return typeof value === "string" && kind !== "json" ? value : (JSON.stringify(value, null, 2) ?? "");
}

/** What was typed as a value, or why it is none. */
export function parseField(
  { kind, schema }: ArgumentField,
  text: string,
): { readonly value: unknown } | { readonly problem: FieldProblem } {
  switch (kind) {
    case "number":
    case "integer":
      return parseNumber(text, kind);
    case "choice":
      return { value: schema.enum?.find((choice) => String(choice) === text) };
    case "list":
      return parseList(text, schema);
    case "json":
      return parseJson(text);
    case "boolean":
      return { value: text === "true" };
    case "text":
    case "long-text":
      return { value: text };
  }
}

function parseNumber(text: string, kind: "number" | "integer"): { readonly value: unknown } | { readonly problem: FieldProblem } {
  if (text.trim() === "") return { value: undefined };
  const value = Number(text);
  return Number.isFinite(value) ? { value } : { problem: { code: kind } };
}

/** One item a line. */
function parseList(text: string, { items }: JsonSchema): { readonly value: unknown } | { readonly problem: FieldProblem } {
  const lines = text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  if (items?.type !== "number" && items?.type !== "integer") return { value: lines };
  const numbers = lines.map(Number);
  return numbers.every(Number.isFinite) ? { value: numbers } : { problem: { code: "number" } };
}

function parseJson(text: string): { readonly value: unknown } | { readonly problem: FieldProblem } {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return { problem: { code: "json" } };
  }
}

export function valueAt(args: unknown, path: FieldPath): unknown {
  let value = args;
  for (const name of path) value = isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  return value;
}

/** The arguments with one field changed; `undefined` leaves it out. Nothing else is touched. */
export function withValueAt(args: unknown, path: FieldPath, value: unknown): unknown {
  const [name, ...rest] = path;
  if (name === undefined) return value;
  const object = isRecord(args) ? args : {};
  const next = withValueAt(valueAt(object, [name]), rest, value);
  const entries = Object.entries(object).filter(([key]) => key !== name || next !== undefined);
  const at = entries.findIndex(([key]) => key === name);
  if (at !== -1) entries[at] = [name, next];
  else if (next !== undefined) entries.push([name, next]);
  return Object.fromEntries(entries);
}

export function isSameValue(one: unknown, other: unknown): boolean {
  return Object.is(one, other) || JSON.stringify(one) === JSON.stringify(other);
}

function isScalar(value: unknown): boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}

function isNamed(names: unknown, name: string): boolean {
  return Array.isArray(names) && names.includes(name);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
