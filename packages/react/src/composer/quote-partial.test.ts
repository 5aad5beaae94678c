import { describe, expect, it } from "vitest";
import { MAX_QUOTE_LENGTH, quotePartial } from "./quote-partial.js";

describe("statement 43: what a redirect quotes", () => {
  it.each([
    ["a fence and its language", "Run this:\n\n```sh\nkubectl drain node_3 --force\n", "Run this: kubectl drain node_3 --force"],
    ["code keeps its signs", "```ts\nconst a = b * 2 * c; // **kept**\n```\nDone", "const a = b * 2 * c; // **kept** Done"],
    ["marks around words", "Use **only** _this_ `flag`, ~~not~~ snake_case or 2*3", "Use only this flag, not snake_case or 2*3"],
    ["lists, headings and quotes", "## Steps\n\n> - first\n2. second", "Steps first second"],
    ["links and images", "See [the guide](https://a.example/x) and ![a map](/map.png).", "See the guide and a map."],
    ["tables", "| Region | Load |\n|---|:-:|\n| eu | 3 |", "Region · Load eu · 3"],
    ["marks that are not closed yet", "It is **very imp", "It is very imp"],
  ])("is words without the signs of Markdown: %s", (_name, painted, words) => {
    expect(quotePartial(painted)).toBe(words);
  });

  it("is nothing where only signs have come", () => {
    expect([quotePartial(""), quotePartial("```"), quotePartial("\n- \n***")]).toEqual([undefined, undefined, undefined]);
  });

  it("is the last whole words, and costs the same however long the answer is", () => {
    const quote = quotePartial(`${"word ".repeat(50_000)}*`.repeat(2)) ?? "";
    expect(quote).toMatch(/^…(?:word ?)+$/u);
    expect(quote.length).toBeLessThanOrEqual(MAX_QUOTE_LENGTH);
    expect(quotePartial(`${"*[`|".repeat(100_000)} end`)?.length).toBeLessThanOrEqual(MAX_QUOTE_LENGTH);
  });
});
