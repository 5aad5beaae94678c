/** Larger outputs are cut in events; the agent still gets them whole. UTF-16 units of JSON. */
const MAX_OUTPUT_LENGTH = 256 * 1024;

export function isEmptyOutput(output: unknown): boolean {
  return output === undefined || output === null || (Array.isArray(output) && output.length === 0);
}

/** What travels of an output: JSON of a bearable size, or a note that it was cut. */
export function outputFields(output: unknown): { output?: unknown; partial?: true; cut?: { by: "limit" } } {
  if (output === undefined) return {};
  const json = safeJson(output);
  if (json === null) return { output: "[an output that is not JSON]", partial: true };
  if (json.length <= MAX_OUTPUT_LENGTH) return { output: JSON.parse(json) };
  return { output: json.slice(0, 4_096), partial: true, cut: { by: "limit" } };
}

function safeJson(value: unknown): string | null {
  try {
    return JSON.stringify(value) ?? null;
  } catch {
    return null;
  }
}
