import type { FakeClock } from "@unsay/core/testing";
import { aroundStore } from "../stores/around-store.js";
import type { SharedRecord } from "./shared-stores.js";

export interface TakenTime {
  readonly record: SharedRecord;
  /** Moves time in small steps, with the network in between, until something is so. */
  readonly pass: (isDone: () => boolean) => Promise<void>;
}

/** A record whose calls are waited for before the test's time goes on, so that however slow they are they take none of it. */
export function takeTime(record: SharedRecord, clock: FakeClock): TakenTime {
  let busy = 0;
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const open = async () =>
    aroundStore(await record.open(), async (_name, call) => {
      busy += 1;
      return call().finally(() => (busy -= 1));
    });
  const pass = async (isDone: () => boolean) => {
    while (!isDone()) {
      await clock.advance(10);
      do await turn();
      while (busy > 0);
    }
  };
  return { record: { open }, pass };
}
