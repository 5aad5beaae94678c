import { loadavg } from "node:os";
import type { Failure, Measurement, Row, Subject } from "./bench.types.ts";
import { formatNumber, formatTable, median } from "./stats.ts";

const HIGHER_IS_BETTER: ReadonlySet<string> = new Set(["MB/s"]);

export function isFailure(result: object): result is Failure {
  return "error" in result;
}

function whyOf({ info }: Measurement): string {
  const why = info?.["why"];
  return typeof why === "string" ? why : "another result than expected";
}

/** What a run has measured so far, and what it left out. */
export class Recorder {
  readonly problems: string[] = [];
  readonly #rows = new Map<string, Row>();
  /** Measurements whose final text or value was the expected one. */
  passed = 0;
  readonly #isQuiet: boolean;

  /** `isQuiet`: what is wanted are checks, and figures of tiny workloads would only mislead. */
  constructor(isQuiet: boolean) {
    this.#isQuiet = isQuiet;
  }

  get rows(): readonly Row[] {
    return [...this.#rows.values()];
  }

  record(bench: string, label: string, subject: Subject, result: Measurement | Failure): void {
    if (isFailure(result)) return this.leaveOut(`${bench} | ${label} | ${subject.name}: ${result.error}`);
    if (!result.ok) return this.leaveOut(`${bench} | ${label} | ${subject.name}: ${whyOf(result)}`);
    this.passed += 1;
    const row = this.#rowOf(bench, label, subject);
    for (const [metric, value] of Object.entries(result.metrics)) (row.metrics[metric] ??= []).push(value);
    if (result.info !== undefined) row.info.push(result.info);
  }

  leaveOut(problem: string): void {
    const line = problem.split("\n").slice(0, 2).join(" ").slice(0, 300);
    if (this.problems.includes(line)) return;
    this.problems.push(line);
    console.error(`  ! ${line}`);
  }

  #rowOf(bench: string, label: string, { id, name, version, isFloor }: Subject): Row {
    const key = JSON.stringify([bench, label, id]);
    const row = this.#rows.get(key) ?? { bench, case: label, id, subject: name, version, isFloor, metrics: {}, info: [] };
    this.#rows.set(key, row);
    return row;
  }

  /** One case as a table, with each median beside the best subject that does the whole job. */
  print(bench: string, label: string): void {
    const rows = this.rows.filter((row) => row.bench === bench && row.case === label);
    if (this.#isQuiet || rows.length === 0) return;
    const metrics = new Set(rows.flatMap((row) => Object.keys(row.metrics)));
    const lines = [...metrics].flatMap((metric) => linesOf(rows, metric));
    console.log(`\n## ${bench} · ${label} (load ${(loadavg()[0] ?? 0).toFixed(1)})\n`);
    console.log(formatTable(["subject", "metric", "median", "min–max", "to the best"], lines));
  }
}

function linesOf(rows: readonly Row[], metric: string): readonly (readonly string[])[] {
  const measured = rows.filter((row) => row.metrics[metric] !== undefined);
  const isHigher = HIGHER_IS_BETTER.has(metric);
  const valueOf = (row: Row) => median(row.metrics[metric] ?? []);
  const whole = measured.filter((row) => !row.isFloor).map(valueOf);
  const best = isHigher ? Math.max(...whole) : Math.min(...whole);
  const ordered = measured.toSorted((a, b) => (valueOf(a) - valueOf(b)) * (isHigher ? -1 : 1));
  return ordered.map((row) => lineOf(row, metric, isHigher ? best / valueOf(row) : valueOf(row) / best));
}

function lineOf(row: Row, metric: string, ratio: number): readonly string[] {
  const values = row.metrics[metric] ?? [];
  const range = values.length < 2 ? "" : `${formatNumber(Math.min(...values))}–${formatNumber(Math.max(...values))}`;
  const sampled = row.info.some((info) => info["estimated"] === true) ? " ~" : "";
  const ratioText = Number.isFinite(ratio) ? `${formatNumber(ratio)}×` : "";
  return [`${row.subject} ${row.version ?? ""}`.trim(), metric, `${formatNumber(median(values))}${sampled}`, range, ratioText];
}
