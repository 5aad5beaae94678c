import type { Settings } from "../settings.js";

/** How often a run of another process is asked for where the store tells of no news. */
const POLL_MS = 250;

/** `next` resolves when there may be news of a run that another process produces; ask for it before looking at the record. */
export interface RunNews {
  next(): Promise<void>;
  close(): void;
}

export function watchRun({ store, clock }: Settings, run: string): RunNews {
  let announce: () => void = () => {};
  const unwatch = store.watch(run, () => announce());
  return {
    next: () =>
      new Promise((resolve) => {
        const cancel = clock.after(POLL_MS, resolve);
        announce = () => {
          cancel();
          resolve();
        };
      }),
    close: unwatch,
  };
}
