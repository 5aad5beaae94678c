// Sets the clone up, then runs a script of package.json with the workspace's own Node and tools:
//   node scripts/run.mjs <script> [arguments of the script]
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { become, ROOT } from "./process.mjs";
import { setup, SetupError } from "./setup.mjs";

const [name, ...args] = process.argv.slice(2);

try {
  const command = commandOf(name);
  const env = await setup({ chromium: /^(test|verify|screenshots|bench)/.test(name), redis: /^(test|verify)/.test(name) });
  await exec(command, env);
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  process.stderr.write(`\n${error.message}\n`);
  process.exitCode = 1;
}

function commandOf(script) {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  const command = scripts[script];
  if (command !== undefined) return command;
  throw new SetupError(`There is no script called "${script}".`, `use one of: ${Object.keys(scripts).join(", ")}.`);
}

/** Through a shell, as npm does, but replaced by the command so that signals reach it. */
function exec(command, env) {
  if (process.platform === "win32") return become(command, args, env);
  return become("sh", ["-c", `exec ${command} "$@"`, name, ...args], env);
}
