/** Names of the hooks that an entry exports, given the text of the entry and of what it passes on. */
export function hooksExportedBy(...entries: readonly string[]): readonly string[] {
  const named = entries.flatMap((text) =>
    [...text.matchAll(/export \{([^{}]*)\} from/gu)].flatMap(([, list = ""]) => list.split(",").map((name) => name.trim())),
  );
  return [...new Set(named.filter((name) => /^use[A-Z]\w*$/u.test(name)))].toSorted();
}
