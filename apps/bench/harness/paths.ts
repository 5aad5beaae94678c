import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const BENCH_ROOT: string = fileURLToPath(new URL("..", import.meta.url));
export const REPOSITORY_ROOT: string = fileURLToPath(new URL("../../..", import.meta.url));
export const SIZE_ROOT: string = join(BENCH_ROOT, "size");

export function versionOf(name: string): string | undefined {
  const file = [BENCH_ROOT, SIZE_ROOT].map((root) => join(root, "node_modules", name, "package.json")).find(existsSync);
  if (file === undefined) return undefined;
  const { version } = JSON.parse(readFileSync(file, "utf8")) as { version: string };
  return version;
}
