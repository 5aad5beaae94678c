import type { Message } from "@unsay/core";
import type { Settings } from "../settings.js";
import type { StoredRun } from "../stores/store.js";
import { foldThread, type RunWithEvents } from "../thread/history.js";
import type { LiveRuns } from "./live-runs.js";
import { createRepair, ledgerOf } from "./repair.js";

/** What is on record, brought up to date: a run whose producer is gone has got its end before anyone sees it. */
export class Records {
  readonly #settings: Settings;
  readonly #live: LiveRuns;

  constructor(settings: Settings, live: LiveRuns) {
    this.#settings = settings;
    this.#live = live;
  }

  async get(run: string): Promise<StoredRun | null> {
    const record = await this.#settings.store.getRun(run);
    return record === null ? null : this.refresh(record);
  }

  async find(thread: string, startKey: string): Promise<StoredRun | null> {
    const record = await this.#settings.store.findRun(thread, startKey);
    return record === null ? null : this.refresh(record);
  }

  async list(thread: string): Promise<readonly StoredRun[]> {
    const records = await this.#settings.store.listRuns(thread);
    return Promise.all(records.map((record) => this.refresh(record)));
  }

  /** The messages of a thread, as they are without one of its runs. */
  async fold(thread: string, without: StoredRun | null = null): Promise<readonly Message[]> {
    const runs = await this.withEvents(thread);
    return foldThread(
      thread,
      runs.filter(({ record }) => record.run !== without?.run),
    );
  }

  async withEvents(thread: string): Promise<readonly RunWithEvents[]> {
    const records = await this.list(thread);
    return Promise.all(records.map((record) => this.#withEvents(record)));
  }

  /** Whether a run of this thread waits for a decision, whoever produces it. */
  async hasOpenApproval(thread: string): Promise<boolean> {
    if (this.#live.ofThread(thread).some((run) => run.hasOpenApproval)) return true;
    const elsewhere = (await this.list(thread)).filter(({ run, end }) => end === null && this.#live.get(run) === undefined);
    const logs = await Promise.all(elsewhere.map(({ run }) => this.#settings.store.read(run, 0)));
    return logs.some((events) => ledgerOf(events).openApprovals.size > 0);
  }

  /** An unfinished run whose producer gave no sign of life gets its end here: no reader has to guess. */
  async refresh(record: StoredRun): Promise<StoredRun> {
    const { clock, store, log } = this.#settings;
    const now = clock.epoch();
    if (record.end !== null || this.#live.get(record.run) !== undefined || record.leaseUntil > now) return record;
    const repair = createRepair(record, await store.read(record.run, 0));
    const isRepaired = await store.repair(record.run, now, repair);
    if (isRepaired)
      log({
        level: "warn",
        event: "run.orphaned",
        run: record.run,
        thread: record.thread,
        message: "Its producer is gone; the run was ended as orphaned.",
      });
    return (await store.getRun(record.run)) ?? record;
  }

  async #withEvents(record: StoredRun): Promise<RunWithEvents> {
    const live = this.#live.get(record.run);
    if (live !== undefined) return { record, events: live.log.after(0) };
    if (record.archived !== null) return { record, events: [] };
    return { record, events: await this.#settings.store.read(record.run, 0) };
  }
}
