import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

/** The ledger of the 56 faults of streams: each has a test of the core, or a reason why the core alone can't show it. */

const SOURCE = fileURLToPath(new URL("..", import.meta.url));

/** Tests of the core say `row 12` or `rows 26 and 27` in their titles. */
const ELSEWHERE: Readonly<Record<number, string>> = {
  32: "back/forward cache: a browser's, tested with the playground",
  35: "reload: a browser and a stored thread, tested with the playground",
  36: "restart of the server: tested with the companion server's process",
  37: "the store is down: tested with the companion server's stores",
  39: "two tabs on one thread: tested with the companion server",
  40: "ten resumes of one run: one upstream run is the companion server's promise",
  41: "StrictMode: tested in @unsay/react against a counting server",
  42: "unmounting mid-stream: tested in @unsay/react and in the session's tests",
  43: "Fast Refresh: tested in @unsay/react, where the registry of sessions is",
  44: "concurrent rendering: tested in @unsay/react",
  45: "hydration: tested in @unsay/react and with the playground",
  47: "stop of a resumed stream: tested with the companion server",
  51: "sending while an answer streams: in the session's tests",
  52: "ids that change mid-stream: in the adapters' tests over recordings",
  54: "other dialects: in the adapters' tests over recordings",
  56: "six connections of HTTP/1.1: a browser's limit, tested with the playground",
};

/** Titles are the strings of a test that name a row. */
function titlesIn(file: string): readonly string[] {
  return readFileSync(file, "utf8").match(/(?<=["'`])[^"'`\n]*\brows? \d[^"'`\n]*/gu) ?? [];
}

function rowsIn(title: string): readonly number[] {
  return [...title.matchAll(/\brows? (?<rows>\d+(?:(?:, | and )\d+)*)/gu)].flatMap((match) =>
    (match.groups?.["rows"] ?? "").split(/, | and /u).map(Number),
  );
}

const TESTS = globSync("**/*.test.ts", { cwd: SOURCE }).filter((file) => !file.endsWith("transport/faults.test.ts"));
const TESTED = new Set(TESTS.flatMap((file) => titlesIn(`${SOURCE}${file}`)).flatMap(rowsIn));

describe("every fault of streams", () => {
  it.each(Array.from({ length: 56 }, (_, index) => index + 1))("row %i has a test here, or a reason for being tested elsewhere", (row) => {
    expect(TESTED.has(row) || row in ELSEWHERE).toBe(true);
  });
});
