import { describe, expect, it } from "vitest";
import { createStructuredStream, type JsonSchema, type StructuredPath, type StructuredStream } from "./index.js";

const ACTION: JsonSchema = { type: "object", properties: { action: { enum: ["Delete", "DeleteIfEmpty"] }, note: { type: "string" } } };

function read(text: string, schema?: JsonSchema): StructuredStream {
  const stream = createStructuredStream(schema === undefined ? {} : { schema });
  stream.push(text);
  return stream;
}

/** What each prefix of `text` shows when the stream is given one unit at a time. */
function shownByPrefix(text: string, schema?: JsonSchema): readonly unknown[] {
  const stream = read("", schema);
  return text.split("").map((unit) => {
    stream.push(unit);
    return stream.snapshot();
  });
}

describe("r14-prefix: what shows before it is closed", () => {
  it("shows a string while it grows", () => {
    const stream = read('{"title":"A re');
    expect(stream.snapshot()).toEqual({ title: "A re" });
    expect(stream.isClosed(["title"])).toBe(false);
    stream.push('port"');
    expect(stream.snapshot()).toEqual({ title: "A report" });
    expect(stream.isClosed(["title"])).toBe(true);
    expect(stream.isClosed([])).toBe(false);
  });

  it("closes a number only at a delimiter", () => {
    expect(shownByPrefix("[100 ,2]")).toEqual([[], [], [], [], [100], [100], [100], [100, 2]]);
    const stream = read('{"a":10');
    expect(stream.isClosed(["a"])).toBe(false);
    stream.push("0}");
    expect(stream.snapshot()).toEqual({ a: 100 });
  });

  it("closes a number at the root with the end of the text", () => {
    const stream = read("100");
    expect(stream.snapshot()).toBeUndefined();
    stream.end();
    expect([stream.snapshot(), stream.isClosed([]), stream.isComplete]).toEqual([100, true, true]);
  });

  it("withholds true, false and null until their last letter", () => {
    const shown = shownByPrefix("[true,null]").map((value) => JSON.stringify(value));
    expect(shown.join(" ")).toBe("[] [] [] [] [true] [true] [true] [true] [true] [true,null] [true,null]");
  });

  it("withholds a key until its quote", () => {
    expect(read('{"amo').snapshot()).toEqual({});
    expect(read('{"amount"').snapshot()).toEqual({});
  });

  it("closes a list and an object only at their bracket", () => {
    const stream = read('{"rows":[1,2 ');
    expect([stream.isClosed(["rows"]), stream.isClosed(["rows", 1])]).toEqual([false, true]);
    stream.push("]");
    expect([stream.isClosed(["rows"]), stream.isClosed([])]).toEqual([true, false]);
  });

  it("never shows half of a surrogate pair that may still be completed", () => {
    expect(read('"a\\ud83d').snapshot()).toBe("a");
    expect(read(`"a${"\ud83d"}`).snapshot()).toBe("a");
    expect(read('"a\\ud83d\\ude00').snapshot()).toBe("a😀");
    expect(read('"a\\ud83d"').snapshot()).toBe("a\ud83d");
  });

  it("knows no place for what is not there", () => {
    const stream = read('{"a":[1,2],"b":"text"}');
    const places: readonly StructuredPath[] = [["c"], ["a", 2], ["a", "0"], ["a", "length"], ["b", 0], ["a", 0, "x"], ["toString"]];
    expect(places.map((path) => [stream.isClosed(path), stream.read(path)])).toEqual(places.map(() => [false, undefined]));
  });
});

describe("what the schema withholds", () => {
  it("never shows a prefix of an enum", () => {
    const shown = shownByPrefix('{"action":"DeleteIfEmpty","note":"why"}', ACTION).map((value) => JSON.stringify(value));
    expect(new Set(shown)).toEqual(
      new Set(["{}", '{"action":"DeleteIfEmpty"}', ...["", "w", "wh", "why"].map((note) => `{"action":"DeleteIfEmpty","note":"${note}"}`)]),
    );
  });

  it("withholds a constant that tells the branches of a union apart", () => {
    const branch = (kind: string): JsonSchema => ({ properties: { kind: { const: kind }, text: { type: "string" } } });
    const schema: JsonSchema = {
      type: "array",
      items: { oneOf: [branch("move"), { $ref: "#/$defs/remove" }] },
      $defs: { remove: branch("moveAll") },
    };
    expect(read('[{"kind":"move', schema).snapshot()).toEqual([{}]);
    expect(read('[{"kind":"move","text":"a', schema).snapshot()).toEqual([{ kind: "move", text: "a" }]);
  });

  it("withholds what OpenAPI calls a discriminator", () => {
    const schema: JsonSchema = {
      discriminator: { propertyName: "kind" },
      properties: { kind: { type: "string" }, text: { type: "string" } },
    };
    expect(read('{"kind":"mo', schema).snapshot()).toEqual({});
    expect(read('{"text":"mo', schema).snapshot()).toEqual({ text: "mo" });
  });

  it("withholds an enum in a tuple, a map, a recursive schema and behind a combination", () => {
    const color: JsonSchema = { anyOf: [{ enum: ["red", "reddish"] }, { type: "null" }] };
    expect(read('["red","red', { prefixItems: [{ type: "string" }, color] }).snapshot()).toEqual(["red"]);
    expect(read('{"x":"red', { additionalProperties: color }).snapshot()).toEqual({});
    expect(read('{"x":"red', { patternProperties: { "^x": color } }).snapshot()).toEqual({});
    const tree: JsonSchema = { properties: { color, children: { type: "array", items: { $ref: "#" } } } };
    expect(read('{"children":[{"children":[{"color":"re', tree).snapshot()).toEqual({ children: [{ children: [{}] }] });
  });

  it("withholds a whole object that is a constant", () => {
    const schema: JsonSchema = { properties: { range: { const: { from: "a" } } } };
    const stream = read('{"range":{"from":"a"', schema);
    expect([stream.snapshot(), stream.read(["range"]), stream.read(["range", "from"])]).toEqual([{}, undefined, undefined]);
    stream.push("}");
    expect(stream.snapshot()).toEqual({ range: { from: "a" } });
  });

  it("withholds every string under a reference that it cannot follow", () => {
    const references = ["https://example.com/schema", "#/$defs/gone", "#anchor", "#/%E0%A4%A"];
    expect(references.map(($ref) => read('{"a":{"b":"tex', { $ref }).snapshot())).toEqual(references.map(() => ({ a: {} })));
  });

  it("reads a schema that is no schema", () => {
    const odd: readonly JsonSchema[] = [true, false, {}, { enum: "x", oneOf: 5, properties: [], $ref: 7, items: null }];
    expect(odd.map((schema) => read('["a"]', schema).snapshot())).toEqual(odd.map(() => ["a"]));
    const loop: Record<string, unknown> = { properties: {} };
    loop["allOf"] = [loop, { $ref: "#" }];
    expect(read('{"a":"b', loop).snapshot()).toEqual({ a: "b" });
  });
});

describe("identity", () => {
  it("keeps a finished subtree and replaces only what stands on the open path", () => {
    const stream = read('{"head":{"a":[1]},"rows":[{"x":"1"},{"x":"2');
    const before = stream.snapshot() as { head: object; rows: object[] };
    stream.push("3");
    const after = stream.snapshot() as typeof before;
    expect(after).not.toBe(before);
    expect(after.head).toBe(before.head);
    expect(after.rows[0]).toBe(before.rows[0]);
    expect([before.rows[1], after.rows[1]]).toEqual([{ x: "2" }, { x: "23" }]);
  });

  it("keeps the whole while a delta brings nothing to show", () => {
    const stream = read('{"a":[1,');
    const before = stream.snapshot();
    for (const delta of [" ", "1", "2", "3"]) {
      stream.push(delta);
      expect(stream.snapshot()).toBe(before);
    }
    stream.push(',"');
    expect(stream.snapshot()).not.toBe(before);
  });

  it("shows a long list in steps, each place of it at once, and all of it at the end", () => {
    const stream = read(`[${"7,".repeat(2050)}`);
    expect(stream.snapshot()).toHaveLength(2048);
    expect([stream.read([2049]), stream.isClosed([2049])]).toEqual([7, true]);
    stream.push('"open');
    expect(stream.read([2050])).toBe("open");
    stream.end();
    expect(stream.snapshot()).toHaveLength(2051);
    expect(stream.openPaths).toEqual([[], [2050]]);
  });

  it("tells its listeners about each delta until they leave", () => {
    const stream = createStructuredStream();
    let calls = 0;
    const leave = stream.subscribe(() => (calls += 1));
    stream.push("[");
    stream.push("]");
    stream.end();
    leave();
    stream.push("x");
    expect(calls).toBe(3);
  });
});

describe("faults", () => {
  it("freezes the snapshot before the fault and says what, where and at which path", () => {
    const stream = read('{"rows":[{"a":"x"},{"b":"y" oops');
    const frozen = stream.snapshot();
    expect(frozen).toEqual({ rows: [{ a: "x" }, { b: "y" }] });
    expect(stream.error).toEqual({
      code: "invalid-arguments",
      message: 'Expected a comma or the closing bracket, found "o". This is at character 28, while /rows/1 was open.',
      retryable: false,
      field: "/rows/1",
    });
    stream.push('}],"late":1}');
    stream.end();
    expect([stream.snapshot(), stream.isComplete]).toEqual([frozen, false]);
  });

  it("is not complete after an end with open paths, and says which", () => {
    const stream = read('{"done":"yes","rows":[1,{"name":"An');
    stream.end();
    expect(stream.isComplete).toBe(false);
    expect(stream.openPaths).toEqual([[], ["rows"], ["rows", 1], ["rows", 1, "name"]]);
    expect(stream.error?.message).toBe(
      "The text ended where the rest of a string was expected. Continue the answer, or ask for it again. This is at character 35, while /rows/1/name was open.",
    );
    expect([stream.isClosed(["done"]), stream.isClosed(["rows", 1, "name"])]).toEqual([true, false]);
    expect(stream.snapshot()).toEqual({ done: "yes", rows: [1, { name: "An" }] });
  });

  it("closes nothing when it is cut, not even a number at the root, and takes no more", () => {
    const number = read("100");
    const rows = read(`[${"1,".repeat(2000)}2`);
    for (const stream of [number, rows]) {
      stream.cut();
      stream.push("]");
      stream.end();
    }
    expect([number.snapshot(), number.isClosed([]), number.isComplete, number.error]).toEqual([undefined, false, false, null]);
    expect(rows.openPaths).toEqual([[], [2000]]);
    expect(rows.snapshot()).toHaveLength(2000);
  });

  it("shows the entry that a wide list was shown without once the text is cut in it", () => {
    const stream = read(`[${'{"name":"Ann"},'.repeat(300)}{"name":"Be`);
    expect([stream.snapshot(), stream.read([300, "name"])]).toEqual([expect.objectContaining({ length: 300 }), "Be"]);
    stream.cut();
    expect((stream.snapshot() as readonly unknown[]).at(300)).toEqual({ name: "Be" });
  });

  it("names an open number, which is not in the snapshot", () => {
    const stream = read("[1,10");
    stream.end();
    expect([stream.snapshot(), stream.openPaths]).toEqual([[1], [[], [1]]]);
  });

  it.each([
    ["nothing at all", "", "The text ended where a value was expected."],
    ["a number with letters", "[1a]", 'Expected a number, found "a".'],
    ["a number in bad order", "[1-2]", '"1-2" is not a JSON number'],
    ["a leading zero", "[012]", '"012" is not a JSON number'],
    ["a control character", '["a\u0001"]', "control character"],
    ["an unknown escape", '["\\x"]', 'Expected an escape, found "x".'],
    ["a comma before a bracket", "[1,]", 'Expected a value, found "]".'],
    ["brackets that do not match", "[1}", 'found "}".'],
    ["a second document", "{} {}", 'Expected nothing more, found "{".'],
  ])("answers %s with an error", (_what, text, message) => {
    const stream = read(text);
    stream.end();
    expect(stream.error?.message).toContain(message);
  });

  it("reads as deep as it was told and no deeper", () => {
    const deepest = read("[".repeat(64) + "]".repeat(64));
    deepest.end();
    expect(deepest.isComplete).toBe(true);
    expect(read("[".repeat(65)).error?.message).toContain("nested deeper than 64 levels");
    const shallow = createStructuredStream({ maxDepth: 1 });
    shallow.push('{"a":{');
    expect([shallow.snapshot(), shallow.error?.message]).toEqual([{}, expect.stringContaining("deeper than 1 levels")]);
  });

  it("reads as much as it was told, the same in every chunking", () => {
    const shown = [/.{20}/gu, /./gu, /.{9}|.+/gu].map((chunk) => {
      const stream = createStructuredStream({ maxLength: 10 });
      for (const piece of '["abcdefghijklmnop"]'.match(chunk) ?? []) stream.push(piece);
      return [stream.snapshot(), stream.error?.message];
    });
    expect(shown).toEqual(
      shown.map(() => [["abcdefgh"], expect.stringContaining("has more than 10 characters, and no more are read. Ask for less")]),
    );
  });

  it("takes text after the end as an error", () => {
    const stream = read("[]");
    stream.end();
    expect(stream.isComplete).toBe(true);
    stream.push("]");
    expect([stream.isComplete, stream.error?.code]).toEqual([false, "invalid-arguments"]);
  });

  it("takes a delta that is not text as an error", () => {
    const stream = createStructuredStream();
    stream.push(JSON.parse("null"));
    expect(stream.error?.message).toContain("must be text; found object");
  });
});

describe("keys", () => {
  it("keeps the names of the prototype as own members and leaves every prototype alone", () => {
    const before = Object.getOwnPropertyNames(Object.prototype);
    const text =
      '{"__proto__":{"polluted":"x","__proto__":{"y":"z"}},"constructor":{"prototype":{"x":1}},"hasOwnProperty":"h","toString":"t"}';
    const stream = createStructuredStream({ schema: { properties: {}, additionalProperties: { type: "string" } } });
    for (const unit of text) {
      stream.push(unit);
      expect(Reflect.get({}, "polluted")).toBeUndefined();
      expect(Object.getPrototypeOf(stream.snapshot() ?? {})).toBe(Object.prototype);
    }
    expect(stream.snapshot()).toEqual(JSON.parse(text));
    expect(Object.keys(stream.snapshot() as object)).toEqual(["__proto__", "constructor", "hasOwnProperty", "toString"]);
    expect([stream.isClosed(["__proto__", "polluted"]), stream.read(["__proto__", "polluted"])]).toEqual([true, "x"]);
    expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before);
  });

  it("opens a path again where its object repeats the key, and ends with the last value", () => {
    const stream = read('{"a":"first","b":1,"a":10');
    expect([stream.snapshot(), stream.isClosed(["a"])]).toEqual([{ b: 1 }, false]);
    stream.push("0}");
    expect([stream.snapshot(), stream.isClosed(["a"])]).toEqual([{ b: 1, a: 100 }, true]);
  });
});
