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

/** `update` must have rendered, or have queued in React's scheduler, when it returns. */
interface View {
  update(text: string, delta: string): void;
  end?(text: string): void;
  unmount(): void;
}

interface Adapter {
  /** Selector of the subject's own buttons and labels, left out of the check. */
  readonly chrome?: string;
  /** What the subject renders instead of a counted tag. */
  readonly select?: Readonly<Record<string, string>>;
  /** Selector of its top-level blocks, where other elements stand beside them. */
  readonly blocks?: string;
  mount(element: HTMLElement): View;
}

interface Arguments {
  readonly deltas: readonly string[];
  readonly mode: "count" | "frame" | "delta";
}

export interface Snapshot {
  /** Visible text without white space. */
  readonly text: string;
  readonly counts: Readonly<Record<string, number>>;
}

interface Seen {
  added: number;
  removed: number;
  text: number;
  attributes: number;
  records: number;
  /** Changes inside a top-level block behind which two more stood already. */
  finished: number;
}

export interface CountFound {
  readonly mode: "count";
  readonly seen: Seen;
  readonly streamed: Snapshot;
  readonly sameAsOneShot: boolean;
  readonly nodes: number;
}

export interface StreamFound {
  readonly mode: "frame" | "delta";
  readonly updates: number;
  readonly totalMs: number;
  readonly scriptMs: number;
  readonly layoutMs: number;
  readonly wallMs: number;
  readonly meanMs: number;
  readonly p50: number;
  readonly p99: number;
  readonly worst: number;
  readonly growth: number;
  readonly scriptGrowth: number;
  readonly over16: number;
  readonly over50: number;
  readonly devtools: DevtoolsTimes;
  readonly heapMB: number;
  readonly nodes: number;
  readonly text: number;
}

/** Deltas of one commit. */
const BATCH = 8;
const COUNTED = ["h1", "h2", "h3", "li", "tr", "pre", "blockquote", "strong", "a"];

export async function bench(adapter: Adapter, { deltas, mode }: Arguments): Promise<CountFound | StreamFound> {
  const root = elementOf("root");
  await warmUp(adapter, root, deltas.slice(0, 150));
  const element = root.appendChild(document.createElement("div"));
  return mode === "count" ? countWork(adapter, element, deltas) : streamTimed(adapter, element, deltas, mode);
}

/** A short text in the same page first, so that neither compilation nor lazy chunks are counted. */
async function warmUp(adapter: Adapter, root: HTMLElement, deltas: readonly string[]): Promise<void> {
  const element = root.appendChild(document.createElement("div"));
  const view = adapter.mount(element);
  let text = "";
  for (const delta of deltas) {
    view.update((text += delta), delta);
    await drain();
    layOut(element);
  }
  view.end?.(text);
  await drain();
  view.unmount();
  element.remove();
  await pause(50);
}

function layOut(element: HTMLElement): number {
  return element.offsetHeight;
}

async function countWork(adapter: Adapter, element: HTMLElement, deltas: readonly string[]): Promise<CountFound> {
  const view = adapter.mount(element);
  await drain();
  const seen: Seen = { added: 0, removed: 0, text: 0, attributes: 0, records: 0, finished: 0 };
  let finished: readonly Element[] = [];
  const observer = new MutationObserver((records) => note(seen, finished, records));
  observer.observe(element, { subtree: true, childList: true, characterData: true, attributes: true });
  let text = "";
  for (const delta of batchesOf(deltas)) {
    finished = blocksOf(element, adapter).slice(0, -2);
    view.update((text += delta), delta);
    await drain();
    note(seen, finished, observer.takeRecords());
  }
  finished = blocksOf(element, adapter).slice(0, -2);
  view.end?.(text);
  await settle(element);
  note(seen, finished, observer.takeRecords());
  observer.disconnect();
  const sameAsOneShot = normalised(element) === normalised(await renderWhole(adapter, text));
  return { mode: "count", seen, streamed: snapshot(element, adapter), sameAsOneShot, nodes: countOf(element) };
}

function batchesOf(deltas: readonly string[]): readonly string[] {
  const batches: string[] = [];
  for (let i = 0; i < deltas.length; i += BATCH) batches.push(deltas.slice(i, i + BATCH).join(""));
  return batches;
}

function note(seen: Seen, finished: readonly Element[], records: readonly MutationRecord[]): void {
  for (const record of records) {
    seen.records++;
    if (finished.some((block) => block.contains(record.target))) seen.finished++;
    if (record.type === "characterData") seen.text++;
    else if (record.type === "attributes") seen.attributes++;
    else {
      for (const node of record.addedNodes) seen.added += sizeOf(node);
      for (const node of record.removedNodes) seen.removed += sizeOf(node);
    }
  }
}

/** Unless the adapter says more, the top-level blocks stand in the first element that has several children. */
function blocksOf(root: HTMLElement, { blocks }: Adapter): readonly Element[] {
  if (blocks !== undefined) return [...root.querySelectorAll(blocks)];
  let element: Element = root;
  while (element.children.length === 1 && element.firstElementChild !== null) element = element.firstElementChild;
  return [...element.children];
}

const sizeOf = (node: Node): number => (node instanceof Element ? 1 + countOf(node) : 1);
const countOf = (element: Element): number => element.getElementsByTagName("*").length;

async function renderWhole(adapter: Adapter, text: string): Promise<HTMLElement> {
  const element = elementOf("root").appendChild(document.createElement("div"));
  const view = adapter.mount(element);
  view.update(text, text);
  view.end?.(text);
  await settle(element);
  return element;
}

/** Ids differ between two instances of one component. */
function normalised(element: HTMLElement): string {
  const withoutIds = element.innerHTML.replace(/\s(id|aria-[a-z]+|for|key|data-[a-z-]*id)="[^"]*"/g, "");
  return withoutIds.replace(/«[^»]*»|_r_\w+_|:r\w+:/g, "");
}

/** The visible text and the element counts. */
function snapshot(root: HTMLElement, { chrome, select }: Adapter): Snapshot {
  const copy = root.cloneNode(true) as HTMLElement;
  if (chrome !== undefined) for (const own of copy.querySelectorAll(chrome)) own.remove();
  const counts = COUNTED.map((tag) => [tag, copy.querySelectorAll(select?.[tag] ?? tag).length]);
  return { text: (copy.textContent ?? "").replace(/\s+/g, ""), counts: Object.fromEntries(counts) };
}

/** Costs of each update, in ms. */
class Costs {
  readonly script: number[] = [];
  readonly layout: number[] = [];
  readonly whole: number[] = [];

  add(script: number, layout: number, whole: number): void {
    this.script.push(script);
    this.layout.push(layout);
    this.whole.push(whole);
  }
}

async function streamTimed(
  adapter: Adapter,
  element: HTMLElement,
  deltas: readonly string[],
  mode: "frame" | "delta",
): Promise<StreamFound> {
  const before = await window.__devtoolsMetrics(true);
  const view = adapter.mount(element);
  await drain();
  const costs = new Costs();
  const emptyDrain = await drainCost();
  const metrics = await window.__devtoolsMetrics(false);
  const startedAt = now();
  const text = await (mode === "delta" ? flushEach : paintBatches)(view, deltas, costs, emptyDrain);
  const wallMs = now() - startedAt;
  const devtools = timesBetween(metrics, await window.__devtoolsMetrics(false));
  view.end?.(text);
  await settle(element);
  const heapMB = heapBetween(before, await window.__devtoolsMetrics(true));
  const shown = snapshot(element, adapter).text.length;
  return { mode, ...summaryOf(costs), wallMs, devtools, heapMB, nodes: countOf(element), text: shown };
}

type Stream = (view: View, deltas: readonly string[], costs: Costs, emptyDrain: number) => Promise<string>;

/** Each delta: the call, what React has queued, and a layout, as any chat that follows its scroll position does. */
const flushEach: Stream = async (view, deltas, costs, emptyDrain) => {
  const scroller = elementOf("scroller");
  const frames = frameClock();
  let text = "";
  for (const delta of deltas) {
    text += delta;
    const startedAt = now();
    view.update(text, delta);
    const called = now();
    const inFrames = frames.spent();
    const clock = () => now() - (frames.spent() - inFrames);
    await drain();
    const drained = clock();
    layOut(scroller);
    const laidOut = clock();
    const script = called - startedAt + Math.max(0, drained - called - emptyDrain);
    costs.add(script, laidOut - drained, script + laidOut - drained);
  }
  frames.stop();
  return text;
};

/** Eight deltas an animation frame, pinned to the bottom. */
const paintBatches: Stream = async (view, deltas, costs, emptyDrain) => {
  const scroller = elementOf("scroller");
  let text = "";
  for (const delta of batchesOf(deltas)) {
    await frame();
    text += delta;
    const startedAt = now();
    view.update(text, delta);
    const called = now();
    scroller.scrollTop = scroller.scrollHeight;
    const laidOut = now();
    await hop(); // After style, layout and paint of this frame.
    const painted = now();
    await drain();
    const drained = Math.max(0, now() - painted - emptyDrain);
    costs.add(called - startedAt + drained, laidOut - called, painted - startedAt + drained);
  }
  return text;
};

function summaryOf({ script, layout, whole }: Costs) {
  return {
    updates: whole.length,
    totalMs: total(whole),
    scriptMs: total(script),
    layoutMs: total(layout),
    meanMs: total(whole) / whole.length,
    p50: quantile(whole, 0.5),
    p99: quantile(whole, 0.99),
    worst: Math.max(...whole),
    growth: growth(whole),
    scriptGrowth: growth(script),
    over16: whole.filter((cost) => cost > 16.7).length,
    over50: whole.filter((cost) => cost > 50).length,
  };
}

/** Until React has nothing to do and the DOM has been the same for a while: lazy parts, deferred values, animations. */
async function settle(element: HTMLElement): Promise<void> {
  let last = -1;
  for (let same = 0, tries = 0; same < 3 && tries < 100; tries++) {
    await drain();
    await pause(30);
    const size = element.innerHTML.length + (element.textContent ?? "").length;
    same = size === last ? same + 1 : 0;
    last = size;
  }
}
