import type { ToolDefinition } from "../tool-call/tool.js";

/** A tool as a model is told of it, its schema under the name that the wire uses. */
export function schemaOf<K extends string>(
  name: string,
  { description, inputSchema }: ToolDefinition,
  key: K,
): { readonly name: string; readonly description?: string } & Readonly<Record<K, unknown>> {
  const schema = { [key]: inputSchema ?? { type: "object" } } as Record<K, unknown>;
  return { name, ...(description === undefined ? {} : { description }), ...schema };
}
