// Builds the four packages: ES modules, declarations and maps by tsc, one stylesheet by lightningcss.
import { existsSync, globSync, mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { performance } from "node:perf_hooks";
import { bundle } from "lightningcss";
import { folderOf, manifestOf, PACKAGES } from "./packages.mjs";
import { ROOT, run } from "./process.mjs";

const STYLES = join(ROOT, "packages/ui/src/styles");
const UI_DIST = join(ROOT, "packages/ui/dist");

const started = performance.now();
try {
  PACKAGES.forEach(removeOrphans);
  await buildModules();
  buildStyles("index.css", "styles.css");
  for (const file of globSync("bridges/*.css", { cwd: STYLES })) buildStyles(file, file);
  PACKAGES.forEach(checkEntries);
  console.log(`Built ${PACKAGES.length} packages in ${((performance.now() - started) / 1000).toFixed(1)} s`);
} catch (error) {
  console.error(`Build failed: ${error.message}`);
  process.exitCode = 1;
}

async function buildModules() {
  const { code } = await run("tsc", ["-b", "scripts/tsconfig.build.json"]);
  if (code !== 0) throw new Error("tsc found the errors above.");
}

/** tsc leaves behind what it built from a file that has since gone, and it would be published. */
function removeOrphans(name) {
  const dist = join(folderOf(name), "dist");
  for (const file of globSync("**/*.{js,d.ts,js.map,d.ts.map}", { cwd: dist })) {
    const source = join(folderOf(name), "src", file.replace(/(\.d)?\.[jt]s(\.map)?$/, ""));
    if (!existsSync(`${source}.ts`) && !existsSync(`${source}.tsx`)) rmSync(join(dist, file));
  }
}

/** No targets: they would lower light-dark(), which then fails wherever color-scheme is not set in the same file. */
function buildStyles(source, target) {
  const filename = join(STYLES, source);
  if (!existsSync(filename)) throw new Error(`${relative(ROOT, filename)} is missing.`);
  const { code, warnings } = bundle({ filename, minify: false });
  for (const { message, loc } of warnings) console.warn(`styles: ${message} (${loc.filename}:${loc.line})`);
  const out = join(UI_DIST, target);
  mkdirSync(dirname(out), { recursive: true });
  writeFileSync(out, code);
  console.log(`@unsay/ui ${target}: ${kilobytes(code.length)}`);
}

/** Whatever package.json promises to those who install the package is there. */
function checkEntries(name) {
  const folder = folderOf(name);
  const manifest = manifestOf(name);
  const files = Object.values(manifest.publishConfig.exports).flatMap((entry) =>
    typeof entry === "string" ? entry : Object.values(entry),
  );
  const missing = files.filter((file) => !existsSync(join(folder, file)));
  if (missing.length > 0) throw new Error(`${manifest.name} exports files that were not built: ${missing.join(", ")}`);
  const main = statSync(join(folder, "dist/index.js")).size;
  console.log(
    `${manifest.name} ${manifest.version}: ${Object.keys(manifest.publishConfig.exports).length} entries, index ${kilobytes(main)}`,
  );
}

function kilobytes(bytes) {
  return `${(bytes / 1024).toFixed(1)} kB`;
}
