import { afterAll, describe, expect, it } from "vitest";
import { pick, read, seeded } from "../../test-kit/folding.js";
import { mutantOf, type Mutant } from "../../test-kit/mutants.js";
import { bodyOfFrames, hasFixtures, recordingsOf, type Recording } from "../../test-kit/recordings.js";
import { WIRES, type Wire } from "../../test-kit/wires.js";
import type { AssistantMessage } from "../message/message.js";
import { textOf } from "../message/selectors.js";

/**
 * L4: one event of a recording lost, doubled, moved, shortened, of another type or with the keys of a prototype. None may
 * throw, none may write into a prototype, and none may end complete with another text, or where the recording does not:
 * except where nothing on the wire could tell, which is counted and printed.
 */
const COUNT = Number(process.env["UNSAY_MUTANTS"] ?? 100_000);
const SEED = Number(process.env["UNSAY_SEED"] ?? 20_260_101);

interface Sample {
  readonly recording: Recording;
  readonly plain: AssistantMessage;
}

const tally = { mutants: 0, untold: 0, thrown: [] as string[], otherText: [] as string[] };
const started = performance.now();

function tryMutant(wire: Wire, { recording, plain }: Sample, mutant: Mutant): void {
  tally.mutants += 1;
  try {
    const message = read(wire.decode, bodyOfFrames(mutant.frames));
    if (message.status !== "complete" || (plain.status === "complete" && textOf(message) === textOf(plain))) return;
    if (isUntold(wire, mutant, plain)) tally.untold += 1;
    else tally.otherText.push(`${recording.name}: ${mutant.what}`);
  } catch (error) {
    tally.thrown.push(`${recording.name}: ${mutant.what}: ${String(error)}`);
  }
}

/** The changed stream says something else in due form, and carries no number and no second witness that it should not. */
function isUntold(wire: Wire, mutant: Mutant, plain: AssistantMessage): boolean {
  if (mutant.kind === "pollute" || (mutant.kind === "retype" && !mutant.isLegal)) return false;
  if (mutant.isLegal) return true;
  if (wire.isGuarded) return false;
  const isAnotherEnd =
    mutant.event !== undefined && wire.isTerminal(mutant.event) && !mutant.touched.some(({ event }) => wire.isTerminal(event));
  const isAboutApproval = plain.run?.state === "awaiting-approval";
  return isAnotherEnd || isAboutApproval || mutant.touched.some(({ event }) => wire.textOf(event) !== "");
}

describe.runIf(hasFixtures)("L4: a recording with one event changed", () => {
  const prototypeBefore = Object.getOwnPropertyNames(Object.prototype).sort();

  for (const [index, wire] of WIRES.entries()) {
    it(`${wire.kind}: never throws and never completes another text`, { timeout: 120_000 }, () => {
      const random = seeded(SEED + index);
      const samples = recordingsOf(wire.kind).map((recording) => ({ recording, plain: read(wire.decode, recording.body) }));
      const until = tally.mutants + COUNT / WIRES.length;
      while (tally.mutants < until) {
        const sample = pick(samples, random);
        const mutant = sample === undefined ? null : mutantOf(sample.recording.frames, random);
        if (sample !== undefined && mutant !== null) tryMutant(wire, sample, mutant);
      }
      expect({ thrown: tally.thrown, otherText: tally.otherText }).toEqual({ thrown: [], otherText: [] });
      expect(Object.getOwnPropertyNames(Object.prototype).sort()).toEqual(prototypeBefore);
      expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
    });
  }

  afterAll(() => {
    const { mutants, thrown, otherText, untold } = tally;
    console.log(
      `L4: ${mutants.toLocaleString("en")} mutants (seed ${SEED}): ${thrown.length} thrown, ${otherText.length} complete with another text; ` +
        `${untold} where the wire itself cannot tell; ${((performance.now() - started) / 1000).toFixed(1)} s`,
    );
  });
});
