import type { Settings } from "../settings.js";
import { foldAnswers } from "../thread/history.js";
import type { Records } from "./records.js";

const SWEEP_EVERY_MS = 60_000;
/** Runs of one sweep, so that none takes long. */
const SWEEP_LIMIT = 50;

/**
 * Drops the logs of runs that ended longer than `ttlMs` ago; what is left is the message, and 410 for old cursors. It
 * sweeps in passing, when a run is started, so that no timer keeps a process alive.
 */
export class Sweeper {
  readonly #settings: Settings;
  readonly #records: Records;
  #nextAt = 0;

  constructor(settings: Settings, records: Records) {
    this.#settings = settings;
    this.#records = records;
  }

  /** Never rejects. */
  async sweepIfDue(): Promise<void> {
    const { clock, log } = this.#settings;
    if (clock.epoch() < this.#nextAt) return;
    this.#nextAt = clock.epoch() + SWEEP_EVERY_MS;
    try {
      await this.#sweep();
    } catch (error) {
      log({ level: "warn", event: "sweep.failed", message: "Old logs could not be dropped. It is tried again later.", error });
    }
  }

  async #sweep(): Promise<void> {
    const { store, clock, ttlMs } = this.#settings;
    for (const run of await store.listEnded(clock.epoch() - ttlMs, SWEEP_LIMIT)) await this.#archive(run);
  }

  async #archive(run: string): Promise<void> {
    const { store } = this.#settings;
    const record = await store.getRun(run);
    if (record === null) return;
    const answer = foldAnswers(await this.#records.withEvents(record.thread)).get(run);
    if (answer !== undefined) await store.archive(run, JSON.stringify(answer));
  }
}
