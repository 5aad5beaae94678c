import { describe, expect, it } from "vitest";
import { hasFixtures, recordingsOf } from "../../test-kit/recordings.js";
import { WIRES } from "../../test-kit/wires.js";
import { RunHealth } from "./health.js";

/** An alarm that is wrong once is not believed again, so what models and writers really say must raise none. */
describe.skipIf(!hasFixtures)("r11-loop, r31-loop: over what was really said", () => {
  it.each(WIRES)(
    "no recorded answer of $kind is called a loop, and no recorded agent is said to go round in circles",
    ({ kind, decode }) => {
      const recordings = recordingsOf(kind);
      const alarms = recordings.flatMap(({ name, body }) => {
        const health = new RunHealth(false);
        const decoder = decode();
        const { diagnostics } = health.observe([...decoder.push(body), ...decoder.end()]);
        return diagnostics.map(({ code }) => `${name}: ${code}`);
      });
      console.info(`${kind}: ${recordings.length} recordings, ${alarms.length} alarms`);
      expect(alarms).toEqual([]);
    },
  );
});
