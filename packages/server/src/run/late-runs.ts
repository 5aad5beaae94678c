import type { LiveRun } from "./live-run.js";

/** Runs of this process that may still have something to say after their end: their log must be written by them alone. */
export class LateRuns {
  readonly #runs = new Map<string, LiveRun>();

  get(run: string): LiveRun | undefined {
    return this.#runs.get(run);
  }

  add(run: LiveRun): void {
    this.#runs.set(run.record.run, run);
    void run.settled.then(() => this.#runs.delete(run.record.run));
  }

  /** The server stops: what has not been counted by now is unreported. */
  async close(): Promise<void> {
    await Promise.all([...this.#runs.values()].map((run) => run.settleUsage()));
  }
}
