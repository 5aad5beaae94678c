import { describe, expect, it } from "vitest";
import { ar } from "./ar.js";
import { de } from "./de.js";
import { en } from "./en.js";

type Leaf = string | ((...values: never[]) => string);

/** Entries by their path, such as `status.chips.draft`. */
function leavesOf(table: object, path = ""): ReadonlyMap<string, Leaf> {
  return new Map(
    Object.entries(table).flatMap(([key, value]: [string, unknown]) => {
      const here = path === "" ? key : `${path}.${key}`;
      return typeof value === "object" && value !== null ? [...leavesOf(value, here)] : [[here, value as Leaf]];
    }),
  );
}

const english = leavesOf(en);
/** A number whose digits can be found again in any locale, and words that no language has. */
const TRIED = [3, "⟦one⟧", ["⟦a⟧", "⟦b⟧"]] as const;

/** What an entry says for values of each kind; `null` for values that it does not take. */
function tried(leaf: Leaf): readonly (string | null)[] {
  if (typeof leaf === "string") return [leaf];
  const call = leaf as (...values: unknown[]) => string;
  return TRIED.flatMap((first) => TRIED.map((second) => sayOf(() => call(first, second))));
}

function sayOf(call: () => string): string | null {
  try {
    return String(call());
  } catch {
    return null;
  }
}

function said(leaf: Leaf | undefined): readonly string[] {
  return leaf === undefined ? [] : tried(leaf).filter((text) => text !== null);
}

const placesIn = (text: string): string =>
  [...text.matchAll(/⟦\w+⟧/gu)]
    .map(([place]) => place)
    .sort()
    .join(" ");

/** Both put what they are given into their words, for whatever both take. */
function holdTheSame(one: Leaf, other: Leaf | undefined): boolean {
  const others = other === undefined ? [] : tried(other);
  return tried(one).every((text, place) => {
    const found = others[place] ?? null;
    return text === null || found === null || placesIn(text) === placesIn(found);
  });
}

describe.each([
  ["German", de, "de"],
  ["Arabic", ar, "ar"],
])("the words in %s", (_language, table) => {
  const own = leavesOf(table);

  it("lack none and have none too many", () => {
    expect([...english.keys()].filter((path) => !own.has(path))).toEqual([]);
    expect([...own.keys()].filter((path) => !english.has(path))).toEqual([]);
  });

  it("are entries of the same kind, and none is empty", () => {
    const odd = [...english].filter(([path, leaf]) => typeof own.get(path) !== typeof leaf || own.get(path) === "");
    expect(odd.map(([path]) => path)).toEqual([]);
  });

  it("say all that they are given: the same placeholders as in English", () => {
    const different = [...english].filter(([path, leaf]) => !holdTheSame(leaf, own.get(path))).map(([path]) => path);
    expect(different).toEqual([]);
  });

  it("hold numbers in the digits of the language where English holds them", () => {
    const three = table.number(3);
    const hasNumber = (leaf: Leaf | undefined, digit: string) =>
      typeof leaf === "function" && said(leaf).some((text) => text.includes(digit));
    expect(
      [...english]
        .filter(([path, leaf]) => hasNumber(leaf, "3") && !hasNumber(own.get(path), three) && !isSpelled(path))
        .map(([path]) => path),
    ).toEqual([]);
  });
});

/** Times and dates are told by the clock's numbers and not by the one that was given. */
function isSpelled(path: string): boolean {
  return path === "time" || path === "grants.date";
}

/** Entries that are the same in both languages: names, signs, and words of both. */
const SHARED: ReadonlySet<string> = new Set(["Token", "Enter", "⌘", "Alt", "In", "r", "s", "ms", "×"]);

describe("no English is left", () => {
  it("in German", () => {
    const own = leavesOf(de);
    const same = [...english].filter(([path, leaf]) => typeof leaf === "string" && own.get(path) === leaf && !SHARED.has(leaf));
    expect(same.map(([path]) => path)).toEqual([]);
    const words = /\b(the|and|your|you|answer|message|stop|stopped|were|not|send|sent|waiting|still|with|of|to|no|new)\b/u;
    const left = [...own].flatMap(([path, leaf]) =>
      said(leaf)
        .filter((text) => words.test(text))
        .map((text) => `${path}: ${text}`),
    );
    expect(left).toEqual([]);
  });

  it("in Arabic, but for names of keys and formats", () => {
    const latin = /[A-Za-z]{2,}/u;
    const allowed = /⟦\w+⟧|Enter|Shift|Ctrl|Alt|JSON|F6|undefined|NaN/gu;
    const left = [...leavesOf(ar)].flatMap(([path, leaf]) =>
      said(leaf)
        .filter((text) => latin.test(text.replace(allowed, "")))
        .map((text) => `${path}: ${text}`),
    );
    expect(left).toEqual([]);
  });
});

describe("plurals", () => {
  it("have the forms of their language", () => {
    expect([1, 2].map(en.status.corrections)).toEqual(["1 correction", "2 corrections"]);
    expect([1, 2].map(de.status.corrections)).toEqual(["1 Korrektur", "2 Korrekturen"]);
    expect([1, 2, 3, 11, 100].map(ar.status.corrections).map((text) => text.replace(/[\d\u0660-\u0669]+/u, "#"))).toEqual([
      "تصحيح واحد",
      "تصحيحان",
      "# تصحيحات",
      "# تصحيحًا",
      "# تصحيح",
    ]);
  });
});
