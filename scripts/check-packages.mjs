// Packs each package and lets publint and attw judge the tarball as a registry would serve it.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packAll } from "./packages.mjs";
import { run } from "./process.mjs";

const folder = mkdtempSync(join(tmpdir(), "unsay-pack-"));
try {
  for (const [name, tarball] of Object.entries(await packAll(folder))) await check(name, tarball);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function check(name, tarball) {
  // attw cannot judge an entry that is a stylesheet.
  const checks = [
    ["publint", "--strict", tarball],
    ["attw", tarball, "--profile", "esm-only", "--exclude-entrypoints", "styles.css", "bridges/radix-themes.css", "bridges/shadcn.css"],
  ];
  for (const [command, ...args] of checks) {
    const { code, output } = await run(command, args, { output: "quiet" });
    if (code !== 0) process.exitCode = 1;
    console.log(code === 0 ? `${name}: ${command} finds nothing` : output);
  }
}
