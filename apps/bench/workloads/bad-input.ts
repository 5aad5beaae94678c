/** Texts that make Markdown parsers slow, deep or large, and a text that comes a character at a time. */
export interface BadInput {
  readonly label: string;
  /** Characters of a delta. */
  readonly delta: number;
  readonly text: () => string;
}

const nested = (levels: number): string => Array.from({ length: levels }, (_, level) => `${"  ".repeat(level)}- item`).join("\n");
const risingTicks = (size: number): string => {
  const runs: string[] = [];
  for (let length = 1, written = 0; written < size; length++) {
    runs.push(`${"`".repeat(length)}a`);
    written += length + 1;
  }
  return runs.join("");
};

const WORDS = "as many words on one line as anybody would ever want to read ";

/** So many deltas at most, so that the large texts are not a test of patience. */
const MAX_DELTAS = 20_000;

const inputOf = (label: string, text: () => string): BadInput => ({ label, text, delta: 0 });

export const BAD_INPUTS: readonly BadInput[] = [
  inputOf("5,000 list markers on one line", () => "- ".repeat(5_000)),
  inputOf("5,000 quote markers", () => ">".repeat(5_000)),
  inputOf("20,000 quote markers", () => ">".repeat(20_000)),
  inputOf("50,000 quote markers", () => ">".repeat(50_000)),
  inputOf("12,000 comments that never end", () => `</${"<!--".repeat(12_000)}`),
  inputOf("30,000 comments that never end", () => `</${"<!--".repeat(30_000)}`),
  inputOf("a list of 300 levels", () => nested(300)),
  inputOf("a list of 1,000 levels", () => nested(1_000)),
  inputOf("rising runs of backticks, 720 kB", () => risingTicks(720_000)),
  inputOf("10 MB of words on one line", () => WORDS.repeat(Math.ceil(10_000_000 / WORDS.length))),
  { label: "100,000 deltas of one byte", delta: 1, text: () => `${WORDS.trim()}. `.repeat(1_700).slice(0, 100_000) },
];

export function deltasOf({ delta, text }: BadInput): readonly string[] {
  const whole = text();
  const size = delta === 0 ? Math.max(64, Math.ceil(whole.length / MAX_DELTAS)) : delta;
  const deltas: string[] = [];
  for (let at = 0; at < whole.length; at += size) deltas.push(whole.slice(at, at + size));
  return deltas;
}
