import type { LiveRun } from "./live-run.js";

/** The runs that this process produces, by each name they have. */
export class LiveRuns {
  readonly #byId = new Map<string, LiveRun>();
  readonly #byStartKey = new Map<string, LiveRun>();

  get(run: string): LiveRun | undefined {
    return this.#byId.get(run);
  }

  find(thread: string, startKey: string): LiveRun | undefined {
    return this.#byStartKey.get(keyOf(thread, startKey));
  }

  get all(): readonly LiveRun[] {
    return [...this.#byId.values()];
  }

  ofThread(thread: string): readonly LiveRun[] {
    return this.all.filter((run) => run.record.thread === thread);
  }

  add(run: LiveRun): void {
    this.#byId.set(run.record.run, run);
    this.#byStartKey.set(keyOf(run.record.thread, run.record.startKey), run);
  }

  remove({ record }: LiveRun): void {
    this.#byId.delete(record.run);
    this.#byStartKey.delete(keyOf(record.thread, record.startKey));
  }
}

/** One name of a run that its client knows before the run has an id. */
export function keyOf(thread: string, startKey: string): string {
  return JSON.stringify([thread, startKey]);
}
