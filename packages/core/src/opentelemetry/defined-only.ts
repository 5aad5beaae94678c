import type { Attributes } from "@opentelemetry/api";

type Known = string | number | boolean | string[];

/** What is not known is left out: an attribute has no value for "unknown", and 0 would be a claim. */
export function definedOnly(attributes: Readonly<Record<string, Known | null | undefined>>): Attributes {
  const known: Record<string, Known> = {};
  for (const [name, value] of Object.entries(attributes)) if (value !== null && value !== undefined) known[name] = value;
  return known;
}
