import { createArgsHash, type GrantScope } from "@unsay/core/protocol";
import type { ToolDefinition } from "../tool-call/tool.js";

/** A standing permission that a person gave in an approval. Times are epoch milliseconds. */
export interface StoredGrant {
  readonly grant: string;
  readonly thread: string;
  readonly tool: string;
  /** What the tool said of itself when it was given: a tool that has changed since is asked about again. */
  readonly definition: string;
  readonly argsPattern: string;
  readonly grantedAt: number;
  readonly expiresAt: number;
  /** The approval in which it was given, and the client that gave it. */
  readonly approval: string;
  readonly client: string;
}

/** Longest time that a permission may stand, in ms: 30 days. */
export const MAX_GRANT_MS: number = 30 * 24 * 60 * 60 * 1000;
const MAX_PATTERN_LENGTH = 10_000;

/**
 * Whether a pattern covers these arguments. It is the JSON text of an object with the same members as the arguments, no
 * fewer and no more. In its strings `*` stands for any characters, the string `"*"` alone for any value; everything else
 * must be equal. The text `*` covers any arguments.
 */
export function coversArgs(argsPattern: string, args: unknown): boolean {
  if (argsPattern === "*") return true;
  const pattern = parsePattern(argsPattern);
  return pattern !== null && coversValue(pattern, args);
}

/** Why this scope can't be granted for these arguments, or `null`. */
export function whyNotGrantable(scope: GrantScope, args: unknown): string | null {
  if (!Number.isSafeInteger(scope.ms) || scope.ms <= 0 || scope.ms > MAX_GRANT_MS)
    return `\`scope.ms\` must be a whole number from 1 to ${MAX_GRANT_MS}.`;
  if (scope.argsPattern !== "*" && parsePattern(scope.argsPattern) === null)
    return "`scope.argsPattern` must be `*`, or the JSON text of an object with the same members as the arguments, with `*` in its strings.";
  return coversArgs(scope.argsPattern, args) ? null : "`scope.argsPattern` does not cover the arguments that are decided about.";
}

/** What a permission is bound to beside the tool's name. */
export function definitionOf(name: string, tool: ToolDefinition): string {
  const { title = null, description = null, effect = null, inputSchema } = tool;
  return createArgsHash("definition", name, { title, description, effect, inputSchema: schemaText(inputSchema) });
}

function schemaText(schema: unknown): string {
  try {
    return JSON.stringify(schema) ?? "";
  } catch {
    return "";
  }
}

function parsePattern(text: string): Readonly<Record<string, unknown>> | null {
  if (text.length > MAX_PATTERN_LENGTH) return null;
  try {
    const pattern: unknown = JSON.parse(text);
    return isRecord(pattern) ? pattern : null;
  } catch {
    return null;
  }
}

function coversValue(pattern: unknown, value: unknown): boolean {
  if (pattern === "*") return true;
  if (typeof pattern === "string") return typeof value === "string" && coversText(pattern, value);
  if (Array.isArray(pattern))
    return Array.isArray(value) && pattern.length === value.length && pattern.every((item, at) => coversValue(item, value[at]));
  if (!isRecord(pattern)) return Object.is(pattern, value);
  if (!isRecord(value)) return false;
  const names = Object.keys(pattern);
  return (
    names.length === Object.keys(value).length &&
    names.every((name) => Object.hasOwn(value, name) && coversValue(pattern[name], value[name]))
  );
}

/** Without regular expressions, whose cost a hostile pattern could choose: the pieces between stars, found in order. */
function coversText(pattern: string, text: string): boolean {
  const [first = "", ...rest] = pattern.split("*");
  const last = rest.pop();
  if (last === undefined) return text === first;
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false;
  const end = text.length - last.length;
  let from = first.length;
  for (const piece of rest) {
    const at = text.indexOf(piece, from);
    if (at === -1 || at + piece.length > end) return false;
    from = at + piece.length;
  }
  return true;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
