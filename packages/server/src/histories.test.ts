import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { reportFigure } from "./testing/figures.js";
import { playHistory, type PlayedHistory } from "./testing/history/play-history.js";
import { hasRedis, startRedis } from "./testing/redis-server.js";

/** Played side by side, half of them on SQLite and half on Redis. `UNSAY_HISTORIES=500` plays them in turns of twenty. */
const HISTORIES = Number(process.env["UNSAY_HISTORIES"] ?? 20);
const SECONDS = Number(process.env["UNSAY_HISTORY_SECONDS"] ?? 60);
const AT_ONCE = 20;
const FIRST_SEED = Number(process.env["UNSAY_SEED"] ?? 1);

const folder = mkdtempSync(join(tmpdir(), "unsay-histories-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function sumUp(played: readonly PlayedHistory[]): Readonly<Record<string, number>> {
  const sum: Record<string, number> = {};
  for (const { tally } of played) for (const [name, count] of Object.entries(tally)) sum[name] = (sum[name] ?? 0) + count;
  return sum;
}

describe("L7: histories of real processes on real stores", () => {
  const turns = Math.ceil(HISTORIES / AT_ONCE);

  it(
    `lose nothing acknowledged, repeat nothing and do nothing twice: ${HISTORIES} of ${SECONDS} s`,
    { timeout: turns * (SECONDS + 240) * 1_000 },
    async () => {
      const redis = hasRedis ? await startRedis() : null;
      const redisPort = redis === null ? null : Number(new URL(redis.url).port);
      const played: PlayedHistory[] = [];
      for (let turn = 0; turn < turns; turn += 1) {
        const seeds = Array.from(
          { length: Math.min(AT_ONCE, HISTORIES - played.length) },
          (_, index) => FIRST_SEED + played.length + index,
        );
        played.push(
          ...(await Promise.all(
            seeds.map((seed) => playHistory({ seed, seconds: SECONDS, folder, redisPort: seed % 2 === 0 ? redisPort : null })),
          )),
        );
      }
      await redis?.stop();
      const wrong = played.flatMap(({ wrong: found }, index) => found.map((line) => `seed ${FIRST_SEED + index}: ${line}`));
      const tally = Object.entries(sumUp(played)).map(([name, count]) => `${count} ${name}`);
      reportFigure("L7 histories", `${HISTORIES} of ${SECONDS} s (${tally.join(", ")}): ${wrong.length} wrong`);
      expect(wrong).toEqual([]);
    },
  );
});
