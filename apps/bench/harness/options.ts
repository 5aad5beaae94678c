import { parseArgs } from "node:util";

export const BENCHES = ["b1", "b2", "b3", "b4", "b5", "b6", "bad-input", "trace"] as const;
export type BenchId = (typeof BENCHES)[number];

export interface Options {
  readonly only: readonly BenchId[];
  /** Parts of the names of adapters or their files; `null` is all. */
  readonly subjects: readonly string[] | null;
  /** Parts of the labels of cases; `null` is all. */
  readonly cases: readonly string[] | null;
  readonly rounds: number;
  readonly isQuick: boolean;
  /** Only what the goals compare. */
  readonly isForGoals: boolean;
  /** Fail where a goal is missed. */
  readonly isCheck: boolean;
  /** No figures: every adapter ends with the expected text, on small workloads. */
  readonly isCorrectness: boolean;
  /** Write docs/performance.md; with `from`, without measuring anything. */
  readonly isDocs: boolean;
  readonly from: readonly string[];
  readonly out: string | null;
}

export const USAGE = `pnpm bench [options]
  --only b1,b3         some of: ${BENCHES.join(", ")} (all but trace and bad-input if left out)
  --goals              only the subjects and cases that the goals compare, bad input and trace included
  --subjects a,b       parts of adapter or file names
  --cases text         parts of case labels
  --rounds n           rounds of each measurement, interleaved (3)
  --quick              shorter answers, 2 rounds
  --check              exit code 1 where a goal is missed
  --correctness        every adapter's final text on small workloads, no figures
  --docs               write docs/performance.md from this run
  --from a.json,b.json judge or document earlier runs instead of measuring
  --out file           where the JSON goes (results/<time>.json)`;

const FLAGS = {
  only: { type: "string" },
  subjects: { type: "string" },
  cases: { type: "string" },
  rounds: { type: "string" },
  from: { type: "string" },
  out: { type: "string" },
  quick: { type: "boolean", default: false },
  goals: { type: "boolean", default: false },
  check: { type: "boolean", default: false },
  correctness: { type: "boolean", default: false },
  docs: { type: "boolean", default: false },
} as const;

export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({ args: [...args], options: FLAGS });
  return {
    only: benchesOf(values.only ?? (values.correctness ? "b1,b2,b3,b4,b5" : undefined), values.goals),
    subjects: listOf(values.subjects),
    cases: listOf(values.cases),
    rounds: values.correctness ? 1 : Number(values.rounds ?? (values.quick ? 2 : 3)),
    isQuick: values.quick,
    isForGoals: values.goals,
    isCheck: values.check,
    isCorrectness: values.correctness,
    isDocs: values.docs,
    from: values.from?.split(",") ?? [],
    out: values.out ?? null,
  };
}

function benchesOf(only: string | undefined, isForGoals: boolean): readonly BenchId[] {
  const asked = listOf(only);
  if (asked === null) return isForGoals ? BENCHES : BENCHES.filter((id) => id.startsWith("b") && id !== "bad-input");
  const unknown = asked.filter((id) => !BENCHES.some((known) => known === id));
  if (unknown.length > 0) throw new Error(`There is no bench called ${unknown.join(", ")}.\n${USAGE}`);
  return BENCHES.filter((id) => asked.includes(id));
}

function listOf(value: string | undefined): readonly string[] | null {
  return value === undefined ? null : value.toLowerCase().split(",");
}
