import { bufferedByProxy, cutBeforeTheEnd, errorPageInStream, lostReply, okThenFailed, resumedAfterBreaks } from "./connection.js";
import type { Problem } from "./problem.js";
import { billedAnyway, redirected, repeatsItself } from "./stopping.js";
import { formFills, recipeGrows } from "./structured.js";
import { enough, sameFailureAgain } from "./tools.js";
import { jitter, neverBlank, otherModelSamePace, tableAtOnce, threeFirstTokens, twoLatencies } from "./waiting.js";
import { contradiction, correctedInView, draftsUnseen, sourceFailed, verdictHeld } from "./words.js";

export type { Beside, Problem, ProblemElsewhere, ProblemEnd, ReaderAct } from "./problem.js";
export { problemsElsewhere } from "./elsewhere.js";
export { createProblemBackend, performActs, type ProblemBackend } from "./perform.js";

/** Every problem that this client can show on its own, by number. Those that it can't stand in `problemsElsewhere`. */
export const problems: readonly Problem[] = [
  resumedAfterBreaks,
  bufferedByProxy,
  neverBlank,
  correctedInView,
  threeFirstTokens,
  tableAtOnce,
  errorPageInStream,
  lostReply,
  repeatsItself,
  otherModelSamePace,
  enough,
  formFills,
  jitter,
  draftsUnseen,
  recipeGrows,
  billedAnyway,
  cutBeforeTheEnd,
  redirected,
  contradiction,
  sourceFailed,
  verdictHeld,
  okThenFailed,
  twoLatencies,
  sameFailureAgain,
];
