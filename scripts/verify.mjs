// The whole local gate before a push: what CI runs, and the checks a release needs.
import { runSteps, STEPS } from "./steps.mjs";

const { format, lint, build, entries, types, unused, tests, packages, consumer, storybook, bench, e2e } = STEPS;
await runSteps([format, lint, build, entries, types, unused, tests, packages, consumer, storybook, bench, e2e]);
