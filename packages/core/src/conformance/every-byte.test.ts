import { afterAll, describe, expect, it } from "vitest";
import { fold, IDS, pending, read, runnableCalls } from "../../test-kit/folding.js";
import { hasFixtures, recordingsOf, type Recording } from "../../test-kit/recordings.js";
import { WIRES, type Wire } from "../../test-kit/wires.js";
import type { AssistantMessage } from "../message/message.js";
import { textOf } from "../message/selectors.js";

/**
 * L2: the body ends after every byte of every recording. The decoder reads on byte by byte; at each byte the pure `end`
 * says what the stream would amount to, and that is folded onto the message so far, so nothing is read twice.
 *
 * What is right at a byte is read from the bytes alone: the terminal event of the wire and the text of each whole event
 * before the cut, found by splitting the body at blank lines (`wires.ts`), never by the decoder under test.
 */
interface Faults {
  readonly falselyComplete: string[];
  readonly lost: string[];
  readonly executable: string[];
  readonly thrown: string[];
}

const faults: Faults = { falselyComplete: [], lost: [], executable: [], thrown: [] };
let offsets = 0;
let streams = 0;
let ms = 0;

/** What a plain reading of the bytes before a cut says. */
class PlainReading {
  text = "";
  isTerminal = false;
  readonly #wire: Wire;
  readonly #frames: Recording["frames"];
  #next = 0;
  #isOver = false;

  constructor(wire: Wire, frames: Recording["frames"]) {
    this.#wire = wire;
    this.#frames = frames;
  }

  readUpTo(cut: number): void {
    for (let frame = this.#frames[this.#next]; frame !== undefined && frame.told <= cut; frame = this.#frames[this.#next]) {
      this.#next += 1;
      this.isTerminal ||= this.#wire.isTerminal(frame.event);
      if (!this.#isOver) this.text += this.#wire.textOf(frame.event);
      this.#isOver ||= this.#wire.endsReading?.(frame.event) === true;
    }
  }
}

function cutEverywhere(wire: Wire, recording: Recording): void {
  const { body, frames, name } = recording;
  const decoder = wire.decode(IDS);
  const plain = new PlainReading(wire, frames);
  const bound = argsHashes(read(wire.decode, body));
  let message = pending();
  for (let cut = 0; cut <= body.length; cut += 1) {
    offsets += 1;
    plain.readUpTo(cut);
    const before = message;
    message = fold(decoder.push(body.subarray(cut - 1, cut)), before);
    if (message.calls !== before.calls) judgeArguments(message, bound, `${name} at ${cut}`);
    judgeEnd(fold(decoder.end(), message), plain, `${name} cut at ${cut}`);
  }
}

function judgeEnd(ended: AssistantMessage, plain: PlainReading, where: string): void {
  if (!plain.isTerminal && ended.status !== "truncated") faults.falselyComplete.push(`${where}: ${ended.status}`);
  if (textOf(ended) !== plain.text) faults.lost.push(`${where}: …${textOf(ended).slice(-20)}, expected …${plain.text.slice(-20)}`);
  if (ended.run?.state !== "awaiting-approval" && runnableCalls(ended).length > 0) faults.executable.push(where);
}

/** Arguments are only ever bound whole: what stands bound in the middle is what stands bound at the end. */
function judgeArguments(message: AssistantMessage, whole: ReadonlyMap<string, string>, where: string): void {
  for (const [call, hash] of argsHashes(message)) if (whole.get(call) !== hash) faults.executable.push(`${where}: ${call}`);
}

function argsHashes(message: AssistantMessage): ReadonlyMap<string, string> {
  return new Map(message.calls.flatMap((call) => (call.argsHash === undefined ? [] : [[call.id, call.argsHash] as const])));
}

describe.runIf(hasFixtures)("L2: a body that ends after any of its bytes", () => {
  for (const wire of WIRES) {
    it(`${wire.kind}: is never falsely complete, loses no character and leaves no call to run`, { timeout: 120_000 }, () => {
      const started = performance.now();
      const recordings = recordingsOf(wire.kind);
      for (const recording of recordings) {
        try {
          cutEverywhere(wire, recording);
        } catch (error) {
          faults.thrown.push(`${recording.name}: ${String(error)}`);
        }
      }
      streams += recordings.length;
      ms += performance.now() - started;
      expect(recordings.length).toBeGreaterThan(0);
      expect(faults).toEqual({ falselyComplete: [], lost: [], executable: [], thrown: [] });
    });
  }

  afterAll(() => {
    const { falselyComplete, lost, executable, thrown } = faults;
    console.log(
      `L2: ${offsets.toLocaleString("en")} byte offsets of ${streams} streams: ${falselyComplete.length} falsely complete, ` +
        `${lost.length} with characters lost, ${executable.length} calls to run from cut arguments, ${thrown.length} thrown; ${(ms / 1000).toFixed(1)} s`,
    );
  });
});
