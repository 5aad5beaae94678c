import { describe, expect, it } from "vitest";
import { GrowingTree } from "./growing-tree.js";
import { createStructuredStream } from "./index.js";
import { JsonTokenizer, type TokenSink } from "./json-tokenizer.js";

const DELTA = 8;
const KILOBYTE = 1024;
const MIN_TURNS = 8;
const MAX_TURNS = 60;
const SIZES = [50, 100, 200, 400].map((kilobytes) => kilobytes * KILOBYTE);

const DOCUMENTS: readonly (readonly [string, (size: number) => string])[] = [
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

/** A snapshot is taken after each delta. */
function read(deltas: readonly string[]): void {
  const stream = createStructuredStream();
  for (const delta of deltas) {
    stream.push(delta);
    stream.snapshot();
  }
}

/** Milliseconds of this thread alone, so that neighbours on the machine do not count. The clock ticks every 4 ms. */
function timeOf(deltas: readonly string[], times: number): number {
  const start = process.threadCpuUsage();
  for (let at = 0; at < times; at += 1) read(deltas);
  const { user, system } = process.threadCpuUsage(start);
  return (user + system) / 1_000;
}

const deltasOf = (text: string): readonly string[] => text.match(new RegExp(`.{1,${DELTA}}`, "gsu")) ?? [];

/** For each text the time of one reading. All are read in turns, short ones more often, so that each sum has as many ticks. */
function timesOf(texts: readonly string[], isFine: (times: readonly number[]) => boolean): readonly number[] {
  const longest = Math.max(...texts.map((text) => text.length));
  const jobs = texts.map((text) => ({ deltas: deltasOf(text), often: Math.round(longest / text.length) }));
  let sums = texts.map(() => 0);
  for (let turn = 1; turn <= MAX_TURNS; turn += 1) {
    sums = jobs.map(({ deltas, often }, at) => (sums[at] ?? 0) + timeOf(deltas, often));
    const times = sums.map((sum, at) => sum / turn / (jobs[at]?.often ?? 1));
    if (turn === MAX_TURNS || (turn >= MIN_TURNS && isFine(times))) return times;
  }
  return [];
}

const ratiosOf = (times: readonly number[]) => times.slice(1).map((time, at) => time / (times[at] ?? 1));

describe("r17-linear: the cost of reading", () => {
  it.each(DOCUMENTS)("doubles at most with the text, from 50 to 400 kB: %s", { timeout: 60_000 }, (what, make) => {
    const times = timesOf(SIZES.map(make), (found) => ratiosOf(found).every((ratio) => ratio < 2.6));
    console.log(`structured, ${what}: ${SIZES.map((size, at) => `${size / KILOBYTE} kB ${times[at]?.toFixed(1)} ms`).join(", ")}`);
    for (const ratio of ratiosOf(times)) expect(ratio).toBeLessThan(2.6);
  });

  it("reads 1 MB in less than 150 ms", { timeout: 60_000 }, () => {
    const rows = DOCUMENTS[0]?.[1] ?? String;
    const [time = Number.POSITIVE_INFINITY] = timesOf([rows(1024 * KILOBYTE)], ([found = 0]) => found < 150);
    console.log(`structured, 1 MB of rows in deltas of ${DELTA}: ${time.toFixed(0)} ms`);
    expect(time).toBeLessThan(150);
  });
});

/** Passes everything on and counts what the tokenizer has open. */
function countOpen(sink: TokenSink): { readonly sink: TokenSink; readonly most: () => number } {
  let open = 0;
  let most = 0;
  const counted: TokenSink = {
    openContainer: (isList) => {
      open += 1;
      most = Math.max(most, open);
      sink.openContainer(isList);
    },
    closeContainer: () => {
      open -= 1;
      sink.closeContainer();
    },
    key: (name) => sink.key(name),
    openScalar: (isText) => sink.openScalar(isText),
    appendText: (piece) => sink.appendText(piece),
    closeText: () => sink.closeText(),
    closeScalar: (value) => sink.closeScalar(value),
  };
  return { sink: counted, most: () => most };
}

describe("r17-linear: the state of reading", () => {
  it("is one frame for each open container, however much was read", () => {
    const text = `[${'{"a":[1,{"b":"text"}]},'.repeat(5_000)}0]`;
    const tree = new GrowingTree(undefined);
    const counted = countOpen(tree);
    const tokenizer = new JsonTokenizer(counted.sink, 64);
    let longestPath = 0;
    for (const delta of deltasOf(text)) {
      tokenizer.write(delta);
      longestPath = Math.max(longestPath, tree.openPaths().length);
    }
    expect([counted.most(), longestPath]).toEqual([4, 5]);
    expect(tree.openPaths()).toEqual([]);
  });

  it("hands over each unit of text once, so that nothing is read again", () => {
    const text = JSON.stringify({ title: "words ".repeat(2_000), rows: Array.from({ length: 500 }, () => "a row") });
    const tree = new GrowingTree(undefined);
    let handed = 0;
    const sink: TokenSink = { ...countOpen(tree).sink, appendText: (piece) => (handed += piece.length) };
    const tokenizer = new JsonTokenizer(sink, 64);
    for (const delta of deltasOf(text)) tokenizer.write(delta);
    expect(handed).toBe(2_000 * 6 + 500 * 5);
  });
});
