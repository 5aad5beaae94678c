import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { BENCH_ROOT } from "./paths.ts";

const OFFLINE = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ERR_SOCKET_TIMEOUT/;

export class InstallError extends Error {
  readonly isOffline: boolean;

  constructor(output: string) {
    super(`The peers could not be installed. ${lastLines(output)}`);
    this.isOffline = OFFLINE.test(output);
  }
}

/** npm alone would try for more than a minute before it says that there is no network. */
const PATIENCE = ["--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=4000"];

/** The peers at the versions of the lockfile, once for each state of it. */
export function installPeers(folder: string): void {
  const stamp = join(folder, "node_modules", ".unsay-bench");
  const wanted = createHash("sha256")
    .update(readFileSync(join(folder, "package-lock.json")))
    .digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  console.error(`Installing the peers of ${relative(join(BENCH_ROOT, "../.."), folder)} (a minute or two, once)`);
  const { status, stderr } = spawnSync("npm", ["ci", "--ignore-scripts", ...PATIENCE], {
    cwd: folder,
    encoding: "utf8",
    stdio: ["ignore", "ignore", "pipe"],
    shell: process.platform === "win32",
  });
  if (status !== 0) throw new InstallError(stderr ?? "npm was not found.");
  writeFileSync(stamp, wanted);
}

function lastLines(text: string): string {
  const lines = text.split("\n").filter((line) => line.startsWith("npm error"));
  return lines.length === 0 ? text : lines.slice(0, 3).join(" ");
}
