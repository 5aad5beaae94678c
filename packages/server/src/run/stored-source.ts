import type { Clock } from "@unsay/core";
import type { UnsayEvent } from "@unsay/core/protocol";
import type { Store, StoredRun } from "../stores/store.js";
import type { EventSource } from "./run-log.js";

/** How often the store is asked for news of a run that another process produces. */
const POLL_MS = 500;

/** A run that is not produced here: read from the store, and watched until it has ended there or is repaired. */
export function createStoredSource(
  record: StoredRun,
  store: Store,
  clock: Clock,
  refresh: (record: StoredRun) => Promise<StoredRun>,
): EventSource {
  let current = record;
  return {
    async after(seq: number): Promise<readonly UnsayEvent[]> {
      current = await refresh((await store.getRun(record.run)) ?? current);
      return store.read(record.run, seq);
    },
    isClosed: () => current.end !== null,
    changed: () => new Promise((resolve) => void clock.after(POLL_MS, resolve)),
  };
}
