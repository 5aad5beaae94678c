import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createStructuredStream, type StructuredPath, type StructuredStream } from "./index.js";

const DOCUMENTS = fileURLToPath(new URL("../../../../../shared/fixtures/json-documents/jsontestsuite.json", import.meta.url));
const isHere = existsSync(DOCUMENTS);
if (!isHere) console.warn("No JSON documents beside the repository: the tests over them are skipped.");

interface JsonDocument {
  readonly name: string;
  readonly expect: "accept" | "reject" | "either";
  readonly text: string;
}

interface StoredDocument {
  readonly name: string;
  readonly expect: JsonDocument["expect"];
  readonly base64?: string;
  readonly repeat?: unknown;
}

function load(): readonly JsonDocument[] {
  const stored = JSON.parse(readFileSync(DOCUMENTS, "utf8")) as readonly StoredDocument[];
  return stored.map((document) => ({ name: document.name, expect: document.expect, text: textOf(document) }));
}

function textOf(document: StoredDocument): string {
  const repeat = document.repeat as { readonly unit_base64: string; readonly times: number } | undefined;
  const bytes = Buffer.from(repeat?.unit_base64 ?? document.base64 ?? "", "base64");
  return new TextDecoder().decode(bytes).repeat(repeat?.times ?? 1);
}

/** What `JSON.parse` makes of it, where it takes it and the depth is one that is read. */
function parsed(text: string): { readonly value: unknown } | undefined {
  if (text.startsWith("[".repeat(65))) return undefined;
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

/** Every place of a value that came from JSON. */
function placesOf(value: unknown, at: StructuredPath = []): readonly StructuredPath[] {
  if (typeof value !== "object" || value === null) return [at];
  const steps: readonly (string | number)[] = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  return [at, ...steps.flatMap((step) => placesOf(Reflect.get(value, step), [...at, step]))];
}

/** Remembers each value when it closes, and each that was another one later. */
class ClosedValues {
  readonly changed: string[] = [];
  readonly #closed = new Map<string, unknown>();

  check(stream: StructuredStream): void {
    for (const path of placesOf(stream.snapshot())) if (stream.isClosed(path)) this.#checkPath(path, stream.read(path));
  }

  #checkPath(path: StructuredPath, value: unknown): void {
    const key = JSON.stringify(path);
    if (this.#closed.has(key) && !Object.is(this.#closed.get(key), value)) this.changed.push(key);
    this.#closed.set(key, value);
  }
}

/** One unit at a time, so that each prefix is looked at, to the end or the first error. */
function readByUnit(text: string): { readonly stream: StructuredStream; readonly prefixes: number; readonly changed: readonly string[] } {
  const stream = createStructuredStream();
  const closed = new ClosedValues();
  let prefixes = 0;
  for (; prefixes < text.length && stream.error === null; prefixes += 1) {
    stream.push(text.charAt(prefixes));
    closed.check(stream);
  }
  stream.end();
  return { stream, prefixes, changed: closed.changed };
}

function pieces(text: string, sizes: readonly number[]): readonly string[] {
  const cut: string[] = [];
  for (let at = 0, turn = 0; at < text.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    cut.push(text.slice(at, at + size));
    at += size;
  }
  return cut;
}

/** What each prefix of `text` shows when the stream is given one unit at a time. */
function shownByPrefix(text: string): readonly unknown[] {
  const stream = createStructuredStream();
  return text.split("").map((unit) => {
    stream.push(unit);
    return stream.snapshot();
  });
}

function atOnce(text: string): StructuredStream {
  const stream = createStructuredStream();
  stream.push(text);
  return stream;
}

function checkPlace(stream: StructuredStream, path: StructuredPath, closed: Map<StructuredPath, unknown>, whole: unknown): void {
  const now = stream.read(path);
  const final = path.reduce<unknown>((at, step) => Reflect.get(at as object, step), whole);
  if (closed.has(path)) expect(now).toBe(closed.get(path));
  else if (stream.isClosed(path)) closed.set(path, now);
  if (stream.isClosed(path)) expect(now).toEqual(final);
  else if (typeof now === "string") expect(String(final).startsWith(now)).toBe(true);
  else expect(now === undefined || typeof now === "object").toBe(true);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const json = fc.jsonValue({ maxDepth: 4 });
const sizes = fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 6 });

describe("r14-prefix: every document in every chunking", () => {
  it("shows the same after the same prefix, whatever the chunks were and whoever looked before", () => {
    fc.assert(
      fc.property(json, sizes, (value, chunks) => {
        const text = JSON.stringify(value);
        const byUnit = shownByPrefix(text);
        const stream = createStructuredStream();
        let length = 0;
        for (const piece of pieces(text, chunks)) {
          stream.push(piece);
          length += piece.length;
          expect(stream.snapshot()).toEqual(byUnit[length - 1]);
        }
        stream.end();
        expect(stream.error).toBeNull();
        expect(stream.snapshot()).toEqual(JSON.parse(text));
      }),
    );
  });

  it("shows the same of wide containers, whoever looked before", () => {
    const text = JSON.stringify({
      list: Array.from({ length: 2500 }, (_, index) => index),
      map: Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`k${index}`, "v"])),
      rows: Array.from({ length: 400 }, (_, index) => ({ index, name: "Ann", tags: ["x"] })),
    });
    const watched = createStructuredStream();
    pieces(text, [7, 3, 11]).reduce((length, piece) => {
      watched.push(piece);
      const shown = watched.snapshot();
      if (length % 150 === 0) {
        const unwatched = atOnce(text.slice(0, length + piece.length));
        expect(shown).toEqual(unwatched.snapshot());
        for (const path of unwatched.openPaths) expect(watched.read(path)).toEqual(unwatched.read(path));
      }
      return length + piece.length;
    }, 0);
    expect(watched.snapshot()).toEqual(JSON.parse(text));
  });

  it("never changes a closed value, and shows strings only as beginnings of what they become", () => {
    fc.assert(
      fc.property(json, sizes, (value, chunks) => {
        const text = `${JSON.stringify(value)} `;
        const whole: unknown = JSON.parse(text);
        const places = placesOf(whole);
        const closed = new Map<StructuredPath, unknown>();
        const stream = createStructuredStream();
        for (const piece of pieces(text, chunks)) {
          stream.push(piece);
          for (const path of places) checkPlace(stream, path, closed, whole);
        }
        expect(closed.size).toBe(places.length);
      }),
    );
  });

  it("never throws, whatever comes", () => {
    const soup = fc
      .array(fc.constantFrom(...'{}[]:,"\\ue0-1.E+ truefalsn\u0000é😀'.split("")), { maxLength: 40 })
      .map((units) => units.join(""));
    fc.assert(
      fc.property(fc.oneof(soup, fc.string({ unit: "binary" })), sizes, (text, chunks) => {
        const stream = createStructuredStream({ schema: { properties: { a: { enum: ["a"] } } } });
        for (const piece of pieces(text, chunks)) stream.push(piece);
        stream.end();
        expect(stream.isComplete).toBe(isJson(text));
      }),
      { numRuns: 500 },
    );
  });

  it("leaves prototypes alone with such a key at any place", () => {
    const key = fc.constantFrom("__proto__", "constructor", "prototype", "x", "toString");
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof({ maxDepth: 4 }, fc.string(), fc.array(tie("value"), { maxLength: 3 }), tie("object")),
      object: fc.array(fc.tuple(key, tie("value")), { maxLength: 4 }).map((members) => Object.fromEntries(members)),
    }));
    fc.assert(
      fc.property(value, sizes, (document, chunks) => {
        const text = JSON.stringify(document);
        const stream = createStructuredStream();
        for (const piece of pieces(text, chunks)) {
          stream.push(piece);
          stream.snapshot();
        }
        expect(JSON.stringify(stream.snapshot())).toBe(text);
        expect([Reflect.get({}, "x"), Reflect.get([], "x")]).toEqual([undefined, undefined]);
      }),
      { numRuns: 10_000 },
    );
  });
});

describe("r14-prefix, r17-final: the documents of JSONTestSuite", () => {
  it("are beside the repository, or this says that they are not", () => {
    console.log(isHere ? `structured: ${load().length} JSON documents` : "structured: no JSON documents beside the repository");
  });

  it.skipIf(!isHere)("end as JSON.parse ends: the same value, or an error", () => {
    let prefixes = 0;
    for (const document of load()) {
      const { stream, prefixes: read } = readByUnit(document.text);
      const expected = parsed(document.text);
      prefixes += read;
      expect.soft(stream.isComplete, document.name).toBe(expected !== undefined);
      if (expected !== undefined) expect.soft(stream.snapshot(), document.name).toEqual(expected.value);
      if (document.expect === "accept") expect.soft(stream.error, document.name).toBeNull();
      if (document.expect === "reject") expect.soft(stream.error?.code, document.name).toBe("invalid-arguments");
    }
    const count = (what: JsonDocument["expect"]) => load().filter(({ expect: expected }) => expected === what).length;
    console.log(
      `structured: ${count("accept")} accepted, ${count("reject")} rejected, ${count("either")} either; ${prefixes} prefixes read`,
    );
  });

  it.skipIf(!isHere)("show at every prefix what the prefix shows when it comes at once, and may be cut there", () => {
    for (const { name, text } of load()) {
      const stream = createStructuredStream();
      for (let length = 1; length <= text.length && stream.error === null; length += 1) {
        stream.push(text.charAt(length - 1));
        const cut = atOnce(text.slice(0, length));
        expect(cut.snapshot(), name).toEqual(stream.snapshot());
        cut.end();
        if (cut.isComplete) expect(cut.snapshot(), name).toEqual(JSON.parse(text.slice(0, length)));
      }
    }
  });

  it.skipIf(!isHere)("change no closed value, except where an object repeats a key", () => {
    const changed = load().filter(({ text }) => readByUnit(text).changed.length > 0);
    expect(changed.map(({ name }) => name).toSorted()).toEqual(["object_same_key_unclear_values.json", "y_object_duplicated_key.json"]);
  });
});
