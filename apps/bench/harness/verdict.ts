import type { Row } from "./bench.types.ts";
import { Figures } from "./figures.ts";
import { GOALS, isMet, type Goal } from "./goals.ts";
import { formatNumber, formatTable } from "./stats.ts";

export interface Verdict {
  readonly goal: Goal;
  readonly value: number;
  /** The same of a subject that does less than the job; `null` where the goal names none. */
  readonly floor: number | null;
  /** `not measured`: the run had not all that the goal compares. */
  readonly word: "met" | "missed" | "not measured";
}

export const HEAD: readonly string[] = ["bench", "goal", "wanted", "measured", "floor", "verdict"];

export function judge(rows: readonly Row[]): readonly Verdict[] {
  const figures = new Figures(rows);
  return GOALS.map((goal) => {
    const value = goal.measure(figures);
    const word = Number.isFinite(value) ? (isMet(goal, value) ? "met" : "missed") : "not measured";
    const floor = goal.floor === undefined ? null : goal.measure(figures, goal.floor);
    return { goal, value, floor, word };
  });
}

export function cellsOf({ goal, value, floor, word }: Verdict): readonly string[] {
  const wanted = `${goal.isAim === true ? "aim: " : ""}${goal.sense} ${goal.limit}`;
  return [goal.bench, goal.text, wanted, formatNumber(value), floor === null ? "" : formatNumber(floor), word];
}

export function printVerdicts(verdicts: readonly Verdict[]): void {
  console.log(`\n## Goals\n\n${formatTable(HEAD, verdicts.map(cellsOf))}`);
}

/** An aim that is missed fails nothing. */
export function isPassed(verdicts: readonly Verdict[]): boolean {
  return verdicts.every(({ goal, word }) => word !== "missed" || goal.isAim === true);
}
