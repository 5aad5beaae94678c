// Everything CI runs; the last line is the count.
import { runSteps, STEPS } from "./steps.mjs";

const { build, entries, types, lint, tests, consumer, storybook, bench, e2e } = STEPS;
await runSteps([build, entries, types, lint, tests, consumer, storybook, bench, e2e]);
