// Measurements of one adapter in a fresh Node: node --expose-gc harness/worker.ts '<job>'
import { pathToFileURL } from "node:url";

interface Job {
  readonly bench: string;
  readonly adapter: string;
  readonly cases: readonly unknown[];
}

const job = JSON.parse(process.argv[2] ?? "") as Job;
const { measure } = await import(new URL(`../benches/${job.bench}.ts`, import.meta.url).href);
const { default: adapter } = await import(pathToFileURL(job.adapter).href);
/** An adapter may wait for what keeps no process alive. */
const alive = setInterval(() => {}, 1000);
const results: unknown[] = [];
for (const parameters of job.cases) results.push(await measure(adapter, parameters).catch(failureOf));
process.stdout.write(`\n@@${JSON.stringify(results)}\n`, () => {
  clearInterval(alive);
  process.exit(0);
});

function failureOf(error: unknown): { error: string } {
  return { error: String(error instanceof Error ? error.stack : error).slice(0, 600) };
}
