import { b1 } from "../benches/b1.ts";
import { b2 } from "../benches/b2.ts";
import { b3 } from "../benches/b3.ts";
import { b4 } from "../benches/b4.ts";
import { b5 } from "../benches/b5.ts";
import { badInput } from "../benches/bad-input.ts";
import { measureSize, mountScreen, screens, type Screen } from "../benches/b6.ts";
import { trace } from "../benches/trace.ts";
import type { BenchCase, Subject } from "./bench.types.ts";
import type { BrowserBench, NodeBench } from "./bench-module.types.ts";
import { subjectsForGoals } from "./goals.ts";
import { installPeers } from "./install.ts";
import { measureInBrowser, withBrowser } from "./measure-browser.ts";
import { measureInNode, prepareNode, type NodeSubject } from "./measure-node.ts";
import type { BenchId, Options } from "./options.ts";
import { SIZE_ROOT } from "./paths.ts";
import { isFailure, type Recorder } from "./recorder.ts";
import { isWanted, rotate, subjectsOf } from "./subjects.ts";

/** Runs one bench and records what it measured. */
export async function runBench(id: BenchId, options: Options, recorder: Recorder): Promise<void> {
  const setting = { id, options, recorder };
  switch (id) {
    case "b1":
      return browserBench(setting, b1);
    case "b2":
      return browserBench(setting, b2);
    case "b3":
      return nodeBench(setting, b3);
    case "b4":
      return nodeBench(setting, b4);
    case "b5":
      return nodeBench(setting, b5);
    case "b6":
      return sizeBench(setting);
    case "bad-input":
      return browserBench(setting, badInput);
    case "trace":
      return browserBench(setting, trace);
    default:
      id satisfies never;
  }
}

interface Setting {
  readonly id: BenchId;
  readonly options: Options;
  readonly recorder: Recorder;
}

/** Whether this run measures a subject in a case. */
function isAsked({ id, options }: Setting, label: string, subject: Pick<Subject, "id" | "name">): boolean {
  if (!isWanted(subject, options.subjects)) return false;
  if (!options.isForGoals || isWhole(id)) return true;
  return subjectsForGoals({ bench: id, case: label }).includes(subject.id);
}

/** No goal compares single cases of these, and they have few subjects. */
function isWhole(id: BenchId): boolean {
  return id === "bad-input" || id === "trace";
}

function isCaseAsked({ id, options }: Setting, { label }: BenchCase): boolean {
  if (options.isForGoals && !isWhole(id) && subjectsForGoals({ bench: id, case: label }).length === 0) return false;
  return options.cases === null || options.cases.some((part) => label.toLowerCase().includes(part));
}

async function browserBench<Case extends BenchCase>(setting: Setting, bench: BrowserBench<Case>): Promise<void> {
  const { id, options, recorder } = setting;
  const { isQuick, isCorrectness, rounds } = options;
  const chosen = isCorrectness ? bench.correctness : bench.cases.filter((one) => isCaseAsked(setting, one));
  const subjects = subjectsOf(id);
  const plan = {
    id,
    bench,
    cases: isQuick ? chosen.map(bench.quick) : chosen,
    rounds,
    subjectsOf: (label: string) => subjects.filter((subject) => isAsked(setting, label, subject)),
  };
  await measureInBrowser(plan, recorder);
}

async function nodeBench<Adapter, Case extends BenchCase>(setting: Setting, bench: NodeBench<Adapter, Case>): Promise<void> {
  const { id, options } = setting;
  const subjects: NodeSubject<Case>[] = [];
  for (const subject of subjectsOf(id)) subjects.push(await prepareNode(bench, id, subject));
  if (options.isCorrectness) return checkInNode(setting, bench.correctness, subjects);
  for (const one of bench.cases.filter((candidate) => isCaseAsked(setting, candidate))) await measureCase(setting, one, subjects);
}

async function measureCase<Case extends BenchCase>(
  setting: Setting,
  parameters: Case,
  subjects: readonly NodeSubject<Case>[],
): Promise<void> {
  const { id, options, recorder } = setting;
  const able = subjects.filter((subject) => subject.applies(parameters) && isAsked(setting, parameters.label, subject));
  for (let round = 0; round < options.rounds; round++) {
    for (const subject of rotate(able, round)) {
      const [result] = await measureInNode(id, subject.file, [parameters]);
      if (result !== undefined) recorder.record(id, parameters.label, subject, result);
    }
  }
  recorder.print(id, parameters.label);
}

/** No figures, so one process for all cases of a subject will do. */
async function checkInNode<Case extends BenchCase>(
  setting: Setting,
  cases: readonly Case[],
  subjects: readonly NodeSubject<Case>[],
): Promise<void> {
  const { id, options, recorder } = setting;
  for (const subject of subjects.filter((one) => isWanted(one, options.subjects))) {
    const able = cases.filter(subject.applies);
    const results = await measureInNode(id, subject.file, able);
    for (const [index, { label }] of able.entries()) {
      const result = results[index];
      if (result !== undefined) recorder.record(id, label, subject, result);
    }
  }
}

const SCREEN = "minimal screen";

async function sizeBench(setting: Setting): Promise<void> {
  const { options, recorder } = setting;
  installPeers(SIZE_ROOT);
  const chosen = screens().filter(({ id, name }) => isAskedScreen(setting, { id, name }));
  for (const screen of chosen) await measureScreen(screen, recorder);
  if (!options.isForGoals) await mountScreens(chosen, recorder);
  recorder.print("b6", SCREEN);
}

function isAskedScreen(setting: Setting, screen: Pick<Screen, "id" | "name">): boolean {
  return screen.id.startsWith("unsay") ? isWanted(screen, setting.options.subjects) : isAsked(setting, SCREEN, screen);
}

async function measureScreen({ id, name, file }: Screen, recorder: Recorder): Promise<void> {
  const subject: Subject = { id, name, file, package: undefined, version: undefined, isFloor: false };
  const result = await measureSize({ id, name, file }).catch((error: unknown) => ({ error: String(error) }));
  recorder.record("b6", SCREEN, subject, result);
}

async function mountScreens(chosen: readonly Screen[], recorder: Recorder): Promise<void> {
  await withBrowser(async (browser) => {
    for (const screen of chosen) {
      const mounted = await mountScreen(screen, browser).catch((error: unknown) => ({ error: String(error) }));
      if (isFailure(mounted)) recorder.leaveOut(`b6 | ${screen.name}: ${mounted.error}`);
      else if (mounted.inputs === 0) recorder.leaveOut(`b6 | ${screen.name}: mounted without a field to type into`);
    }
  });
}
