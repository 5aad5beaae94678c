import { rng, type Random } from "./rng.ts";

const SUBJECT = [
  "the request handler",
  "the connection pool",
  "the cache layer",
  "each worker",
  "the scheduler",
  "the migration",
  "the client",
  "the retry policy",
  "the index",
  "the event loop",
  "our parser",
  "the render pass",
  "the queue consumer",
  "the transaction",
  "the load balancer",
  "the token stream",
] as const;
const VERB = [
  "holds",
  "releases",
  "reuses",
  "invalidates",
  "batches",
  "serialises",
  "defers",
  "copies",
  "splits",
  "validates",
  "retries",
  "measures",
  "drops",
  "replays",
  "buffers",
  "compares",
] as const;
const OBJECT = [
  "the previous result",
  "every open handle",
  "a bounded buffer",
  "the oldest entry",
  "one row at a time",
  "the whole payload",
  "stale locks",
  "the partial response",
  "a snapshot of the state",
  "the write-ahead log",
  "the last known offset",
  "its own back-pressure signal",
  "the remaining budget",
  "duplicate messages",
] as const;
const TAIL = [
  "so the tail latency stays flat",
  "which is why the first call looks slow",
  "before the deadline expires",
  "even when the upstream is degraded",
  "without blocking other tenants",
  "as long as the version matches",
  "and that is the usual cause of the spike",
  "unless the caller opted out",
  "because the order is not guaranteed",
  "and the metrics confirm it",
  "while the old path keeps serving traffic",
  "until the lease is renewed",
] as const;
const LEAD = [
  "In practice",
  "Under load",
  "By default",
  "After a restart",
  "On the happy path",
  "When memory is tight",
  "With the new setting",
  "For small inputs",
  "In the worst case",
  "Most of the time",
] as const;
const TERM = [
  "idempotency",
  "back-pressure",
  "fan-out",
  "read repair",
  "tail latency",
  "structural sharing",
  "write amplification",
  "cold start",
  "head-of-line blocking",
  "cache stampede",
  "eventual consistency",
  "hot partition",
] as const;
const IDENT = [
  "maxInFlight",
  "flushInterval",
  "poolSize",
  "onRetry",
  "readTimeout",
  "applyPatch",
  "useStream",
  "batchWindow",
  "leaseTtl",
  "shardKey",
  "parseChunk",
  "commitOffset",
] as const;
const FILE = [
  "src/server/pool.ts",
  "config/limits.yaml",
  "lib/queue.py",
  "internal/lease.go",
  "src/hooks/useStream.ts",
  "scripts/backfill.sql",
] as const;
const HEAD = [
  "How it works today",
  "What changes",
  "Rolling it out",
  "Measuring the effect",
  "Failure modes",
  "Configuration",
  "A worked example",
  "Alternatives considered",
  "Edge cases",
  "Testing the change",
  "Operational notes",
  "Data model",
  "Client behaviour",
  "Capacity planning",
  "Clean-up",
  "Summary",
] as const;

const CODE = {
  ts: (r: Random, i: number): string => `export async function ${r.pick(IDENT)}${i}(input: Request, signal: AbortSignal): Promise<Result> {
  const started = performance.now();
  const queue: Chunk[] = [];
  for await (const chunk of read(input, { signal })) {
    if (chunk.size > ${r.int(512, 65536)}) {
      throw new RangeError(\`chunk \${chunk.id} is too large\`);
    }
    queue.push(chunk);
    if (queue.length >= ${r.int(4, 64)}) await flush(queue.splice(0));
  }
  await flush(queue);
  return { ok: true, elapsed: performance.now() - started };
}`,
  python: (r: Random, i: number): string => `@dataclass(frozen=True)
class Window${i}:
    start: datetime
    size: int = ${r.int(10, 900)}

    def contains(self, moment: datetime) -> bool:
        return self.start <= moment < self.start + timedelta(seconds=self.size)


def ${r.pick(["merge", "replay", "compact"])}(windows: list[Window${i}]) -> Iterator[Window${i}]:
    for left, right in pairwise(sorted(windows, key=lambda w: w.start)):
        if left.contains(right.start):
            yield replace(left, size=left.size + right.size)
        else:
            yield left`,
  bash: (r: Random, i: number): string => `#!/usr/bin/env bash
set -euo pipefail
for shard in $(seq 0 ${r.int(3, 31)}); do
  curl -fsS "https://ops.example.test/v1/shards/$shard/stats" \\
    | jq -r '.lag, .depth' \\
    >> "report-${i}-$(date +%F).txt"
done`,
  sql: (r: Random, i: number): string => `WITH recent AS (
  SELECT tenant_id, count(*) AS events, max(created_at) AS last_seen
  FROM events_${i}
  WHERE created_at > now() - interval '${r.int(1, 48)} hours'
  GROUP BY tenant_id
)
SELECT t.name, r.events, r.last_seen
FROM tenants AS t
JOIN recent AS r ON r.tenant_id = t.id
ORDER BY r.events DESC
LIMIT ${r.int(10, 200)};`,
  json: (r: Random, i: number): string => `{
  "service": "ingest-${i}",
  "limits": { "maxInFlight": ${r.int(8, 512)}, "readTimeoutMs": ${r.int(100, 9000)} },
  "features": ["replay", "dedupe", "${r.pick(TERM)}"],
  "owners": [{ "team": "platform", "oncall": true }, { "team": "data", "oncall": false }]
}`,
};

const LANGUAGES = ["ts", "python", "bash", "sql", "json"] as const;

const cap = (s: string): string => s.charAt(0).toUpperCase() + s.slice(1);

function sentence(r: Random): string {
  let s = `${r.pick(SUBJECT)} ${r.pick(VERB)} ${r.pick(OBJECT)}`;
  if (r.chance(0.35)) s = `${r.pick(LEAD)}, ${s}`;
  if (r.chance(0.6)) s += ` ${r.pick(TAIL)}`;
  const dice = r.next();
  if (dice < 0.14) s += ` (see \`${r.pick(FILE)}\`)`;
  else if (dice < 0.28) s += ` — set \`${r.pick(IDENT)}\` to **${r.int(2, 4096)}**`;
  else if (dice < 0.36) s += `; this is what people call *${r.pick(TERM)}*`;
  else if (dice < 0.42) s += `, as [the ${r.pick(TERM)} notes](https://docs.example.test/${r.int(1, 99)}) explain`;
  else if (dice < 0.48) s = `**${cap(r.pick(TERM))}:** ${s}`;
  return `${cap(s)}.`;
}

const paragraph = (r: Random): string => Array.from({ length: r.int(2, 5) }, () => sentence(r)).join(" ");

function list(r: Random): string {
  const ordered = r.chance(0.4);
  const lines: string[] = [];
  for (let i = 1, n = r.int(3, 7); i <= n; i++) {
    lines.push(`${ordered ? `${i}.` : "-"} ${sentence(r)}`);
    if (r.chance(0.3)) for (let j = r.int(1, 3); j > 0; j--) lines.push(`${ordered ? "   " : "  "}- ${sentence(r)}`);
  }
  return lines.join("\n");
}

function table(r: Random): string {
  const cols = r.int(3, 5);
  const names = ["Setting", "Before", "After", "Unit", "Notes"].slice(0, cols);
  const rows = [
    `| ${names.join(" | ")} |`,
    `| ${names.map((_, i) => (i === 0 ? ":---" : i === 1 || i === 2 ? "---:" : "---")).join(" | ")} |`,
  ];
  for (let i = r.int(4, 10); i > 0; i--) {
    const cells = [`\`${r.pick(IDENT)}\``, `${r.int(1, 900)}`, `**${r.int(1, 900)}**`, r.pick(["ms", "rows", "MB", "req/s"]), r.pick(TAIL)];
    rows.push(`| ${cells.slice(0, cols).join(" | ")} |`);
  }
  return rows.join("\n");
}

const quote = (r: Random): string => Array.from({ length: r.int(1, 3) }, () => `> ${sentence(r)}`).join("\n");

const fence = (r: Random, i: number): string => {
  const lang = r.pick(LANGUAGES);
  return `\`\`\`${lang}\n${CODE[lang](r, i)}\n\`\`\``;
};

/** A long model answer: headings, prose with inline marks, fenced code, GFM tables, nested lists, quotes. No maths, no raw HTML. */
export function answer({ seed = 1, size = 40_000 } = {}): string {
  const r = rng(seed);
  const out = [`# ${cap(r.pick(TERM))} in ${r.pick(["a chat backend", "an ingest service", "a job runner"])}`, paragraph(r)];
  let len = out.join("\n\n").length;
  for (let section = 0, i = 0; len < size; section++) {
    const blocks = [`## ${section + 1}. ${HEAD[section % HEAD.length]}`, paragraph(r)];
    let afterList = false; // two neighbouring lists would merge into one loose list
    for (let n = r.int(3, 6); n > 0; n--, i++) {
      const dice = r.next();
      const isList: boolean = dice >= 0.58 && dice < 0.78 && !afterList;
      if (dice < 0.34 || (afterList && dice >= 0.58 && dice < 0.78)) blocks.push(paragraph(r));
      else if (dice < 0.58) blocks.push(fence(r, i));
      else if (isList) blocks.push(list(r));
      else if (dice < 0.9) blocks.push(table(r));
      else if (dice < 0.96) blocks.push(quote(r));
      else blocks.push(`### ${cap(r.pick(TERM))}`, paragraph(r));
      afterList = isList;
    }
    if (r.chance(0.15)) blocks.push("---");
    len += blocks.join("\n\n").length + 2;
    out.push(...blocks);
  }
  return `${out.join("\n\n")}\n`;
}

/** One block that never ends: the case in which memoising whole blocks saves nothing. */
export function oneBlock(kind: "code" | "table", { seed = 3, size = 20_000 } = {}): string {
  const r = rng(seed);
  const parts: string[] = [];
  let len = 0;
  for (let i = 0; len < size; i++) {
    const piece =
      kind === "code"
        ? `${CODE.ts(r, i)}\n\n`
        : table(r)
            .split("\n")
            .slice(2)
            .map((row) => `${row.split("|").slice(0, 4).join("|")}|\n`)
            .join("");
    parts.push(piece);
    len += piece.length;
  }
  const body = parts.join("");
  return kind === "code"
    ? `Here is the whole file:\n\n\`\`\`ts\n${body}\`\`\`\n\nDone.\n`
    : `All settings:\n\n| Setting | Before | After |\n| --- | --- | --- |\n${body}\nDone.\n`;
}

/** Plain prose, for thread messages. */
export function prose({ seed = 1, size = 200 } = {}): string {
  const r = rng(seed);
  let s = "";
  while (s.length < size) s += `${s ? " " : ""}${cap(r.pick(SUBJECT))} ${r.pick(VERB)} ${r.pick(OBJECT)} ${r.pick(TAIL)}.`;
  return s.slice(0, size).trimEnd();
}
