import { describe, expect, it } from "vitest";
import { createStructuredStream } from "./index.js";

/** Every delta has 8 units and a snapshot is taken after each. */
describe("cost", () => {
  const documents: readonly (readonly [string, (size: number) => string])[] = [
    [
      "rows",
      (size) =>
        JSON.stringify({
          rows: Array.from({ length: size / 80 }, (_, id) => ({ id, name: "Some name of it", note: 'words "and" more words' })),
        }),
    ],
    ["one string", (size) => JSON.stringify({ body: "words and words ".repeat(size / 16) })],
    ["numbers", (size) => JSON.stringify(Array.from({ length: size / 7 }, (_, index) => 100_000 + index))],
    ["members", (size) => JSON.stringify(Object.fromEntries(Array.from({ length: size / 20 }, (_, index) => [`key-${index}`, "value"])))],
  ];

  function timeOf(deltas: readonly string[]): number {
    const start = performance.now();
    const stream = createStructuredStream();
    for (const delta of deltas) {
      stream.push(delta);
      stream.snapshot();
    }
    return performance.now() - start;
  }

  /** The fastest of a few runs of each, in turns, so that a busy machine disturbs both alike. */
  function fastest(texts: readonly string[]): readonly number[] {
    const deltas = texts.map((text) => text.match(/.{1,8}/gu) ?? []);
    const turns = Array.from({ length: 6 }, () => deltas.map(timeOf));
    return texts.map((_text, at) => Math.min(...turns.map((turn) => turn[at] ?? Infinity)));
  }

  it.each(documents)("grows with the text and not with its square: %s", (what, make) => {
    const [small = 0, large = 0] = fastest([make(60_000), make(240_000)]);
    console.log(`structured, ${what}: 60 kB ${small.toFixed(1)} ms, 240 kB ${large.toFixed(1)} ms, ratio ${(large / small).toFixed(2)}`);
    // Four times the text; a quadratic reader takes sixteen times as long.
    expect(large / small).toBeLessThan(9);
  });
});
