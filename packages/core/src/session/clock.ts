import type { Clock } from "./session.types.js";

/** Longest delay a timer takes; browsers and Node fire longer ones at once. */
const MAX_TIMER_MS = 2_147_483_647;

/** The machine's own time. */
export const systemClock: Clock = {
  now: () => performance.now(),
  epoch: () => Date.now(),
  after(ms, run) {
    const timer = setTimeout(run, Math.min(Math.max(0, ms), MAX_TIMER_MS));
    return () => clearTimeout(timer);
  },
};

/** Longest a change waits for a frame that does not come, as in a hidden tab. */
const HIDDEN_COMMIT_MS = 250;

/** One commit a frame where there are frames; soon where there are none. The last commit is never lost. */
export function scheduleFrame(publish: () => void): () => void {
  let frame: number | undefined;
  const timer = setTimeout(run, typeof requestAnimationFrame === "function" ? HIDDEN_COMMIT_MS : 0);
  if (typeof requestAnimationFrame === "function") frame = requestAnimationFrame(run);
  function cancel(): void {
    clearTimeout(timer);
    if (frame !== undefined) cancelAnimationFrame(frame);
  }
  function run(): void {
    cancel();
    publish();
  }
  return cancel;
}

/** Runs when the page can be seen again. Returns the canceller. */
export function whenPageIsSeen(run: () => void): () => void {
  const page = (globalThis as { readonly document?: EventTarget }).document;
  const look = (): void => {
    if (isPageHidden()) return;
    cancel();
    run();
  };
  const cancel = (): void => page?.removeEventListener("visibilitychange", look);
  page?.addEventListener("visibilitychange", look);
  return cancel;
}

/** `false` where there is no page. */
export function isPageHidden(): boolean {
  const page = globalThis as { readonly document?: { readonly visibilityState?: string } };
  return page.document?.visibilityState === "hidden";
}

/** `false` where nobody knows. */
export function isDeviceOffline(): boolean {
  const page = globalThis as { readonly navigator?: { readonly onLine?: boolean } };
  return page.navigator?.onLine === false;
}
