import type { Agent } from "@unsay/server";

export async function createModelAgent(_environment: Readonly<Record<string, string | undefined>>): Promise<Agent | null> {
  return null;
}
