import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Row, Run } from "./bench.types.ts";
import { REPOSITORY_ROOT } from "./paths.ts";
import { formatMarkdownTable, formatNumber, median } from "./stats.ts";
import { cellsOf, HEAD, type Verdict } from "./verdict.ts";

const PAGE = join(REPOSITORY_ROOT, "docs/performance.md");

interface Section {
  readonly bench: string;
  readonly title: string;
  /** What is measured, and what is included. */
  readonly text: string;
  /** All figures of a run stand in its JSON; these tell the story. */
  readonly metrics: readonly string[];
}

const SECTIONS: readonly Section[] = [
  {
    bench: "b1",
    title: "B1 Streaming Markdown, an answer of 40 kB",
    text: "In Chromium, in deltas of 4 to 12 characters. Each update is timed with what React has queued and the layout that a page which follows its end asks for. Unsay is `<Answer>` with its stylesheet, each delta an event that is folded into the message; the peers are given the text. Every subject must end with the text and the elements that react-markdown renders.",
    metrics: [
      "total main-thread ms",
      "p99 ms per frame",
      "p99 ms per delta",
      "last/first decile",
      "last/first decile, script",
      "tasks > 50 ms",
      "mutations in finished blocks",
      "DOM nodes added",
      "heap MB after",
    ],
  },
  {
    bench: "b2",
    title: "B2 A long thread and one message that streams",
    text: "In Chromium. All subjects draw the same rows, so that what is compared is the store, the hooks and how the list is laid out.",
    metrics: ["mount ms", "ms per delta, mean", "ms for a burst of 200 deltas", "renders of finished rows", "heap MB at end"],
  },
  {
    bench: "b3",
    title: "B3 The store alone",
    text: "In a fresh Node each. Events come as objects, one at a time, for every subject. Unsay is the whole session: reader, fold, health and metrics, store; like a page it tells its readers once a frame, where the peers tell them at each delta.",
    metrics: ["ms per 1k deltas"],
  },
  {
    bench: "b4",
    title: "B4 Structured output, a value after each delta of 8 characters",
    text: "In a fresh Node each. Unsay gives a new value in which finished parts keep their identity; the two other linear readers give the one tree that they write to.",
    metrics: ["MB/s", "last/first decile"],
  },
  {
    bench: "b5",
    title: "B5 Server-sent events",
    text: "In a fresh Node each. Unsay uses eventsource-parser as it is; its row holds the limits and the check for foreign bodies as well.",
    metrics: ["MB/s"],
  },
  {
    bench: "b6",
    title: "B6 A minimal chat screen, kB without React",
    text: "Bundled by esbuild, minified. The initial load is what the screen imports statically. To show a first answer ours fetches more, as Markdown and what reads a run are files of their own; the last column is all that may ever be fetched: gates, receipts, corrections, editors, dialogs.",
    metrics: ["initial kB min+gzip", "initial kB min+brotli", "with a first answer kB min+gzip", "lazy chunks kB min+gzip"],
  },
  {
    bench: "bad-input",
    title: "Bad input",
    text: "Ten texts that were written to break Markdown parsers and 100,000 deltas of one byte, each streamed into a whole page with `<Chat>`, while somebody clicks. A longest task of 50 ms stands for 50 ms or less: the browser tells of longer ones only.",
    metrics: ["longest task ms", "heap growth MB", "click ms"],
  },
  {
    bench: "trace",
    title: "A trace of a whole page",
    text: "The figures of a DevTools trace of an answer of 40 kB at eight deltas a frame: a page with `<Chat>`, and the page that most people build today, `useChat` with Streamdown. Times are of the page's main thread.",
    metrics: ["commits", "main-thread ms", "script ms", "style ms", "layout ms", "paint ms", "tasks > 50 ms", "longest task ms"],
  },
];

export function writeDocs(run: Run, verdicts: readonly Verdict[]): void {
  const sections = SECTIONS.map((section) => describe(section, run.rows)).filter((text) => text !== "");
  writeFileSync(PAGE, `${[introduction(run), goals(verdicts), ...sections, limits(run)].filter((text) => text !== "").join("\n\n")}\n`);
  spawnSync("oxfmt", [PAGE], { stdio: "inherit", shell: process.platform === "win32" });
  console.log(`\n${PAGE}`);
}

function introduction({ machine, rounds, at, seconds }: Run): string {
  return `# Performance

The cost of a token does not depend on how much was said before. This page is written by a run of \`apps/bench\`; nothing in it is
typed by hand.

- Run: ${at.slice(0, 10)}, ${rounds} interleaved rounds, ${Math.round(seconds / 60)} minutes
- Machine: ${machine.cores} cores, ${machine.memoryGB} GB; Node ${machine.node.replace("v", "")}, Chromium ${machine.chromium ?? "unknown"}
- Absolute times move with the machine. Compare subjects of one run, never two runs.

\`\`\`sh
pnpm bench --goals --check --docs   # what the goals compare; writes this page, and fails where a goal is missed
pnpm bench                          # every peer and every case
pnpm bench --quick --only b1        # one bench, shorter
\`\`\`

The peers are installed at the first run (half a gigabyte, at the versions of \`apps/bench/package-lock.json\`). Each measurement has a
fresh process or page, the order of the subjects rotates from round to round, and a figure is the median of the rounds with the lowest and
the highest behind it. A subject whose final text or value is wrong has no figures. A "floor" does less than the job: it shows what the
machine itself costs, and beside a goal how much of the limit that leaves.`;
}

function goals(verdicts: readonly Verdict[]): string {
  return `## Goals\n\n${formatMarkdownTable(HEAD, verdicts.filter(({ word }) => word !== "not measured").map(cellsOf))}`;
}

function describe({ bench, title, text, metrics }: Section, rows: readonly Row[]): string {
  const own = rows.filter((row) => row.bench === bench);
  if (own.length === 0) return "";
  const tables = [...new Set(own.map((row) => row.case))].map((label) => tableOf(label, own, metrics));
  return [`## ${title}`, text, ...tables].join("\n\n");
}

function tableOf(label: string, rows: readonly Row[], metrics: readonly string[]): string {
  const here = rows.filter((row) => row.case === label);
  const shown = metrics.filter((metric) => here.some((row) => row.metrics[metric] !== undefined));
  const [first = ""] = shown;
  const isHigher = first === "MB/s";
  const ordered = here.toSorted((a, b) => (median(a.metrics[first] ?? []) - median(b.metrics[first] ?? [])) * (isHigher ? -1 : 1));
  const lines = ordered.map((row) => [nameOf(row), ...shown.map((metric) => figureOf(row.metrics[metric]))]);
  return `### ${label}\n\n${formatMarkdownTable(["subject", ...shown], lines)}`;
}

function nameOf({ id, subject, version }: Row): string {
  const name = `${subject} ${version ?? ""}`.trim();
  return id.startsWith("unsay") ? `**${name}**` : name;
}

function figureOf(values: readonly number[] | undefined): string {
  if (values === undefined) return "";
  const range = values.length < 2 ? "" : ` (${formatNumber(Math.min(...values))}–${formatNumber(Math.max(...values))})`;
  return `${formatNumber(median(values))}${range}`;
}

function limits({ problems }: Run): string {
  if (problems.length === 0) return "";
  return `## Left out\n\n${problems.map((problem) => `- ${problem.replaceAll("|", "·")}`).join("\n")}`;
}
