import { spawn } from "node:child_process";
import { constants } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("..", import.meta.url));

const TAIL_LENGTH = 64 * 1024;
const FORWARDED_SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"];

/** The environment in which `node`, `tsc`, `vitest`, … are the workspace's own. */
export function workspaceEnv(extra = {}) {
  const name = Object.keys(process.env).find((key) => key.toUpperCase() === "PATH") ?? "PATH";
  const path = [join(ROOT, "node_modules", ".bin"), process.env[name]].join(delimiter);
  return { ...process.env, [name]: path, ...extra };
}

/**
 * Runs a command to its end. `output: "show"` hands it the terminal; `"quiet"` only keeps what it wrote; `"tee"` does both.
 * A command that cannot be started has the code 127; one that is ended after `limitMs` has 124.
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, output?: "show" | "quiet" | "tee", limitMs?: number }} [options]
 * @returns {Promise<{ code: number, output: string }>}
 */
export function run(command, args, { cwd = ROOT, env = workspaceEnv(), output = "show", limitMs } = {}) {
  const stdio = output === "show" ? "inherit" : ["ignore", "pipe", "pipe"];
  // npm, npx and the tools in node_modules/.bin are .cmd files on Windows, which only a shell starts.
  const child = spawn(command, args, { cwd, env, stdio, shell: process.platform === "win32" });
  let tail = "";
  const keep = (chunk) => {
    tail = (tail + chunk).slice(-TAIL_LENGTH);
    if (output === "tee") process.stderr.write(chunk);
  };
  child.stdout?.setEncoding("utf8").on("data", keep);
  child.stderr?.setEncoding("utf8").on("data", keep);
  const end = limitMs === undefined ? undefined : endLater(child, limitMs);
  return exitOf(child).then((code) => {
    clearTimeout(end?.timer);
    return { code: end?.isPast() === true ? 124 : code, output: tail };
  });
}

/** Asks first, so that the command can end what it started; then insists. */
function endLater(child, limitMs) {
  let past = false;
  const timer = setTimeout(() => {
    past = true;
    process.stderr.write(`Not done after ${limitMs / 1000} s; ending it.\n`);
    child.kill("SIGTERM");
    setTimeout(() => child.kill("SIGKILL"), 5_000).unref();
  }, limitMs);
  return { timer, isPast: () => past };
}

/** Becomes the command as nearly as Node can: its streams, our signals, its exit code. */
export async function become(command, args, env) {
  const child = spawn(command, args, { cwd: ROOT, env, stdio: "inherit", shell: process.platform === "win32" });
  for (const signal of FORWARDED_SIGNALS) process.on(signal, () => child.kill(signal));
  process.exitCode = await exitOf(child);
}

function exitOf(child) {
  return new Promise((resolve) => {
    child.once("error", (error) => {
      process.stderr.write(`${error.message}\n`);
      resolve(127);
    });
    child.once("close", (code, signal) => resolve(code ?? 128 + (constants.signals[signal] ?? 0)));
  });
}
