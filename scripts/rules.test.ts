import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { collectRules, renderRules, RULES_FILE, statementsIn } from "./rules.mjs";

describe("rules of the interface", () => {
  const rules = collectRules();

  it("all 105 of them, and each row of the tables, are named by a test", () => {
    expect(rules.filter(({ id }) => /^\d+$/u.test(id))).toHaveLength(105);
    expect(rules.filter(({ files }) => files.length === 0).map(({ id, subject }) => `${id}: ${subject}`)).toEqual([]);
  });

  it("the table says which, and is up to date", () => {
    expect(cellsOf(readFileSync(RULES_FILE, "utf8"))).toEqual(cellsOf(renderRules(rules)));
  });

  it.each([
    ["statement 7: one", [7]],
    ["statements 41, 42 and 46: three", [41, 42, 46]],
    ["statements 70–72 and 98: a range", [70, 71, 72, 98]],
    ["statement:13", [13]],
    ["a statement of fact: 5", []],
  ])("%s", (title, numbers) => {
    expect([...statementsIn(title)]).toEqual(numbers);
  });
});

/** A formatter may line the columns up. */
function cellsOf(table: string): readonly string[] {
  return table
    .split("\n")
    .filter((line) => line.startsWith("|") && !/^[|\s-]+$/u.test(line))
    .map((line) => line.replace(/\s*\|\s*/gu, "|"));
}
