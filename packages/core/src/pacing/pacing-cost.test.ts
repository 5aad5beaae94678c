import { describe, expect, it } from "vitest";
import { PacingPlayer } from "../../test-kit/pacing-player.js";
import type { PacingSettings } from "./pacing.types.js";

const DELTA = "Then flip it. ";
const STEPS = 200;

/** Median ms of a step in which one delta came, behind `length` units of text. Each repetition is one sample. */
function stepMs(length: number, settings: PacingSettings, separator: string): number {
  const player = new PacingPlayer(settings);
  player.play({ type: "part.open", part: "part", kind: "answer" });
  const block = "Drain the pool in one region before the switch. ".repeat(10) + separator;
  for (let filled = 0; filled < length; filled += block.length) player.append(block);
  player.wait(1_000, 16);
  const samples = Array.from({ length: STEPS }, () => {
    player.play();
    const startedAt = performance.now();
    player.append(DELTA);
    return performance.now() - startedAt;
  });
  player.frames.length = 0;
  return samples.toSorted((a, b) => a - b)[STEPS / 2] ?? 0;
}

/** The two lengths take turns, so that a busy machine slows both. */
function growth(settings: PacingSettings, separator: string): number {
  stepMs(10_000, settings, separator);
  const ratios = Array.from({ length: 5 }, () => stepMs(100_000, settings, separator) / stepMs(10_000, settings, separator));
  return ratios.toSorted((a, b) => a - b)[2] ?? 0;
}

describe("the cost of a delta", () => {
  it.each<[string, PacingSettings, string]>([
    ["by sentence", {}, "\n\n"],
    ["by sentence, in one paragraph", {}, ""],
    ["on arrival", { isolation: "uncommitted" }, "\n\n"],
    ["by paragraph", { isolation: "paragraph" }, "\n\n"],
  ])("does not grow with the answer: %s", (_name, settings, separator) => {
    const ratio = growth(settings, separator);
    console.info(`pacing, 100k against 10k characters: ${ratio.toFixed(2)}`);
    expect(ratio).toBeLessThan(4);
  });
});
