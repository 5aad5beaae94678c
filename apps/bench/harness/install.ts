import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { BENCH_ROOT } from "./paths.ts";

export class InstallError extends Error {}

/** The peers at the versions of the lockfile, once for each state of it. */
export function installPeers(folder: string): void {
  const stamp = join(folder, "node_modules", ".unsay-bench");
  const wanted = createHash("sha256").update(readFileSync(join(folder, "package-lock.json"))).digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  console.error(`Installing the peers of ${relative(join(BENCH_ROOT, "../.."), folder)} (a minute or two, once)`);
  const { status, stderr } = spawnSync("npm", ["ci", "--ignore-scripts"], {
    cwd: folder,
    encoding: "utf8",
    stdio: ["ignore", "ignore", "pipe"],
    shell: process.platform === "win32",
  });
  if (status !== 0) throw new InstallError(`The peers could not be installed. ${lastLines(stderr)}`);
  writeFileSync(stamp, wanted);
}

function lastLines(text: string | null): string {
  const lines = (text ?? "npm was not found.").split("\n").filter((line) => line.startsWith("npm error"));
  return lines.slice(0, 3).join(" ");
}
