// React's work may go on after the call that caused it (effects, transitions): a task of idle priority in React's own
// scheduler runs only when nothing else is queued there.
import { unstable_IdlePriority as IDLE, unstable_scheduleCallback as schedule } from "scheduler";

export const drain = (): Promise<void> => new Promise((resolve) => void schedule(IDLE, () => resolve()));
export const frame = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(resolve));
export const pause = (ms: number): Promise<void> => new Promise((resolve) => void setTimeout(resolve, ms));
export const now = (): number => performance.now();

const channel = new MessageChannel();
const waiting: (() => void)[] = [];
channel.port1.onmessage = () => waiting.shift()?.();

/** One macrotask. */
export function hop(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve);
    channel.port2.postMessage(0);
  });
}

export interface FrameClock {
  /** Time spent in rendered frames, from their first callback until style, layout and paint are done. */
  readonly spent: () => number;
  readonly count: () => number;
  readonly stop: () => void;
}

interface PageScheduler {
  postTask(task: () => void, options: { priority: "user-blocking" }): Promise<void>;
}

/** Frames come 60 times a second whatever the subject does, so their time is told apart from the cost of a delta. */
export function frameClock(): FrameClock {
  let spent = 0;
  let count = 0;
  let isOn = true;
  const { scheduler } = globalThis as unknown as { scheduler: PageScheduler };
  const tick = () => {
    const startedAt = now();
    // User-blocking: runs before any message or React task that is queued already.
    const after = () => {
      spent += now() - startedAt;
      count++;
      if (isOn) requestAnimationFrame(tick);
    };
    void scheduler.postTask(after, { priority: "user-blocking" });
  };
  requestAnimationFrame(tick);
  return { spent: () => spent, count: () => count, stop: () => void (isOn = false) };
}

/** What an empty drain costs, to be taken off each measured one. */
export async function drainCost(times = 300): Promise<number> {
  const costs: number[] = [];
  for (let i = 0; i < times; i++) {
    const startedAt = now();
    await drain();
    costs.push(now() - startedAt);
  }
  return quantile(costs, 0.5);
}

export function quantile(values: readonly number[], part: number): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
}

export const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
export const mean = (values: readonly number[]): number => total(values) / values.length;

/** Mean of the last tenth over mean of the first: 1 says that the cost of a delta does not depend on what is there. */
export function growth(values: readonly number[]): number {
  const tenth = Math.max(1, Math.floor(values.length / 10));
  return mean(values.slice(-tenth)) / mean(values.slice(0, tenth));
}

export interface DevtoolsTimes {
  readonly taskMs: number;
  readonly scriptMs: number;
  readonly layoutMs: number;
  readonly styleMs: number;
  readonly layouts: number;
}

export function timesBetween(before: Record<string, number>, after: Record<string, number>): DevtoolsTimes {
  const between = (name: string) => (after[name] ?? 0) - (before[name] ?? 0);
  return {
    taskMs: between("TaskDuration") * 1000,
    scriptMs: between("ScriptDuration") * 1000,
    layoutMs: between("LayoutDuration") * 1000,
    styleMs: between("RecalcStyleDuration") * 1000,
    layouts: between("LayoutCount"),
  };
}

export const heapBetween = (before: Record<string, number>, after: Record<string, number>): number =>
  ((after["JSHeapUsedSize"] ?? 0) - (before["JSHeapUsedSize"] ?? 0)) / 1e6;

export function elementOf(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`The page has no #${id}.`);
  return found;
}
