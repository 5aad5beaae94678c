import type { Clock } from "@unsay/core";
import type { Agent } from "@unsay/server";
import { gate, irreversible, parallel } from "./actions.ts";
import { createIndexAnswer, long, plain, reasoning } from "./answers.ts";
import { expunged, revision, withdrawn } from "./corrections.ts";
import { dropped, length, providerError, resumed, stall } from "./endings.ts";
import type { Scenario } from "./scenario.ts";
import { createStage } from "./stage.ts";

export type { Scenario } from "./scenario.ts";
export { createDemoTools, createToolLog } from "./tools.ts";

/** In the order of the picker. */
export const scenarios: readonly Scenario[] = [
  plain,
  long,
  reasoning,
  gate,
  irreversible,
  parallel,
  revision,
  withdrawn,
  expunged,
  length,
  providerError,
  dropped,
  resumed,
  stall,
];

const indexAnswer = createIndexAnswer(scenarios);

/** The label wins; else the longest keyword that the words hold; else the list of what there is. */
export function chooseScenario(input: string, label: string | undefined): Scenario {
  const labelled = scenarios.find((scenario) => scenario.id === label);
  if (labelled !== undefined) return labelled;
  const words = input.toLowerCase();
  const matches = scenarios.flatMap((scenario) =>
    scenario.keywords.filter((keyword) => words.includes(keyword)).map((keyword) => ({ scenario, length: keyword.length })),
  );
  return matches.reduce((best, match) => (match.length > best.length ? match : best), { scenario: indexAnswer, length: 0 }).scenario;
}

export interface ScriptedAgentOptions {
  readonly clock: Clock;
  readonly cutConnection: (run: string) => void;
}

/** Needs no key and no network, and says the same every time. */
export function createScriptedAgent(options: ScriptedAgentOptions): Agent {
  return async (run) => {
    const scenario = chooseScenario(run.input, run.labels["scenario"]);
    await scenario.play(createStage(run, options));
  };
}
