import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { runLoad } from "./testing/load.js";

const folder = mkdtempSync(join(tmpdir(), "unsay-load-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("many streams on one process", () => {
  it.each(["memory", "sqlite"])("%s: lose no token, whoever else does not read", async (store) => {
    const figures = await runLoad({
      streams: 50,
      tokens: 100,
      tokensPerSecond: 50,
      rampMs: 500,
      deafReaders: 5,
      file: store === "memory" ? null : join(folder, "load.sqlite"),
    });
    console.info(
      `${store}: 50 streams at 50 tokens a second: ${figures.lost} lost, p99 ${figures.p99Ms.toFixed(1)} ms (\`pnpm bench:server\` runs 1,000)`,
    );
    expect(figures).toMatchObject({ lost: 0, whole: 50 });
    expect(figures.bufferedBytes).toBeGreaterThan(0);
    expect(figures.bufferedBytes).toBeLessThan(256 * 1024);
  });
});
