import { afterAll, describe, expect, it } from "vitest";
import { createRecordKinds } from "./testing/shared-stores.js";
import { simulate } from "./testing/simulation/simulate.js";

/** Seeds on memory, of which the others do a tenth; `UNSAY_SEEDS=500000` for more, `UNSAY_SEED=42 UNSAY_SEEDS=1` for one. */
const SEEDS = Number(process.env["UNSAY_SEEDS"] ?? 5_000);
const FIRST_SEED = Number(process.env["UNSAY_SEED"] ?? 1);
/** So many are enough to see what is wrong. */
const ENOUGH = 5;

const kinds = createRecordKinds();
afterAll(() => Promise.all(kinds.map((kind) => kind.close())));

describe.each(kinds)("L6: two processes, one of which meets with something ($name)", (kind) => {
  const count = kind.name === "memory" ? SEEDS : Math.ceil(SEEDS / 10);

  it(`keep every promise, ${count} times`, { timeout: 30_000 + count * 300 }, async () => {
    const wrong: string[] = [];
    const startedAt = performance.now();
    for (let seed = FIRST_SEED; seed < FIRST_SEED + count && wrong.length < ENOUGH; seed += 1) {
      const found = await simulate(seed, kind);
      if (found.length > 0) wrong.push(`seed ${seed}: ${found.join("; ")}`);
    }
    const tookMs = Math.round(performance.now() - startedAt);
    console.info(`L6 ${kind.name}: ${count} seeds from ${FIRST_SEED} in ${tookMs} ms, ${wrong.length} wrong`);
    expect(wrong).toEqual([]);
  });
});
