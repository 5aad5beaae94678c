import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Subject } from "./bench.types.ts";
import { BENCH_ROOT, versionOf } from "./paths.ts";

/** Adapters are bundled or run elsewhere, so their static fields are read from the text. */
export function subjectsOf(bench: string): readonly Subject[] {
  const folder = join(BENCH_ROOT, "adapters", bench);
  const files = readdirSync(folder).filter((file) => /\.(mjs|jsx|tsx?)$/.test(file));
  return files.toSorted().flatMap((file) => subjectOf(join(folder, file), file.replace(/\.\w+$/, "")));
}

function subjectOf(file: string, id: string): readonly Subject[] {
  const text = readFileSync(file, "utf8");
  const name = fieldOf(text, "name");
  if (name === undefined) return []; // A part that adapters share.
  const packageName = fieldOf(text, "package");
  const version = packageName === undefined ? undefined : versionOf(packageName);
  return [{ id, name, file, package: packageName, version, isFloor: /\bfloor: true/.test(text) }];
}

function fieldOf(text: string, key: string): string | undefined {
  const match = new RegExp(`^(?:  |export const )${key}(?:: | = )(?:'([^']*)'|"([^"]*)")`, "m").exec(text);
  return match?.[1] ?? match?.[2];
}

export function isWanted({ id, name }: Pick<Subject, "id" | "name">, wanted: readonly string[] | null): boolean {
  return wanted === null || wanted.some((part) => id.toLowerCase().includes(part) || name.toLowerCase().includes(part));
}

/** Another order each round, so that a slow moment does not always hit the same subject. */
export function rotate<T>(items: readonly T[], by: number): readonly T[] {
  const at = items.length === 0 ? 0 : by % items.length;
  return [...items.slice(at), ...items.slice(0, at)];
}
