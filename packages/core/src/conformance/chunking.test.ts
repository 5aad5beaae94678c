import { describe, expect, it } from "vitest";
import { IDS } from "../../test-kit/folding.js";
import { hasFixtures, recordingsOf } from "../../test-kit/recordings.js";
import { WIRES } from "../../test-kit/wires.js";
import type { Decode } from "../protocol/index.js";

describe.runIf(hasFixtures)("how a body is cut into chunks", () => {
  for (const { kind, decode } of WIRES) {
    const recordings = recordingsOf(kind);

    it(`changes nothing of ${kind}: byte by byte, all recordings`, { timeout: 60_000 }, () => {
      for (const { name, body } of recordings) {
        const bytes = Array.from(body, (_byte, at) => body.subarray(at, at + 1));
        if (eventsOf(decode, bytes) !== eventsOf(decode, [body])) expect(eventsOf(decode, bytes), name).toBe(eventsOf(decode, [body]));
      }
    });

    it(`changes nothing of ${kind}: every cut in two of the smallest`, { timeout: 60_000 }, () => {
      const small = recordings.toSorted((a, b) => a.body.length - b.body.length).slice(0, 12);
      let cuts = 0;
      for (const { name, body } of small) {
        const events = eventsOf(decode, [body]);
        for (let cut = 1; cut < body.length; cut += 1) {
          const split = eventsOf(decode, [body.subarray(0, cut), body.subarray(cut)]);
          if (split !== events) expect(split, `${name} split at ${cut}`).toBe(events);
          cuts += 1;
        }
      }
      console.log(`${kind}: ${cuts.toLocaleString("en")} cuts in two`);
      expect(cuts).toBeGreaterThan(0);
    });
  }

  function eventsOf(decode: Decode, chunks: readonly Uint8Array[]): string {
    const decoder = decode(IDS);
    const pushed = chunks.flatMap((chunk) => decoder.push(chunk));
    return JSON.stringify([...pushed, ...decoder.end()]);
  }
});
