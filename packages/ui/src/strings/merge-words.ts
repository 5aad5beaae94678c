type Both<Tables extends readonly object[]> = Tables extends readonly [infer First, ...infer Rest extends readonly object[]]
  ? First & Both<Rest>
  : unknown;

/** One table of several; where two have a group, it has the entries of both, and those of the later win. */
export function mergeWords<Tables extends readonly object[]>(...tables: Tables): Both<Tables> {
  const merged: Record<string, unknown> = {};
  for (const [group, value] of tables.flatMap((table) => Object.entries(table))) {
    const known = merged[group];
    merged[group] = typeof known === "object" && typeof value === "object" ? { ...known, ...value } : value;
  }
  return merged as Both<Tables>;
}
