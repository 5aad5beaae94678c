import type { BenchCase, Measurement, Metrics, Subject } from "../harness/bench.types.ts";
import type { BrowserBench } from "../harness/bench-module.types.ts";
import type { CountFound, Snapshot, StreamFound } from "../pages/b1.ts";
import { answer, oneBlock } from "../workloads/markdown.ts";
import { deltas } from "../workloads/rng.ts";

// B1: streaming Markdown in Chromium, an answer of 40 kB in deltas of 4 to 12 characters.

interface MarkdownCase extends BenchCase {
  /** frame: eight deltas a frame; delta: each delta flushed; count: DOM work and final text, untimed. */
  readonly mode: "count" | "frame" | "delta";
  readonly document?: "code" | "table";
  readonly size: number;
}

const LABELS = {
  count: "DOM work and final text",
  frame: "8 deltas a frame",
  delta: "each delta flushed",
  code: "each delta flushed, one 20 kB code block",
  table: "each delta flushed, one 12 kB table",
};

const cases: readonly MarkdownCase[] = [
  { mode: "count", size: 40_000, label: LABELS.count, maxRounds: 1 },
  { mode: "frame", size: 40_000, label: LABELS.frame },
  { mode: "delta", size: 40_000, label: LABELS.delta },
  { mode: "delta", document: "code", size: 20_000, label: LABELS.code },
  { mode: "delta", document: "table", size: 12_000, label: LABELS.table },
];

const deltasOf = ({ document, size }: MarkdownCase) => deltas(document === undefined ? answer({ size }) : oneBlock(document, { size }));

/** What react-markdown makes of the same text: every other subject must end with its text and element counts. */
const expected = new Map<string, Snapshot>();
const keyOf = ({ document, size }: MarkdownCase) => `${document}:${size}`;

export const b1: BrowserBench<MarkdownCase> = {
  page: "pages/b1.ts",
  cases,
  correctness: [{ mode: "count", size: 6_000, label: LABELS.count }],
  quick: (parameters) => ({ ...parameters, size: Math.min(parameters.size, 10_000) }),
  reference: {
    subject: "react-markdown",
    isKnown: (parameters) => expected.has(keyOf(parameters)),
    argumentsOf: (parameters) => ({ deltas: deltasOf(parameters), mode: "count" }),
    keep: (parameters, found: CountFound) => void expected.set(keyOf(parameters), found.streamed),
  },
  argumentsOf: (parameters) => ({ deltas: deltasOf(parameters), mode: parameters.mode }),
  interpret(subject, parameters, found: CountFound | StreamFound) {
    const wanted = expected.get(keyOf(parameters));
    if (wanted === undefined) return { ok: false, metrics: {}, info: { why: "the reference did not render" } };
    return found.mode === "count" ? counted(subject, found, wanted) : streamed(subject, found, wanted);
  },
};

function counted({ isFloor }: Subject, { streamed: shown, seen, nodes, sameAsOneShot }: CountFound, wanted: Snapshot): Measurement {
  const why = isFloor ? "" : differences(shown, wanted);
  return {
    ok: why === "",
    metrics: {
      "DOM nodes added": seen.added,
      "DOM nodes removed": seen.removed,
      "text/attr changes": seen.text + seen.attributes,
      "mutations in finished blocks": seen.finished,
      "elements at end": nodes,
    },
    info: { sameAsOneShot, why, records: seen.records },
  };
}

function streamed({ isFloor }: Subject, found: StreamFound, wanted: Snapshot): Measurement {
  return {
    ok: isFloor ? found.text > 0 : found.text === wanted.text.length,
    metrics: streamMetrics(found),
    info: {
      updates: found.updates,
      p50: found.p50,
      wallMs: found.wallMs,
      nodes: found.nodes,
      why: `${found.text} of ${wanted.text.length} characters`,
    },
  };
}

function streamMetrics(found: StreamFound): Metrics {
  const unit = found.mode;
  return {
    "total main-thread ms": found.totalMs,
    "script ms": found.scriptMs,
    "layout ms": found.layoutMs,
    [`mean ms per ${unit}`]: found.meanMs,
    [`p99 ms per ${unit}`]: found.p99,
    [`worst ms per ${unit}`]: found.worst,
    "last/first decile": found.growth,
    "last/first decile, script": found.scriptGrowth,
    ...(unit === "frame" ? { "frames > 16.7 ms": found.over16 } : {}),
    "tasks > 50 ms": found.over50,
    "DevTools task ms": found.devtools.taskMs,
    "DevTools script ms": found.devtools.scriptMs,
    "DevTools layout+style ms": found.devtools.layoutMs + found.devtools.styleMs,
    "heap MB after": found.heapMB,
  };
}

function differences(shown: Snapshot, wanted: Snapshot): string {
  const counts = Object.entries(wanted.counts).filter(([tag, count]) => shown.counts[tag] !== count);
  const wrong = counts.map(([tag, count]) => `${tag} ${shown.counts[tag]}≠${count}`);
  return [...wrong, ...(shown.text === wanted.text ? [] : [textDifference(shown.text, wanted.text)])].join("; ");
}

function textDifference(shown: string, wanted: string): string {
  let at = 0;
  while (at < shown.length && shown[at] === wanted[at]) at++;
  return `text differs at ${at}: "${shown.slice(at, at + 40)}" vs "${wanted.slice(at, at + 40)}"`;
}
