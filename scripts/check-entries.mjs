// After a build, every entry of every package loads by its name on plain Node, from inside the package itself.
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { folderOf, manifestOf, PACKAGES } from "./packages.mjs";
import { run } from "./process.mjs";

for (const name of PACKAGES) {
  const manifest = manifestOf(name);
  const entries = Object.keys(manifest.publishConfig.exports).filter((entry) => !entry.endsWith(".css"));
  const specifiers = entries.map((entry) => `${manifest.name}${entry.slice(1)}`);
  const { code, output } = await load(folderOf(name), specifiers);
  if (code !== 0) process.exitCode = 1;
  console.log(code === 0 ? `${specifiers.join(", ")}: load` : output);
}

/** A file inside the package, since a name is looked up from where the importing file stands. */
async function load(folder, specifiers) {
  const probe = join(folder, "dist", ".probe.mjs");
  writeFileSync(probe, specifiers.map((specifier) => `await import(${JSON.stringify(specifier)});`).join("\n"));
  const result = await run("node", [probe], { output: "quiet" });
  rmSync(probe);
  return result;
}
