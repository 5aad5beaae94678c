import { join } from "node:path";
import type { BenchCase, Subject } from "./bench.types.ts";
import type { BrowserBench } from "./bench-module.types.ts";
import { openBrowser, type BenchBrowser } from "./browser.ts";
import { bundlePage } from "./bundle.ts";
import { BENCH_ROOT } from "./paths.ts";
import { isFailure, type Recorder } from "./recorder.ts";
import { rotate, subjectsOf } from "./subjects.ts";

export interface BrowserPlan<Case extends BenchCase> {
  readonly id: string;
  readonly bench: BrowserBench<Case>;
  readonly cases: readonly Case[];
  readonly rounds: number;
  readonly subjectsOf: (label: string) => readonly Subject[];
}

/** A fresh page for each measurement and a fresh browser for each round. */
export async function measureInBrowser<Case extends BenchCase>(plan: BrowserPlan<Case>, recorder: Recorder): Promise<void> {
  const scripts = await bundleAll(plan, recorder);
  for (const parameters of plan.cases) {
    for (let round = 0; round < Math.min(plan.rounds, parameters.maxRounds ?? plan.rounds); round++) {
      await withBrowser((browser) => measureRound(plan, parameters, { browser, round, scripts, recorder }));
    }
    recorder.print(plan.id, parameters.label);
  }
}

interface Round {
  readonly browser: BenchBrowser;
  readonly round: number;
  readonly scripts: ReadonlyMap<string, string>;
  readonly recorder: Recorder;
}

async function measureRound<Case extends BenchCase>(plan: BrowserPlan<Case>, parameters: Case, setting: Round): Promise<void> {
  const { browser, round, scripts, recorder } = setting;
  const { id, bench } = plan;
  await readReference(plan, parameters, browser);
  for (const subject of rotate(plan.subjectsOf(parameters.label), round)) {
    const script = scripts.get(subject.file);
    if (script === undefined) continue;
    const found = await browser.run<object>(script, bench.argumentsOf(parameters, subject), bench.runOptions);
    const result = isFailure(found) ? found : bench.interpret(subject, parameters, found as never);
    recorder.record(id, parameters.label, subject, result);
  }
}

async function readReference<Case extends BenchCase>(plan: BrowserPlan<Case>, parameters: Case, browser: BenchBrowser): Promise<void> {
  const { reference, page } = plan.bench;
  if (reference === undefined || reference.isKnown(parameters)) return;
  const subject = subjectsOf(plan.id).find(({ id }) => id === reference.subject);
  if (subject === undefined) return;
  const found = await browser.run<object>(await bundlePage(join(BENCH_ROOT, page), subject.file), reference.argumentsOf(parameters));
  if (!isFailure(found)) reference.keep(parameters, found as never);
}

async function bundleAll<Case extends BenchCase>(plan: BrowserPlan<Case>, recorder: Recorder): Promise<ReadonlyMap<string, string>> {
  const scripts = new Map<string, string>();
  const subjects = new Map(plan.cases.flatMap(({ label }) => plan.subjectsOf(label)).map((subject) => [subject.file, subject]));
  for (const [file, subject] of subjects) {
    try {
      scripts.set(file, await bundlePage(join(BENCH_ROOT, plan.bench.page), file));
    } catch (error) {
      recorder.leaveOut(`${plan.id} | ${subject.name} could not be bundled: ${String(error)}`);
    }
  }
  return scripts;
}

export async function withBrowser<T>(use: (browser: BenchBrowser) => Promise<T>): Promise<T> {
  const browser = await openBrowser();
  try {
    return await use(browser);
  } finally {
    await browser.close();
  }
}
