import { rng } from "./rng.ts";
import { prose } from "./markdown.ts";

/** Tool-call arguments like those of an "edit files" / "make a table" tool: objects in arrays, long strings, escapes, numbers, nulls. */
export function toolArgs(size: number, seed = 21): string {
  const r = rng(seed);
  const doc = { tool: "apply_changes", dryRun: false, summary: prose({ seed, size: 120 }), items: [] as object[] };
  let len = JSON.stringify(doc).length;
  for (let i = 0; len < size - 40; i++) {
    const left = size - len;
    const item =
      left < 400
        ? { id: i, note: prose({ seed: seed + i, size: Math.max(4, left - 60) }) }
        : {
            id: i,
            path: `src/module-${r.int(1, 99)}/file-${i}.ts`,
            score: Math.round(r.next() * 1e6) / 1e4,
            delta: -r.int(1, 500),
            done: r.chance(0.5),
            parent: r.chance(0.3) ? null : r.int(0, 50),
            tags: Array.from({ length: r.int(0, 4) }, () => r.pick(["fix", "perf", "docs", "ünïcode", "a\tb", 'quote "x"'])),
            content: `${prose({ seed: seed * 31 + i, size: r.int(60, 260) })}\n\tconst re = /\\d+/g; // "quoted" → ok\n`,
          };
    doc.items.push(item);
    len += JSON.stringify(item).length + 1;
  }
  return JSON.stringify(doc);
}

export function slices(text: string, n = 8): string[] {
  const out: string[] = [];
  for (let i = 0; i < text.length; i += n) out.push(text.slice(i, i + n));
  return out;
}
