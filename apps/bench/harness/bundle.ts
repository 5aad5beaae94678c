import { join } from "node:path";
import { build, type BuildOptions, type OutputFile, type Plugin } from "esbuild";
import { BENCH_ROOT, REPOSITORY_ROOT } from "./paths.ts";

/** Where the workspace's own packages, and what they ask the app for, are found by name. */
const APP_ROOT = join(REPOSITORY_ROOT, "apps/playground");

/** Parts that some peers import lazily (diagrams, maths): left out, as in an app that does not use them. */
const OPTIONAL = /^(@terrastruct\/d2|mermaid|katex|stream-diffs|@antv\/infographic)(\/|$)/;

const leaveOutOptional: Plugin = {
  name: "leave-out-optional",
  setup(bundler) {
    bundler.onResolve({ filter: OPTIONAL }, ({ path }) => ({ path, namespace: "absent" }));
    bundler.onLoad({ filter: /.*/, namespace: "absent" }, () => ({ contents: "export default undefined" }));
  },
};

const RESOLVED = Symbol("resolved");
const OURS = /^(@unsay\/|@tanstack\/react-query$)/;
const REACT = /^(react|react-dom)(\/|$)/;

/** Unsay comes from its sources, through the entries that are published; and there is one React, or none where it is external. */
export function findWorkspace(reactRoot: string = BENCH_ROOT, isReactExternal = false): Plugin {
  return {
    name: "find-workspace",
    setup(bundler) {
      const resolveFrom = (filter: RegExp, resolveDir: string) =>
        bundler.onResolve({ filter }, ({ path, kind, pluginData }) =>
          pluginData === RESOLVED ? undefined : bundler.resolve(path, { kind, resolveDir, pluginData: RESOLVED }),
        );
      resolveFrom(OURS, APP_ROOT);
      if (!isReactExternal) resolveFrom(REACT, reactRoot);
      bundler.onLoad({ filter: /ui\/src\/styles\/.*\.css$/ }, async ({ path }) => ({ contents: await styleSheetOf(path), loader: "text" }));
    },
  };
}

/** As one text, for adapters that put it into their page. */
async function styleSheetOf(file: string): Promise<string> {
  const { outputFiles } = await build({ entryPoints: [file], bundle: true, write: false, minify: true, logLevel: "error" });
  return outputFiles[0]?.text ?? "";
}

const PRODUCTION = { "process.env.NODE_ENV": '"production"', "process.env": "{}", global: "globalThis" };
export const CONDITIONS = ["@unsay/source", "module", "production"];

/** One page and one adapter as a production script that offers `window.__bench`. */
export async function bundlePage(page: string, adapter: string): Promise<string> {
  const entry = `import adapter from ${JSON.stringify(adapter)}; import { bench } from ${JSON.stringify(page)}; window.__bench = (args) => bench(adapter, args);`;
  const [script] = await outputsOf({
    stdin: { contents: entry, resolveDir: BENCH_ROOT },
    format: "iife",
    platform: "browser",
    target: "chrome130",
    minify: true,
    loader: { ".js": "jsx", ".css": "text", ".woff2": "empty", ".ttf": "empty" },
    plugins: [leaveOutOptional, findWorkspace()],
  });
  return script?.text ?? "";
}

/** One adapter as a production module for Node. Peers run as they were installed. */
export async function bundleForNode(adapter: string, out: string): Promise<void> {
  await build({ ...COMMON, entryPoints: [adapter], outfile: out, format: "esm", platform: "node", plugins: [findWorkspace()] });
}

const COMMON = {
  bundle: true,
  jsx: "automatic",
  define: PRODUCTION,
  conditions: CONDITIONS,
  legalComments: "none",
  logLevel: "error",
} satisfies BuildOptions;

async function outputsOf(options: BuildOptions): Promise<readonly OutputFile[]> {
  const { outputFiles } = await build({ ...COMMON, ...options, write: false });
  return outputFiles ?? [];
}
