import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeNdjson, NdjsonFramer } from "./ndjson.js";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function frame(chunks: readonly Uint8Array[]): readonly string[] {
  const framer = new NdjsonFramer();
  return chunks.flatMap((chunk) => framer.push(chunk));
}

describe("NdjsonFramer", () => {
  it("cuts at line feeds, with or without a carriage return, and skips blank lines and a byte order mark", () => {
    expect(frame([bytes('\uFEFF{"a":1}\r\n\n{"b":2}\n \r\n{"c":3}\n')])).toEqual(['{"a":1}', '{"b":2}', '{"c":3}']);
  });

  it("keeps other line breaks of Unicode inside strings", () => {
    expect(frame([bytes('{"a":"one\u2028two\u0085three"}\n')])).toEqual(['{"a":"one\u2028two\u0085three"}']);
  });

  it("drops a line that the end of the body cuts, also when it would parse", () => {
    const framer = new NdjsonFramer();
    expect(framer.push(bytes('{"a":1}\n{"b":2}'))).toEqual(['{"a":1}']);
    expect(framer.unfinished).toBe('{"b":2}');
  });

  it("gives the same lines however the bytes are cut", () => {
    const json = fc.json({ noUnicodeString: false });
    const body = fc.array(json, { maxLength: 6 }).map((values) => bytes(values.map((value) => `${value}\n`).join("")));
    fc.assert(
      fc.property(body, fc.array(fc.nat({ max: 400 }), { maxLength: 8 }), (whole, at) => {
        const cuts = [0, ...at.map((cut) => Math.min(cut, whole.length)).sort((a, b) => a - b), whole.length];
        const chunks = cuts.slice(1).map((cut, index) => whole.subarray(cuts[index], cut));
        expect(frame(chunks)).toEqual(frame([whole]));
        expect(frame(Array.from(whole, (_byte, index) => whole.subarray(index, index + 1)))).toEqual(frame([whole]));
      }),
      { numRuns: 100 },
    );
  });

  it("stops reading at a line larger than a line may be, in one chunk or in many", () => {
    const framer = new NdjsonFramer(1_000);
    expect(framer.push(bytes(`1\n${"x".repeat(1_001)}\n2\n`))).toEqual(["1"]);
    expect([framer.overflowed, framer.unfinished]).toEqual([true, ""]);
    expect(framer.push(bytes("3\n"))).toEqual([]);
    const slow = new NdjsonFramer();
    const piece = bytes("x".repeat(1024));
    for (let count = 0; count <= 1024; count += 1) slow.push(piece);
    expect(slow.overflowed).toBe(true);
  });
});

describe("encodeNdjson", () => {
  it("ends a line, and refuses one that would be two", () => {
    expect(encodeNdjson('{"a":"\\n"}')).toBe('{"a":"\\n"}\n');
    expect(() => encodeNdjson('{\n"a":1}')).toThrow(TypeError);
  });
});
