import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { read } from "../../test-kit/folding.js";
import { encode, filesBelow, FIXTURES, hasFixtures, linesOf, recordingsOf } from "../../test-kit/recordings.js";
import { WIRES } from "../../test-kit/wires.js";

describe.runIf(hasFixtures)("a body of another wire", () => {
  const foreign = [...filesBelow("sse-nonconforming"), ...filesBelow("other-dialects")];

  for (const { kind, decode } of WIRES) {
    it(`never ends complete in the adapter of ${kind}`, { timeout: 60_000 }, () => {
      for (const name of foreign) {
        const raw = readFileSync(FIXTURES + name);
        const framed = encode(
          linesOf(raw)
            .map((line) => `data: ${line}\n\n`)
            .join(""),
        );
        for (const body of name.endsWith(".chunks.txt") ? [framed] : [raw, framed]) {
          expect(read(decode, body).status, name).toBe("truncated");
        }
      }
      for (const other of WIRES.filter((wire) => wire.kind !== kind)) {
        for (const { name, body } of recordingsOf(other.kind)) {
          expect(read(decode, body).status, `${other.kind}/${name}`).toBe("truncated");
        }
      }
    });
  }
});
