import { mkdtempSync, rmSync, statSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { runLoad } from "./load.js";

/** `pnpm bench:server [streams] [seconds]`: 1,000 streams of 50 tokens a second on one process, and 20 readers that never read. */
const streams = Number(process.argv[2] ?? 1_000);
const seconds = Number(process.argv[3] ?? 10);
const TOKENS_PER_SECOND = 50;

const folder = mkdtempSync(join(tmpdir(), "unsay-load-"));
const file = join(folder, "load.sqlite");
const mib = (bytes: number) => `${Math.round(bytes / 1024 / 1024)} MiB`;

console.info(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model.trim() ?? "CPU"}, load ${loadavg()[0]?.toFixed(1)}`);
for (const store of ["memory", "sqlite"] as const) {
  const options = { streams, tokens: seconds * TOKENS_PER_SECOND, tokensPerSecond: TOKENS_PER_SECOND, rampMs: 3_000, deafReaders: 20 };
  const figures = await runLoad({ ...options, file: store === "memory" ? null : file });
  console.info(
    [
      `${store}: ${streams} streams × ${options.tokens} tokens at ${TOKENS_PER_SECOND}/s`,
      `${figures.lost} tokens lost, ${figures.whole} streams whole`,
      `latency p50 ${figures.p50Ms.toFixed(1)} ms, p99 ${figures.p99Ms.toFixed(1)} ms, max ${figures.maxMs.toFixed(0)} ms`,
      `RSS ${mib(figures.rssBytes)}, CPU ${(figures.cpuMs / 1_000).toFixed(1)} s, most waiting for one socket ${Math.round(figures.bufferedBytes / 1024)} KiB`,
      ...(store === "sqlite" ? [`file ${mib(statSync(file).size)}`] : []),
    ].join("; "),
  );
}
rmSync(folder, { recursive: true, force: true });
