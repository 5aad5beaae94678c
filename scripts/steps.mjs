// The steps of the gates: each a command with a name, and a way to count what it found.
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { performance } from "node:perf_hooks";
import { stripVTControlCharacters } from "node:util";
import { ROOT, run, workspaceEnv } from "./process.mjs";

const RESULTS = join(ROOT, "node_modules", ".unsay-results");

/**
 * @typedef {{ passed: number, failed: number, skipped: number }} Counts
 * @typedef {{ name: string, commands: string[][], cwd?: string, env?: NodeJS.ProcessEnv, count?: () => Counts, failures?: () => string[] }} Step
 */

/** Several times what the longest step takes on two cores: past it, something hangs. */
const STEP_LIMIT_MS = 45 * 60_000;

/** What the end of a run says of its failures: enough to find them, and no more than a screen. */
const FAILURES_SHOWN = 8;
const FAILURE_LENGTH = 400;

const vitest = (...args) => ["vitest", "run", "--config", "scripts/vitest.config.ts", ...args];
const reportTo = (file) => ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
const UNIT_REPORT = join(RESULTS, "unit.json");
const CONSUMER_REPORT = join(RESULTS, "consumer.json");
const E2E_REPORT = join(RESULTS, "e2e.json");
const BENCH_REPORT = join(RESULTS, "bench.json");

/** @type {Record<string, Step>} */
export const STEPS = {
  build: { name: "build", commands: [["node", "scripts/build.mjs"]] },
  entries: { name: "entries resolve by name", commands: [["node", "scripts/check-entries.mjs"]] },
  types: { name: "types", commands: [["tsc", "-p", "scripts/tsconfig.check.json"]] },
  lint: { name: "lint", commands: [["oxlint", "--type-aware"]] },
  format: { name: "format", commands: [["oxfmt", "--check"]] },
  unused: { name: "unused files and exports", commands: [["knip"]] },
  tests: {
    name: "tests and stories",
    commands: [vitest("--exclude", "scripts/consumer.test.ts", ...reportTo(UNIT_REPORT))],
    count: () => countVitest(UNIT_REPORT),
    failures: () => vitestFailures(UNIT_REPORT),
  },
  packages: { name: "packages", commands: [["node", "scripts/check-packages.mjs"]] },
  consumer: {
    name: "packages in a fresh app",
    commands: [vitest("--project", "house", "scripts/consumer.test.ts", ...reportTo(CONSUMER_REPORT))],
    count: () => countVitest(CONSUMER_REPORT),
    failures: () => vitestFailures(CONSUMER_REPORT),
  },
  storybook: { name: "storybook build", commands: [["storybook", "build", "--quiet"]] },
  bench: {
    name: "bench adapters are right",
    commands: [["node", "apps/bench/harness/main.ts", "--correctness", "--out", BENCH_REPORT]],
    count: () => readReport(BENCH_REPORT) ?? { passed: 0, failed: 1, skipped: 0 },
  },
  e2e: {
    name: "end to end",
    commands: [["playwright", "test"]],
    cwd: join(ROOT, "apps/playground"),
    env: { PLAYWRIGHT_JSON_OUTPUT_NAME: E2E_REPORT },
    count: () => countPlaywright(E2E_REPORT),
    failures: () => playwrightFailures(E2E_REPORT),
  },
};

/**
 * Runs every step, the later ones too when one fails, and prints the count as the last line.
 * @param {Step[]} steps
 */
export async function runSteps(steps) {
  rmSync(RESULTS, { recursive: true, force: true });
  mkdirSync(RESULTS, { recursive: true });
  const results = [];
  for (const step of steps) results.push(await runStep(step));
  printSummary(results);
  process.exitCode = results.every(({ ok }) => ok) ? 0 : 1;
}

async function runStep(step) {
  console.log(`\n=== ${step.name}`);
  const started = performance.now();
  const ok = await runCommands(step);
  const seconds = (performance.now() - started) / 1000;
  console.log(`=== ${step.name}: ${ok ? "passed" : "FAILED"} in ${seconds.toFixed(1)} s`);
  return { name: step.name, ok, seconds, counts: countStep(step, ok), failures: step.failures?.() ?? [] };
}

async function runCommands({ commands, cwd, env }) {
  for (const [command, ...args] of commands) {
    const options = { env: workspaceEnv(env), limitMs: STEP_LIMIT_MS, ...(cwd === undefined ? {} : { cwd }) };
    if ((await run(command, args, options)).code !== 0) return false;
  }
  return true;
}

/** A step without tests of its own is one check. A step that failed has never 0 failures, whatever its report says. */
function countStep({ count }, ok) {
  if (count === undefined) return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 };
  const counts = count();
  return ok ? counts : { ...counts, failed: Math.max(1, counts.failed) };
}

/** A file that could not be loaded has no assertions and would otherwise count for nothing. */
function countVitest(file) {
  const report = readReport(file);
  if (report === undefined) return { passed: 0, failed: 1, skipped: 0 };
  const unloaded = report.testResults.filter(
    ({ status, assertionResults }) => status === "failed" && assertionResults.every((one) => one.status !== "failed"),
  );
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + unloaded.length,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

function countPlaywright(file) {
  const report = readReport(file);
  if (report === undefined) return { passed: 0, failed: 1, skipped: 0 };
  const { expected, unexpected, flaky, skipped } = report.stats;
  return { passed: expected, failed: unexpected + flaky + report.errors.length, skipped };
}

/** One line a failed test: a record of a run often keeps only its end, and that has to say what failed. */
function vitestFailures(file) {
  return (readReport(file)?.testResults ?? []).flatMap(({ name, status, message, assertionResults }) => {
    const failed = assertionResults.filter((one) => one.status === "failed");
    if (failed.length === 0) return status === "failed" ? [failureLine(name, "could not be loaded", message)] : [];
    return failed.map(({ fullName, failureMessages }) => failureLine(name, fullName, failureMessages[0]));
  });
}

function playwrightFailures(file) {
  const report = readReport(file);
  const specs = (report?.suites ?? []).flatMap(specsOf).filter(({ ok }) => !ok);
  const lines = specs.map(({ file, title, tests }) => {
    const wrong = tests.flatMap(({ results }) => results).find(({ error }) => error !== undefined);
    return failureLine(file, title, wrong?.error.message);
  });
  return [...lines, ...(report?.errors ?? []).map(({ message }) => failureLine("playwright", "", message))];
}

const specsOf = ({ specs = [], suites = [] }) => [...specs, ...suites.flatMap(specsOf)];

function failureLine(file, test, message = "") {
  const plain = stripVTControlCharacters(message).replaceAll(/\s+/gu, " ");
  return `- ${relative(ROOT, file)} > ${test}: ${plain}`.slice(0, FAILURE_LENGTH);
}

function readReport(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined;
}

function printSummary(results) {
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const { counts } of results) for (const key of Object.keys(total)) total[key] += counts[key];
  console.log("");
  for (const { failures } of results) for (const line of failures.slice(0, FAILURES_SHOWN)) console.log(line);
  for (const { name, ok, seconds } of results) console.log(`${ok ? "ok    " : "FAILED"} ${seconds.toFixed(1).padStart(6)} s  ${name}`);
  const skipped = total.skipped === 0 ? "" : `, ${total.skipped} skipped`;
  console.log(`${total.passed} passed, ${total.failed} failed${skipped}`);
}
