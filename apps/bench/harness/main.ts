// pnpm bench: Unsay beside its peers in one run. `pnpm bench --help` lists the options.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import type { Machine, Run } from "./bench.types.ts";
import { installPeers, InstallError } from "./install.ts";
import { readOptions, USAGE, type Options } from "./options.ts";
import { BENCH_ROOT } from "./paths.ts";
import { Recorder } from "./recorder.ts";

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  if (args.includes("--help")) {
    console.log(USAGE);
    return 0;
  }
  const options = readOptions(args);
  if (options.from.length > 0) return conclude(options.from.map(readRun), options);
  if (!hasPeers(options)) return 0;
  return options.isCorrectness ? checkAdapters(options) : measure(options);
}

/** Without network, a check is skipped and says so; whoever asked for figures is told why there are none. */
function hasPeers(options: Options): boolean {
  try {
    installPeers(BENCH_ROOT);
    return true;
  } catch (error) {
    if (!options.isCorrectness || !(error instanceof InstallError) || !error.isOffline) throw error;
    console.log(`Skipped: ${error.message}`);
    writeCounts({ passed: 0, failed: 0, skipped: 1 }, options);
    return false;
  }
}

async function checkAdapters(options: Options): Promise<number> {
  const recorder = await runAll(options);
  const { passed, problems } = recorder;
  console.log(`\n${passed} adapter checks passed, ${problems.length} failed`);
  writeCounts({ passed, failed: problems.length, skipped: 0 }, options);
  return problems.length === 0 ? 0 : 1;
}

/** What `npm test` adds up. */
function writeCounts(counts: { passed: number; failed: number; skipped: number }, { out }: Options): void {
  if (out !== null) writeFileSync(out, JSON.stringify(counts));
}

async function measure(options: Options): Promise<number> {
  const startedAt = performance.now();
  const recorder = await runAll(options);
  const run = {
    at: new Date().toISOString(),
    machine: await describeMachine(),
    rounds: options.rounds,
    isQuick: options.isQuick,
    seconds: secondsSince(startedAt),
    rows: recorder.rows,
    problems: recorder.problems,
  };
  writeRun(run, options);
  return conclude([run], options);
}

async function runAll(options: Options): Promise<Recorder> {
  const { runBench } = await import("./run.ts");
  const recorder = new Recorder(options.isCorrectness);
  for (const id of options.only) {
    const startedAt = performance.now();
    await runBench(id, options, recorder);
    console.log(`\n(${id} took ${secondsSince(startedAt)} s)`);
  }
  if (recorder.problems.length > 0) console.log(`\nLeft out:\n${recorder.problems.map((problem) => `- ${problem}`).join("\n")}`);
  return recorder;
}

function secondsSince(startedAt: number): number {
  return Math.round((performance.now() - startedAt) / 1000);
}

/** Several runs are judged as one; where two measured the same, the later one counts. */
async function conclude(runs: readonly Run[], options: Options): Promise<number> {
  const { isPassed, judge, printVerdicts } = await import("./verdict.ts");
  const rows = new Map(runs.flatMap((run) => run.rows).map((row) => [JSON.stringify([row.bench, row.case, row.id]), row]));
  const verdicts = judge([...rows.values()]);
  printVerdicts(verdicts.filter(({ word }) => options.isCheck || word !== "not measured"));
  if (options.isDocs) {
    const { writeDocs } = await import("./docs.ts");
    writeDocs({ ...newestOf(runs), rows: [...rows.values()] }, verdicts);
  }
  return options.isCheck && !isPassed(verdicts) ? 1 : 0;
}

function newestOf(runs: readonly Run[]): Run {
  const newest = runs.at(-1);
  if (newest === undefined) throw new Error("There is no run to judge.");
  return { ...newest, seconds: runs.reduce((sum, { seconds }) => sum + seconds, 0) };
}

function readRun(file: string): Run {
  return JSON.parse(readFileSync(file, "utf8")) as Run;
}

function writeRun(run: Run, { out, only }: Options): void {
  const folder = join(BENCH_ROOT, "results");
  mkdirSync(folder, { recursive: true });
  const name = `${run.at.slice(0, 16).replaceAll(/[:T]/g, "-")}-${only.join("+")}.json`;
  const file = out ?? join(folder, name);
  writeFileSync(file, `${JSON.stringify(run, null, 1)}\n`);
  console.log(`\n${file}`);
}

async function describeMachine(): Promise<Machine> {
  const { withBrowser } = await import("./measure-browser.ts");
  const chromium = await withBrowser(async ({ version }) => version).catch(() => null);
  return { node: process.version, chromium, cores: cpus().length, memoryGB: Math.round(totalmem() / 2 ** 30) };
}
