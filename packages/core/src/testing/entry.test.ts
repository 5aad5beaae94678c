import { readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import * as testing from "./index.js";
import * as forVitest from "./vitest.js";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const IMPORT = /^(?:import|export)\b(?!\s+type\b)[^;]*?\bfrom\s*"([^"]+)"|^import\s*"([^"]+)"|\bimport\(\s*"([^"]+)"\s*\)/gmu;

interface Graph {
  readonly files: ReadonlySet<string>;
  readonly packages: ReadonlySet<string>;
}

/** Every file that `entry` loads, and every package; what is imported as a type alone loads nothing. */
function graphOf(entry: string): Graph {
  const files = new Set<string>();
  const packages = new Set<string>();
  const visit = (file: string) => {
    if (files.has(file)) return;
    files.add(file);
    for (const [, from, bare, dynamic] of readFileSync(file, "utf8").matchAll(IMPORT)) {
      const specifier = from ?? bare ?? dynamic ?? "";
      if (specifier.startsWith(".")) visit(join(dirname(file), specifier.replace(/\.js$/u, ".ts")));
      else packages.add(specifier);
    }
  };
  visit(join(HERE, entry));
  return { files, packages };
}

describe("the entry", () => {
  it("runs wherever the kit runs: nothing of Node, of a test runner or of a vendor is loaded", () => {
    const known = ["zustand/vanilla", "eventsource-parser", "canonicalize", "@noble/hashes/sha2.js", "@noble/hashes/utils.js"];
    const { files, packages } = graphOf("index.ts");
    expect(files.size).toBeGreaterThan(20);
    expect([...packages].filter((name) => !known.includes(name))).toEqual([]);
    expect(
      [...files].map((file) => relative(HERE, file)).filter((file) => /loopback|\.test\.|adapters\/(?!unsay|shared)/u.test(file)),
    ).toEqual([]);
  });

  it("of the matchers is small, and loads no session", () => {
    const { files, packages } = graphOf("vitest.ts");
    expect([...packages]).toEqual([]);
    expect([...files].filter((file) => /session|transport/u.test(relative(HERE, file)))).toEqual([]);
  });

  it("has these names and no others", () => {
    expect(Object.keys(testing).toSorted()).toMatchInlineSnapshot(`
      [
        "SCRIPT_CAPS",
        "always",
        "askApproval",
        "askStep",
        "burst",
        "callTool",
        "complete",
        "completeStep",
        "corrupt",
        "createFakeClock",
        "createProblemBackend",
        "createRandom",
        "createScript",
        "createScriptFactory",
        "createScriptedFetch",
        "createScriptedTransport",
        "createTestSession",
        "cutAfter",
        "cutAtByte",
        "disconnect",
        "drop",
        "duplicate",
        "emit",
        "endOf",
        "eventsOf",
        "everything",
        "faultyFetch",
        "findScriptProblems",
        "foldStream",
        "fromConnection",
        "htmlErrorPage",
        "http",
        "inPieces",
        "maskText",
        "offline",
        "onConnection",
        "openStep",
        "parseScript",
        "pause",
        "performActs",
        "phase",
        "play",
        "playAnswer",
        "playFetch",
        "playScript",
        "problems",
        "problemsElsewhere",
        "readyCall",
        "receipt",
        "record",
        "recordFetch",
        "reorder",
        "retract",
        "revise",
        "runTool",
        "say",
        "scripts",
        "stall",
        "streamWords",
        "think",
        "truncate",
        "unsayMatchers",
        "watchStatuses",
        "withFaults",
      ]
    `);
    expect(Object.keys(forVitest).toSorted()).toEqual(["unsayMatchers", "watchStatuses"]);
  });
});

describe("what is exported", () => {
  const sources = [...graphOf("index.ts").files].filter((file) => dirname(file) === dirname(join(HERE, "index.ts")));

  it("says what it is", () => {
    // Of options it is the members that need words, and each has its own.
    const exported = new Set(readFileSync(join(HERE, "index.ts"), "utf8").match(/\w+/gu));
    const silent = sources.flatMap((file) =>
      [...readFileSync(file, "utf8").matchAll(/(^.*\n)export (?:async )?(?:declare )?(?:function\*?|const|class|interface|type) (\w+)/gmu)]
        .filter(([, before = "", name = ""]) => exported.has(name) && !name.endsWith("Options") && !/\*\/\s*$/u.test(before))
        .map(([, , name]) => `${relative(HERE, file)}: ${name}`),
    );
    expect(silent).toEqual([]);
  });
});
