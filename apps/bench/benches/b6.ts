import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { build, type BuildOptions, type BuildResult, type Plugin } from "esbuild";
import type { Failure, Measurement } from "../harness/bench.types.ts";
import type { BenchBrowser } from "../harness/browser.ts";
import { CONDITIONS, findWorkspace } from "../harness/bundle.ts";
import { SIZE_ROOT } from "../harness/paths.ts";

// B6: a minimal chat screen as an app bundles it, without React itself.

const SCREENS = join(SIZE_ROOT, "screens");
const REACT = ["react", "react/*", "react-dom", "react-dom/*"];
const NOT_INSTALLED = /^(next|next\/.*|expo-.*|react-native.*|@stream-io\/transliterate|@breezystack\/lamejs|emoji-mart|@emoji-mart\/.*)$/;

/** Bridges of peers to what a web page does not have. */
const leaveOutAbsent: Plugin = {
  name: "leave-out-absent",
  setup(bundler) {
    bundler.onResolve({ filter: NOT_INSTALLED }, ({ path }) => ({ path, external: true }));
  },
};

export interface Screen {
  readonly id: string;
  readonly name: string;
  readonly file: string;
}

export function screens(): readonly Screen[] {
  const files = readdirSync(SCREENS).filter((file) => /\.[jt]sx$/.test(file));
  return files.map((file) => ({ id: file.replace(/\.\w+$/, ""), name: nameIn(join(SCREENS, file)), file: join(SCREENS, file) }));
}

function nameIn(file: string): string {
  return /export const name(?:: string)? = ['"]([^'"]+)['"]/.exec(readFileSync(file, "utf8"))?.[1] ?? file;
}

/** What our screen fetches to show a first answer: the reader of runs and that of Markdown, with the thread and the wire. */
const FIRST_ANSWER = /(markdown-text\.tsx|thread-parts\.ts|core\/src\/runs\.ts|unsay-transport\.ts)$/;

/** The initial load is the entry and what it imports statically; what stands behind `import()` is lazy. */
export async function measureSize({ file }: Screen): Promise<Measurement> {
  const isUnsay = file.includes("unsay");
  const result = await build({
    ...optionsFor(`export { Screen } from ${JSON.stringify(file)};`),
    external: REACT,
    plugins: [leaveOutAbsent, ...(isUnsay ? [findWorkspace(SIZE_ROOT, true)] : [])],
  });
  const { initial, answering, lazy } = chunksOf(result);
  const sumOf = (chunks: readonly Uint8Array[], sizeOf: (chunk: Uint8Array) => number) =>
    chunks.reduce((sum, chunk) => sum + sizeOf(chunk), 0) / 1000;
  return {
    ok: true,
    metrics: {
      "initial kB min+gzip": sumOf(initial, gzipped),
      "initial kB min": sumOf(initial, (chunk) => chunk.length),
      "initial kB min+brotli": sumOf(initial, (chunk) => brotliCompressSync(chunk).length),
      "with a first answer kB min+gzip": sumOf([...initial, ...answering], gzipped),
      "lazy chunks kB min+gzip": sumOf(lazy, gzipped),
    },
    info: { chunks: initial.length + lazy.length },
  };
}

const gzipped = (chunk: Uint8Array): number => gzipSync(chunk, { level: 9 }).length;

type SplitResult = BuildResult<{ write: false; metafile: true }>;

interface Chunks {
  readonly initial: readonly Uint8Array[];
  /** Those of the lazy ones without which no answer is drawn. */
  readonly answering: readonly Uint8Array[];
  readonly lazy: readonly Uint8Array[];
}

function chunksOf({ metafile, outputFiles }: SplitResult): Chunks {
  const { outputs } = metafile;
  const names = Object.keys(outputs).filter((name) => name.endsWith(".js"));
  const withImports = (entries: readonly string[]): ReadonlySet<string> => {
    const found = new Set(entries);
    for (const name of found)
      for (const { kind, external, path } of outputs[name]?.imports ?? [])
        if (kind === "import-statement" && external !== true) found.add(path);
    return found;
  };
  const initial = withImports(names.filter((name) => outputs[name]?.entryPoint === "<stdin>"));
  const answering = withImports(names.filter((name) => FIRST_ANSWER.test(outputs[name]?.entryPoint ?? "")));
  const bodyOf = (name: string) => outputFiles.find(({ path }) => path.endsWith(`/${name}`))?.contents ?? new Uint8Array();
  const lazy = names.filter((name) => !initial.has(name));
  return { initial: [...initial].map(bodyOf), answering: lazy.filter((name) => answering.has(name)).map(bodyOf), lazy: lazy.map(bodyOf) };
}

interface Mounted {
  /** Fields to type into. */
  readonly inputs: number;
}

/** The same screen with React inside: a bundle that shows nothing would be the smallest. */
export async function mountScreen({ file }: Screen, browser: BenchBrowser): Promise<Mounted | Failure> {
  const { outputFiles } = await build({
    ...optionsFor(mountEntry(file)),
    splitting: false,
    format: "iife",
    define: { "process.env.NODE_ENV": '"production"', "process.env": "{}", global: "globalThis" },
    plugins: [leaveOutAbsent, ...(file.includes("unsay") ? [findWorkspace(SIZE_ROOT)] : [])],
  });
  const script = outputFiles.find(({ path }) => path.endsWith(".js"))?.text ?? "";
  return browser.run<Mounted>(script, {}, { timeoutMs: 30_000 });
}

const mountEntry = (file: string) => `
  import { Screen } from ${JSON.stringify(file)};
  import { createRoot } from "react-dom/client";
  window.__bench = async () => {
    createRoot(document.getElementById("root")).render(<Screen />);
    await new Promise((resolve) => setTimeout(resolve, 800));
    return { inputs: document.querySelectorAll("textarea, input, [contenteditable], deep-chat, [role=textbox]").length };
  };`;

const EMPTY_ASSETS = {
  ".svg": "dataurl",
  ".woff": "empty",
  ".woff2": "empty",
  ".ttf": "empty",
  ".eot": "empty",
  ".wasm": "empty",
} as const;

function optionsFor(entry: string) {
  return {
    stdin: { contents: entry, resolveDir: SCREENS, loader: "jsx" },
    bundle: true,
    write: false,
    minify: true,
    splitting: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    outdir: "out",
    metafile: true,
    conditions: CONDITIONS,
    jsx: "automatic",
    legalComments: "none",
    logLevel: "silent",
    loader: EMPTY_ASSETS,
    define: { "process.env.NODE_ENV": '"production"' },
  } as const satisfies BuildOptions;
}
