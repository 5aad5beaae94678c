import { expect, it } from "vitest";
import { createHighlighter } from "../packages/ui/src/highlight/index.ts";

const { tokenize } = createHighlighter();

it("colours what it knows, and its tokens joined are the code", async () => {
  const code = 'const a: Map<string, number> = f("<b>&amp;" + `x ${1}`); // end\n';
  const tokens = (await tokenize(code, "TS")) ?? [];
  expect(tokens.map(({ text }) => text).join("")).toBe(code);
  expect(tokens.filter(({ kind }) => kind === "keyword").map(({ text }) => text)).toContain("const");
  expect(tokens.find(({ kind }) => kind === "comment")?.text).toBe("// end");
});

it.each(["", "klingon", "constructor", "__proto__"])("leaves %j plain", async (language) => {
  expect(await tokenize("let x", language)).toBeNull();
});
