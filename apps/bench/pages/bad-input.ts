import { BAD_INPUTS, deltasOf } from "../workloads/bad-input.ts";
import type { PageAdapter } from "./answer-page.ts";
import { elementOf, frame, heapBetween, hop, now, pause } from "./timing.ts";

export interface BadInputFound {
  readonly longestTaskMs: number;
  readonly heapMB: number;
  /** The slowest of the clicks, from the press to the frame that shows that it was heard. */
  readonly clickMs: number;
  readonly clicks: number;
  /** Characters that the page shows. */
  readonly shown: number;
  readonly streamMs: number;
  /** Somebody may write on. */
  readonly hasComposer: boolean;
}

/** About as many small events as one read of a network gives. */
const EVENTS_IN_A_READ = 16;
const CLICK_EVERY_MS = 400;
const SETTLE_MS = 20_000;

export async function bench(adapter: PageAdapter, { label }: { readonly label: string }): Promise<BadInputFound> {
  const input = BAD_INPUTS.find((one) => one.label === label);
  if (input === undefined) throw new Error(`There is no bad input called ${label}.`);
  const root = elementOf("root");
  const view = adapter.mount(root);
  await view.ask();
  const deltas = deltasOf(input);
  const tasks = watchTasks();
  const before = await window.__devtoolsMetrics(true);
  const clicks = clickRepeatedly();
  const startedAt = now();
  for (const [index, delta] of deltas.entries()) {
    view.push(delta);
    if (index % EVENTS_IN_A_READ === 0) await hop();
  }
  view.end();
  await settled(root);
  const streamMs = now() - startedAt;
  const clickTimes = await clicks.stop();
  const after = await window.__devtoolsMetrics(true);
  return {
    longestTaskMs: tasks.longest(),
    heapMB: heapBetween(before, after),
    clickMs: Math.max(...clickTimes),
    clicks: clickTimes.length,
    shown: (root.textContent ?? "").length,
    streamMs,
    hasComposer: root.querySelector("textarea") !== null,
  };
}

/** The browser tells of tasks above 50 ms; where it tells of none, the longest was shorter. */
function watchTasks(): { readonly longest: () => number } {
  let longest = 50;
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) longest = Math.max(longest, duration);
  });
  observer.observe({ type: "longtask" });
  return { longest: () => longest };
}

/** Real clicks on a button beside the chat, one after another. */
function clickRepeatedly(): { readonly stop: () => Promise<readonly number[]> } {
  const button = document.body.appendChild(document.createElement("button"));
  Object.assign(button.style, { position: "fixed", right: "0", bottom: "0", width: "40px", height: "40px", zIndex: "9999" });
  const times: number[] = [];
  button.addEventListener("click", ({ timeStamp }) => {
    button.textContent = String(times.length);
    void frame()
      .then(hop)
      .then(() => times.push(now() - timeStamp));
  });
  let isOn = true;
  const clicking = (async () => {
    while (isOn) {
      const { left, top } = button.getBoundingClientRect();
      await window.__click(left + 20, top + 20);
      await pause(CLICK_EVERY_MS);
    }
  })();
  return {
    async stop() {
      isOn = false;
      await clicking;
      return times;
    },
  };
}

/** Until the page has been the same for a second. */
async function settled(root: HTMLElement): Promise<void> {
  const end = now() + SETTLE_MS;
  for (let last = -1, since = now(); now() < end; await pause(200)) {
    const size = root.getElementsByTagName("*").length + (root.textContent ?? "").length;
    if (size !== last) since = now();
    else if (now() - since > 1_000) return;
    last = size;
  }
}
