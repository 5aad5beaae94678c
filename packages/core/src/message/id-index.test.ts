import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addTo, inheritIndex, insertInto, placeOf } from "./id-index.js";
import { homesOf, inheritHomes, noteHome } from "./span-homes.js";
import type { Part } from "./message.js";

interface Item {
  readonly id: string;
}

const searched = (list: readonly Item[], id: string): number => list.findLastIndex((item) => item.id === id);
const ids = fc.integer({ min: 0, max: 60 }).map((number) => `id-${number}`);
const deeds = fc.array(fc.tuple(fc.constantFrom("add", "insert", "branch", "ask"), ids, fc.nat()), { minLength: 60, maxLength: 200 });

describe("placeOf", () => {
  it("finds what a search finds, in lists that grow, take insertions and branch", () => {
    fc.assert(
      fc.property(deeds, (all) => {
        const lists: Item[][] = [[]];
        for (const [deed, id, number] of all) {
          const list = lists[number % lists.length] ?? [];
          if (deed === "add") addTo(list, { id });
          if (deed === "insert" && placeOf(list, id) === -1) insertInto(list, number % (list.length + 1), { id });
          if (deed === "branch") lists.push(branchOf(list));
          const place = placeOf(list, id);
          if (place === -1) expect(searched(list, id)).toBe(-1);
          else expect(list[place]?.id).toBe(id);
        }
      }),
      { numRuns: 500 },
    );
  });

  function branchOf(list: Item[]): Item[] {
    const copy = [...list];
    inheritIndex(list, copy);
    return copy;
  }
});

describe("homesOf", () => {
  const part = (id: string, spans: readonly string[]): Part => ({
    type: "text",
    id,
    kind: "answer",
    status: "open",
    spans: spans.map((span) => ({ id: span, text: "", state: "provisional" })),
  });

  it("names all parts that hold a span, and none that only another branch has", () => {
    const parts = [part("a", ["1", "2"]), part("b", ["2"])];
    expect(homesOf(parts, "2").map(({ id }) => id)).toEqual(["a", "b"]);
    const branch = [...parts, part("c", ["3"])];
    inheritHomes(parts, branch);
    noteHome(branch, "3", "c");
    expect(homesOf(branch, "3").map(({ id }) => id)).toEqual(["c"]);
    expect(homesOf(parts, "3")).toEqual([]);
    expect(homesOf(parts, "4")).toEqual([]);
  });
});
