import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { IncomingMessage, ServerResponse } from "node:http";
import sirv from "sirv";
import { build } from "vite";

export type PageHandler = (request: IncomingMessage, response: ServerResponse) => void;

/** What the page is made of, below the repository. */
const SOURCES = [
  "apps/playground/index.html",
  "apps/playground/src",
  "apps/playground/vite.config.ts",
  "packages/core/src",
  "packages/react/src",
  "packages/ui/src",
  "pnpm-lock.yaml",
];
const A_DAY_MS = 86_400_000;

/**
 * Builds the page unless these very sources were built before, and serves it. A built page, because a development server
 * reloads the page when it meets a dependency for the first time, and again when a lost server comes back: both would
 * hide what this page is there to show.
 */
export async function openPage(repository: string): Promise<PageHandler> {
  const playground = join(repository, "apps/playground");
  const builds = join(playground, "dist");
  const folder = join(builds, await fingerprint(repository));
  if (!(await exists(folder))) await buildInto(playground, builds, folder);
  return sirv(folder, { single: true, etag: true });
}

/** Several servers may start at once: each builds aside, and the first to finish is taken. */
async function buildInto(playground: string, builds: string, folder: string): Promise<void> {
  const aside = join(builds, `building-${process.pid}`);
  process.stderr.write("Building the page: once for each state of the sources, about a second.\n");
  await mkdir(builds, { recursive: true });
  // The budgets of the kit are held elsewhere; here its size is no news.
  const size = { reportCompressedSize: false, chunkSizeWarningLimit: Number.POSITIVE_INFINITY };
  await build({ root: playground, logLevel: "warn", build: { outDir: aside, emptyOutDir: true, ...size } });
  await rename(aside, folder).catch(() => rm(aside, { recursive: true, force: true }));
  await removeOldBuilds(builds, folder);
}

async function removeOldBuilds(builds: string, current: string): Promise<void> {
  for (const name of await readdir(builds)) {
    const folder = join(builds, name);
    const age = Date.now() - (await stat(folder)).mtimeMs;
    if (folder !== current && age > A_DAY_MS) await rm(folder, { recursive: true, force: true });
  }
}

async function fingerprint(repository: string): Promise<string> {
  const hash = createHash("sha256");
  for (const source of SOURCES) {
    for (const file of await filesOf(join(repository, source))) hash.update(file).update(await readFile(file));
  }
  return hash.digest("hex").slice(0, 16);
}

async function filesOf(path: string): Promise<readonly string[]> {
  if (!(await stat(path)).isDirectory()) return [path];
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && !/\.(?:test|stories)\.tsx?$/u.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
