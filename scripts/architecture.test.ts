import { execFileSync } from "node:child_process";
import { existsSync, globSync, readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { dirname, join, normalize, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const TOP_LEVEL = new Set([
  "packages",
  "apps",
  "scripts",
  "docs",
  "package.json",
  "pnpm-workspace.yaml",
  "pnpm-lock.yaml",
  "tsconfig.base.json",
  "README.md",
  "ARCHITECTURE.md",
  "CONTRIBUTING.md",
  "LICENSE",
]);

interface Import {
  readonly file: string;
  readonly specifier: string;
}

const isTest = (file: string) => /\.(test|stories)\.tsx?$/.test(file);

/** Source files of one package, as `packages/core/src/…`. */
function sourcesOf(name: string): readonly string[] {
  return globSync(`packages/${name}/src/**/*.{ts,tsx}`, { cwd: ROOT })
    .map((file) => file.split(sep).join("/"))
    .filter((file) => !isTest(file));
}

const COMMENTS = /\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm;
const SPECIFIERS = /(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\s*\(\s*)["']([^"'\n]+)["']/g;

function importsOf(file: string): readonly Import[] {
  const text = readFileSync(join(ROOT, file), "utf8").replace(COMMENTS, "");
  return [...text.matchAll(SPECIFIERS)].map(([, specifier = ""]) => ({ file, specifier }));
}

const importsIn = (name: string) => sourcesOf(name).flatMap(importsOf);
const isRelative = ({ specifier }: Import) => specifier.startsWith(".");
/** The matchers augment the runner's types; that nothing of it is loaded is checked beside them. */
const isTypeOfRunner = ({ file, specifier }: Import) => file === "packages/core/src/testing/vitest.ts" && specifier === "vitest";
const show = ({ file, specifier }: Import) => `${file} imports ${specifier}`;

/** `@scope/name/entry` and `name/entry` to the package's name. */
function packageOf(specifier: string): string {
  const [first = "", second = ""] = specifier.split("/");
  return first.startsWith("@") ? `${first}/${second}` : first;
}

function manifestOf(name: string): Record<string, Record<string, string> | undefined> {
  return JSON.parse(readFileSync(join(ROOT, "packages", name, "package.json"), "utf8"));
}

/** Where a relative import leads, without its extension. */
const targetOf = ({ file, specifier }: Import) =>
  normalize(join(dirname(file), specifier))
    .split(sep)
    .join("/");

/** The folder under src a path of core stands in; a file directly in src is its front door. */
const areaOf = (path: string) => /^packages\/core\/src\/([^/]+)\//.exec(path)?.[1] ?? "index";

describe("what each package may import", () => {
  const allowed: Record<string, RegExp> = {
    core: /^(zustand\/vanilla|eventsource-parser(\/stream)?|@noble\/hashes\/.+|canonicalize|@opentelemetry\/api)$/,
    react: /^(react|react\/jsx-runtime|zustand|zustand\/.+|@tanstack\/react-query|@unsay\/core(\/.+)?)$/,
    ui: /^(react|react\/jsx-runtime|react-dom|markdown-it(\/.+)?|highlight\.js(\/.+)?|@tanstack\/react-query|@unsay\/(core|react)(\/.+)?)$/,
    server: /^(node:.+|@unsay\/core(\/.+)?|ai|redis|@ai-sdk\/provider)$/,
  };

  it("ui knows highlight.js in the one entry that asks for it", () => {
    const wrong = importsIn("ui").filter(({ file, specifier }) => specifier.startsWith("highlight.js") && !/\/highlight\//.test(file));
    expect(wrong.map(show)).toEqual([]);
  });

  it.each(Object.entries(allowed))("%s imports only what lies below it", (name, pattern) => {
    const wrong = importsIn(name).filter((found) => !isRelative(found) && !isTypeOfRunner(found) && !pattern.test(found.specifier));
    expect(wrong.map(show)).toEqual([]);
  });

  it("core knows OpenTelemetry in the one entry that asks for it", () => {
    const wrong = importsIn("core").filter(
      ({ file, specifier }) => specifier.startsWith("@opentelemetry/") && !/\/opentelemetry\//.test(file),
    );
    expect(wrong.map(show)).toEqual([]);
  });

  it.each(Object.keys(allowed))("%s stays inside its own folder with relative imports", (name) => {
    const wrong = importsIn(name).filter((found) => isRelative(found) && !targetOf(found).startsWith(`packages/${name}/src/`));
    expect(wrong.map(show)).toEqual([]);
  });

  it.each(Object.keys(allowed))("%s declares what it imports", (name) => {
    const { dependencies = {}, peerDependencies = {}, devDependencies = {} } = manifestOf(name);
    const isTypeOnly = (specifier: string) => specifier === "@ai-sdk/provider" && specifier in devDependencies;
    const wrong = importsIn(name).filter((found) => {
      const wanted = packageOf(found.specifier);
      if (isRelative(found) || found.specifier.startsWith("node:") || builtinModules.includes(wanted)) return false;
      return !(wanted in dependencies || wanted in peerDependencies || isTypeOnly(wanted));
    });
    expect(wrong.map(show)).toEqual([]);
  });

  it.each(Object.keys(allowed))("no source of %s imports a test, a story or a test library", (name) => {
    const wrong = importsIn(name).filter(
      (found) => !isTypeOfRunner(found) && /\.(test|stories)(\.|$)|vitest|fast-check|playwright|storybook/.test(found.specifier),
    );
    expect(wrong.map(show)).toEqual([]);
  });

  it("the root declares no package of the workspace and no React, so that nothing is found by accident", () => {
    const root = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
    const names = Object.keys({ ...root.dependencies, ...root.devDependencies, ...root.optionalDependencies });
    expect(names.filter((name) => name.startsWith("@unsay/") || /^react(-dom)?$/.test(name))).toEqual([]);
  });
});

describe("the arrows inside core", () => {
  const arrows = importsIn("core")
    .filter(isRelative)
    .map((found) => ({ ...found, from: areaOf(found.file), to: areaOf(targetOf(found)) }))
    .filter(({ from, to }) => from !== to && from !== "index");

  const FEATURES = ["protocol", "message", "run", "tool-call", "approval", "structured", "markdown", "pacing", "health", "thread"];

  /** What an area may import, from low to high. The front door and `testing` may see everything. */
  const below: Record<string, readonly string[]> = {
    protocol: [],
    adapters: ["protocol"],
    transport: FEATURES,
    session: ["*"],
    testing: ["*"],
  };

  it("protocol <- features <- session, and adapters see the protocol only", () => {
    const wrong = arrows.filter(({ file, from, to }) => {
      const allowed = below[from] ?? FEATURES;
      return !allowed.includes("*") && !allowed.includes(to) && !isWireOf(from, to) && !isOfBridge(file, to);
    });
    expect(wrong.map(show)).toEqual([]);
  });

  /** The transport of our own wire decodes with our own adapter. */
  function isWireOf(from: string, to: string): boolean {
    return from === "transport" && to === "adapters";
  }

  /** A bridge folds what its adapter reads, for apps that keep another client and have no session. */
  function isOfBridge(file: string, to: string): boolean {
    return file.includes("/adapters/") && file.includes("/bridge/") && FEATURES.includes(to);
  }

  it("features do not import each other's reducers and machines; only the message, which holds them, composes them", () => {
    const wrong = arrows.filter(({ from, to, specifier }) => {
      const betweenFeatures = FEATURES.includes(from) && FEATURES.includes(to) && from !== "message";
      return betweenFeatures && /\.(machine|reducer)\.js$/.test(specifier);
    });
    expect(wrong.map(show)).toEqual([]);
  });

  it.each(["core", "server"])("%s is compiled without the types of a page", (name) => {
    const { compilerOptions } = JSON.parse(readFileSync(join(ROOT, "packages", name, "tsconfig.json"), "utf8"));
    expect(compilerOptions.lib).toEqual(["ES2023", "WebWorker"]);
  });
});

describe.skipIf(!existsSync(join(ROOT, ".git")))("what is committed", () => {
  const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], { cwd: ROOT, encoding: "utf8" })
    .split("\n")
    .filter((file) => file !== "" && existsSync(join(ROOT, file)));

  it("has nothing at the top level but what belongs there", () => {
    const top = new Set(files.map((file) => file.split("/")[0] ?? ""));
    expect([...top].filter((name) => !TOP_LEVEL.has(name) && !name.startsWith("."))).toEqual([]);
  });

  it("names no machine's folders and no registry's host", () => {
    // Assembled so that this file does not find itself.
    const forbidden = new RegExp(["/wor" + "k/", "/home/" + "[a-z]", "/Use" + "rs/", "registry\\.npm" + "js", "verdac" + "cio"].join("|"));
    const text = files.filter((file) => !/\.(png|woff2|ico|db)$/.test(file));
    const wrong = text.filter((file) => forbidden.test(readFileSync(join(ROOT, file), "utf8")));
    expect(wrong).toEqual([]);
  });

  it("keeps recorded streams out of the packages", () => {
    expect(files.filter((file) => /(^|\/)fixtures\//.test(file))).toEqual([]);
  });
});
