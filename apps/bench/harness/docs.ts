import type { Run } from "./bench.types.ts";
import type { Verdict } from "./verdict.ts";
export function writeDocs(_run: Run, _verdicts: readonly Verdict[]): void {}
