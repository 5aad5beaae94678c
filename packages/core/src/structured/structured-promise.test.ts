import { parsePartialJson } from "ai";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createStructuredStream, type JsonSchema, type StructuredPath } from "./index.js";

/** What a reader of growing JSON is asked here: what it shows after each prefix. */
type ShowPrefixes = (text: string, schema: JsonSchema) => Promise<readonly unknown[]>;

const SCHEMA: JsonSchema = {
  type: "object",
  properties: {
    action: { enum: ["Delete", "DeleteIfEmpty"] },
    kind: { const: "account" },
    force: { type: "boolean" },
    amount: { type: "number" },
    note: { type: "string" },
  },
};

const ours: ShowPrefixes = async (text, schema) => {
  const stream = createStructuredStream({ schema });
  return text.split("").map((unit) => {
    stream.push(unit);
    return stream.snapshot();
  });
};

/** Repairs each prefix and parses it, which knows nothing of a schema and nothing of what is closed. */
const repairAndParse: ShowPrefixes = async (text) =>
  Promise.all(text.split("").map(async (_unit, at) => (await parsePartialJson(text.slice(0, at + 1))).value));

const FIXED: ReadonlySet<string | number | undefined> = new Set(["action", "kind"]);

/** Each place of a shown value that already says what it says: anything but a list, an object or free text. */
function settledPlaces(value: unknown, at: StructuredPath = []): readonly (readonly [StructuredPath, unknown])[] {
  if (typeof value !== "object" || value === null) return typeof value === "string" && !FIXED.has(at.at(-1)) ? [] : [[at, value]];
  return Object.entries(value).flatMap(([key, child]) => settledPlaces(child, [...at, key]));
}

function valueAt(value: unknown, path: StructuredPath): unknown {
  return path.reduce<unknown>((at, step) => (typeof at === "object" && at !== null ? Reflect.get(at, step) : undefined), value);
}

/** Values shown after a prefix of `text` that are not the final ones; `text` is whole JSON. */
async function brokenPromises(show: ShowPrefixes, text: string): Promise<readonly string[]> {
  const whole: unknown = JSON.parse(text);
  const shown = await show(text, SCHEMA);
  return shown.flatMap((value, at) =>
    settledPlaces(value)
      .filter(([path, now]) => !Object.is(valueAt(whole, path), now))
      .map(([path, now]) => `${text.slice(0, at + 1)} shows ${path.join(".")} = ${String(now)}`),
  );
}

/** Words shown before their last letter came: `text` is cut inside of one. */
async function guessedWords(show: ShowPrefixes, cut: string): Promise<readonly unknown[]> {
  return settledPlaces((await show(cut, SCHEMA)).at(-1)).map(([, now]) => now);
}

const documents = fc.record(
  {
    action: fc.constantFrom("Delete", "DeleteIfEmpty"),
    kind: fc.constant("account"),
    force: fc.boolean(),
    amount: fc.integer({ min: 10, max: 1_000_000 }),
    note: fc.string(),
  },
  { requiredKeys: ["action", "amount"] },
);

const DELETE = '{"action":"DeleteIfEmpty","force":true,"amount":100}';

describe("r14-prefix: what is shown is never taken back", () => {
  it("holds for every prefix of every document", async () => {
    await fc.assert(
      fc.asyncProperty(documents, async (document) => {
        expect(await brokenPromises(ours, JSON.stringify(document))).toEqual([]);
      }),
    );
  });

  it("shows no member of an enum that is a prefix of another, and no word before its last letter", async () => {
    expect(await brokenPromises(ours, DELETE)).toEqual([]);
    for (const cut of ['{"force":tr', '{"amount":10', '{"action":"Delete', '{"kind":"account'])
      expect(await guessedWords(ours, cut)).toEqual([]);
  });

  it("finds a reader that repairs and parses: Delete for DeleteIfEmpty, true for tr, 10 for 100", async () => {
    const found = await brokenPromises(repairAndParse, DELETE);
    expect(found).toContain('{"action":"Delete shows action = Delete');
    expect(found).toContain('{"action":"DeleteIfEmpty","force":true,"amount":10 shows amount = 10');
    expect(await guessedWords(repairAndParse, '{"force":tr')).toEqual([true]);
    const property = fc.asyncProperty(
      documents,
      async (document) => (await brokenPromises(repairAndParse, JSON.stringify(document))).length === 0,
    );
    expect((await fc.check(property)).failed).toBe(true);
  });
});
