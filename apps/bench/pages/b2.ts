import { renders } from "../lib/row.jsx";
import type { ThreadMessage } from "../workloads/thread.ts";
import {
  drain,
  drainCost,
  elementOf,
  frame,
  frameClock,
  growth,
  heapBetween,
  hop,
  now,
  pause,
  quantile,
  timesBetween,
  total,
  type DevtoolsTimes,
} from "./timing.ts";

interface View {
  start(): Promise<void> | void;
  push(delta: string): Promise<void> | void;
  end(): Promise<void> | void;
  unmount(): void;
}

interface Adapter {
  /** Selector of the element that scrolls, where the subject brings its own. */
  readonly scroller?: string;
  /** It follows the end by itself. */
  readonly pins?: boolean;
  mount(element: HTMLElement, history: readonly ThreadMessage[]): View;
}

interface Arguments {
  readonly history: readonly ThreadMessage[];
  /** Timed one by one. */
  readonly deltas: readonly string[];
  /** All at once. */
  readonly burst: readonly string[];
  /** For warming up, and for what happens to the reader's place. */
  readonly tail: readonly string[];
}

export interface ThreadFound {
  readonly ok: boolean;
  readonly mountMs: number;
  readonly rows: number;
  readonly meanMs: number;
  readonly updateMs: number;
  readonly layoutMs: number;
  readonly p50: number;
  readonly p99: number;
  readonly worst: number;
  readonly growth: number;
  readonly burstMs: number;
  readonly finishedRenders: number;
  readonly liveRenders: number;
  readonly deltas: number;
  readonly drift: number;
  readonly gap: number | null;
  readonly devtools: DevtoolsTimes;
  readonly frameMs: number;
  readonly heapMountMB: number;
  readonly heapEndMB: number;
}

export async function bench(adapter: Adapter, { history, deltas, burst, tail }: Arguments): Promise<ThreadFound> {
  const root = elementOf("root");
  const before = await window.__devtoolsMetrics(true);
  const startedAt = now();
  const view = adapter.mount(root, history);
  const stage = new Stage(root, view, adapter, history.length);
  await stage.mounted();
  const mountMs = now() - startedAt;
  await rest();
  const mounted = await window.__devtoolsMetrics(true);
  await stage.open(tail.slice(0, 8));
  const timed = await stage.streamTimed(deltas);
  const burstMs = await stage.streamBurst(burst);
  const drift = await stage.driftWhileReading(tail.slice(8, 20));
  const gap = adapter.pins === true ? await stage.gapWhileFollowing(tail.slice(20, 32)) : null;
  await view.end();
  await drain();
  await pause(50);
  const after = await window.__devtoolsMetrics(true);
  return {
    ...timed,
    ok: stage.isAsExpected(history),
    mountMs,
    rows: stage.rowCount,
    burstMs,
    drift,
    gap,
    deltas: deltas.length,
    heapMountMB: heapBetween(before, mounted),
    heapEndMB: heapBetween(before, after),
  };
}

async function rest(): Promise<void> {
  await drain();
  await frame();
  await pause(100);
}

async function frames(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await frame();
}

async function until(isSo: () => boolean, limitMs = 120_000): Promise<void> {
  for (const end = now() + limitMs; !isSo(); await hop()) if (now() > end) throw new Error("waited too long");
}

/** One mounted thread and the text that its streaming row must show. */
class Stage {
  readonly #root: HTMLElement;
  readonly #view: View;
  readonly #adapter: Adapter;
  readonly #rows: HTMLCollectionOf<Element>;
  readonly #history: number;
  #live: Element | null = null;
  #expected = "";
  #wake: (() => void) | null = null;

  constructor(root: HTMLElement, view: View, adapter: Adapter, history: number) {
    this.#root = root;
    this.#view = view;
    this.#adapter = adapter;
    this.#history = history;
    this.#rows = root.getElementsByClassName("row");
    // Waiting for the text by an observer costs the main thread nothing.
    new MutationObserver(() => {
      if (this.#wake !== null && this.#isShown()) this.#wake();
    }).observe(root, { subtree: true, childList: true, characterData: true });
  }

  get rowCount(): number {
    return this.#rows.length;
  }

  get #scroller(): Element {
    const own = this.#adapter.scroller === undefined ? null : this.#root.querySelector(this.#adapter.scroller);
    return own ?? elementOf("scroller");
  }

  async mounted(): Promise<void> {
    await until(() => this.#rows.length >= this.#history);
    layOut(this.#scroller);
  }

  /** The first few deltas open the live row and warm the code. */
  async open(deltas: readonly string[]): Promise<void> {
    await this.#view.start();
    for (const delta of deltas) {
      this.#expected += delta;
      await this.#view.push(delta);
      await until(() => this.#findLive());
      await drain();
    }
    this.#toEnd();
    await frames(2);
  }

  #findLive(): boolean {
    this.#live = this.#root.querySelector("[data-live] .bubble");
    return this.#isShown();
  }

  #isShown(): boolean {
    return this.#live?.isConnected === true && (this.#live.textContent ?? "").length >= this.#expected.length;
  }

  #shown(): Promise<void> | undefined {
    if (this.#isShown()) return undefined;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error("a delta was not shown for 30 s")), 30_000);
      this.#wake = () => {
        clearTimeout(timer);
        this.#wake = null;
        resolve();
      };
    });
  }

  async #show(delta: string): Promise<void> {
    this.#expected += delta;
    await this.#view.push(delta);
    await this.#shown();
  }

  async streamTimed(deltas: readonly string[]) {
    renders.finished = renders.live = 0;
    const emptyDrain = await drainCost();
    const metrics = await window.__devtoolsMetrics(false);
    const clock = frameClock();
    const costs: Cost[] = [];
    for (const delta of deltas) costs.push(await this.#timeOne(delta, clock.spent, emptyDrain));
    clock.stop();
    const devtools = timesBetween(metrics, await window.__devtoolsMetrics(false));
    const { finished: finishedRenders, live: liveRenders } = renders;
    return { ...summaryOf(costs), devtools, finishedRenders, liveRenders, frameMs: clock.spent() / clock.count() };
  }

  async #timeOne(delta: string, spentInFrames: () => number, emptyDrain: number): Promise<Cost> {
    const inFrames = spentInFrames();
    const clock = () => now() - (spentInFrames() - inFrames);
    const startedAt = clock();
    await this.#show(delta);
    const shown = clock();
    await drain();
    const drained = clock();
    layOut(this.#scroller);
    return { update: shown - startedAt + Math.max(0, drained - shown - emptyDrain), layout: clock() - drained };
  }

  /** A network read that carries many events at once, as a resumed or a buffered stream gives. */
  async streamBurst(deltas: readonly string[]): Promise<number> {
    const startedAt = now();
    for (const delta of deltas) {
      this.#expected += delta;
      void this.#view.push(delta);
    }
    await this.#shown();
    const ms = now() - startedAt;
    await drain();
    return ms;
  }

  /** In the middle of the thread, a row must not move while text arrives below. */
  async driftWhileReading(deltas: readonly string[]): Promise<number> {
    this.#scroller.scrollTop = this.#scroller.scrollHeight / 2;
    await frames(2);
    const anchor = this.#rows[this.#rows.length >> 1];
    const topOf = () => anchor?.getBoundingClientRect().top ?? 0;
    const top = topOf();
    let drift = 0;
    for (const delta of deltas) {
      await this.#show(delta);
      await frame();
      drift = Math.max(drift, Math.abs(topOf() - top));
    }
    return drift;
  }

  /** At the end, a view that follows must stay there. */
  async gapWhileFollowing(deltas: readonly string[]): Promise<number> {
    this.#toEnd();
    await frames(2);
    let gap = 0;
    for (const delta of deltas) {
      await this.#show(delta);
      await frames(2);
      gap = Math.max(gap, this.#scroller.scrollHeight - this.#scroller.scrollTop - this.#scroller.clientHeight);
    }
    return gap;
  }

  #toEnd(): void {
    this.#scroller.scrollTop = this.#scroller.scrollHeight;
  }

  isAsExpected(history: readonly ThreadMessage[]): boolean {
    const texts = [...this.#rows].slice(0, history.length).map((row) => row.textContent);
    return this.#live?.textContent === this.#expected && history.every(({ text }, index) => texts[index] === text);
  }
}

interface Cost {
  readonly update: number;
  readonly layout: number;
}

function summaryOf(costs: readonly Cost[]) {
  const whole = costs.map(({ update, layout }) => update + layout);
  return {
    meanMs: total(whole) / whole.length,
    updateMs: total(costs.map(({ update }) => update)) / costs.length,
    layoutMs: total(costs.map(({ layout }) => layout)) / costs.length,
    p50: quantile(whole, 0.5),
    p99: quantile(whole, 0.99),
    worst: Math.max(...whole),
    growth: growth(whole),
  };
}

function layOut(element: Element): number {
  return element.scrollHeight;
}
