import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { BenchCase, Failure, Measurement, Subject } from "./bench.types.ts";
import type { NodeBench } from "./bench-module.types.ts";
import { bundleForNode } from "./bundle.ts";
import { BENCH_ROOT } from "./paths.ts";

const BUILT = join(BENCH_ROOT, ".build");
const LIMIT_MS = 300_000;
const FLAGS = ["--expose-gc", "--max-old-space-size=4096"];

export interface NodeSubject<Case> extends Subject {
  readonly applies: (parameters: Case) => boolean;
}

/** Unsay's adapters are bundled, as an app's would be; the peers' run as they were installed. */
export async function prepareNode<Adapter, Case extends BenchCase>(
  bench: NodeBench<Adapter, Case>,
  id: string,
  subject: Subject,
): Promise<NodeSubject<Case>> {
  const file = await moduleOf(id, subject);
  const { default: adapter } = (await import(pathToFileURL(file).href)) as { default: Adapter };
  return { ...subject, file, applies: (parameters) => bench.applies(adapter, parameters) };
}

async function moduleOf(bench: string, { id, file }: Subject): Promise<string> {
  if (!file.endsWith(".ts")) return file;
  mkdirSync(BUILT, { recursive: true });
  const out = join(BUILT, `${bench}-${id}.mjs`);
  await bundleForNode(file, out);
  return out;
}

/** A fresh Node for each call, so that no measurement finds code that another one has warmed. */
export function measureInNode(bench: string, adapter: string, cases: readonly BenchCase[]): Promise<readonly (Measurement | Failure)[]> {
  return new Promise((resolve) => {
    const job = JSON.stringify({ bench, adapter, cases });
    const child = spawn(process.execPath, [...FLAGS, join(BENCH_ROOT, "harness/worker.ts"), job], {
      env: { ...process.env, NODE_ENV: "production", NODE_NO_WARNINGS: "1" },
      stdio: ["ignore", "pipe", "ignore"],
    });
    let output = "";
    const timer = setTimeout(() => child.kill("SIGKILL"), LIMIT_MS);
    child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
    child.on("close", () => {
      clearTimeout(timer);
      resolve(resultsIn(output) ?? cases.map(() => ({ error: "the worker gave no result (it crashed or took five minutes)" })));
    });
  });
}

function resultsIn(output: string): readonly (Measurement | Failure)[] | null {
  const found = /@@(\[.*\])\s*$/s.exec(output)?.[1];
  return found === undefined ? null : JSON.parse(found);
}
