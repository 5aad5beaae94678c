import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const PAGE = readFileSync(new URL("../../../../docs/wires.md", import.meta.url), "utf8");
const MANIFEST = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
  readonly exports: Readonly<Record<string, Readonly<Record<string, string>>>>;
};

/** Each folder here is one wire, or two of one provider; what they have in common is none. */
const FOLDERS = readdirSync(HERE, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name !== "shared")
  .map(({ name }) => name);

const SECTIONS = PAGE.split(/^## /mu).slice(1);
const LINK = /https:\/\/[^\s>)]+/gu;

/** Docstrings of what the folder exports as its decoders. */
function docstringsOf(folder: string): readonly string[] {
  const sources = readdirSync(HERE + folder)
    .filter((name) => /(?:^|-)(?:decode|index)\.ts$/u.test(name))
    .map((name) => readFileSync(`${HERE}${folder}/${name}`, "utf8"));
  return sources.flatMap((source) =>
    [...source.matchAll(/(\/\*\*(?:(?!\*\/)[\s\S])*\*\/)\s*export (?:const|function) decode\w+/gu)].map(([, docstring = ""]) => docstring),
  );
}

describe.each(FOLDERS)("the wire of %s", (folder) => {
  const sections = SECTIONS.filter((section) => section.includes(`Folder \`${folder}\``));
  const docstrings = docstringsOf(folder);

  it("has a section for each decoder, which says what is terminal, what is not, its traps and its silence", () => {
    expect(docstrings.length).toBeGreaterThan(0);
    expect(sections).toHaveLength(docstrings.length);
    for (const section of sections) {
      for (const word of ["**Terminal", "**Not terminal:**", "**Traps:**", "**Cannot say:**"]) expect(section).toContain(word);
      expect(section.match(LINK)?.length ?? 0).toBeGreaterThan(0);
    }
  });

  it("names what is terminal and what is not in the docstring, and links the page that the section links", () => {
    const linked = sections.flatMap((section) => section.match(LINK) ?? []);
    for (const docstring of docstrings) {
      expect(docstring).toMatch(/Terminal[,:]/u);
      expect(docstring).toMatch(/Not\s+(?:\*\s+)?terminal:/u);
      if (folder === "unsay") continue; // Its events are this package's own.
      const links = docstring.match(LINK) ?? [];
      expect(links.length).toBeGreaterThan(0);
      for (const link of links) expect(linked).toContain(link.replace(/[,.]$/u, ""));
    }
  });

  it("can be imported by itself", () => {
    const path = `./src/adapters/${folder}/index.ts`;
    const entries = Object.values(MANIFEST.exports).map((entry) => entry["@unsay/source"]);
    if (folder !== "unsay") expect(entries).toContain(path);
  });
});

describe("the page of wires", () => {
  it("has no section of a wire that is not here", () => {
    for (const section of SECTIONS) expect(FOLDERS).toContain(/Folder `([^`]+)`/u.exec(section)?.[1]);
  });
});
