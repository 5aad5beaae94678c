import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT, run } from "./process.mjs";

/** The published packages, in the order they build on each other. */
export const PACKAGES = ["core", "react", "ui", "server"];

export const folderOf = (name) => join(ROOT, "packages", name);

export function manifestOf(name) {
  return JSON.parse(readFileSync(join(folderOf(name), "package.json"), "utf8"));
}

/**
 * Packs the packages as a release would. They must have been built.
 * @param {string} destination folder for the tarballs
 * @returns {Promise<Record<string, string>>} package name to the path of its tarball
 */
export async function packAll(destination) {
  mkdirSync(destination, { recursive: true });
  return Object.fromEntries(await Promise.all(PACKAGES.map((name) => pack(name, destination))));
}

async function pack(name, destination) {
  const { packageManager } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  const manifest = manifestOf(name);
  const args = ["--yes", packageManager, "pack", "--pack-destination", destination];
  const { code, output } = await run("npx", args, { cwd: folderOf(name), output: "quiet" });
  if (code !== 0) throw new Error(`${manifest.name} could not be packed:\n${output}`);
  return [manifest.name, join(destination, `${manifest.name.replace("@", "").replace("/", "-")}-${manifest.version}.tgz`)];
}
