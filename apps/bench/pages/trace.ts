import { answer } from "../workloads/markdown.ts";
import { deltas } from "../workloads/rng.ts";
import type { PageAdapter } from "./answer-page.ts";
import { elementOf, frame, now, pause } from "./timing.ts";

export interface TraceFound {
  /** Times that the page changed its document: what React calls commits. */
  readonly commits: number;
  readonly streamMs: number;
  readonly shown: number;
}

const DELTAS_A_FRAME = 8;

/** An answer at the pace of a fast model: eight deltas a frame, each an event of its own. */
export async function bench(adapter: PageAdapter, { size }: { readonly size: number }): Promise<TraceFound> {
  const root = elementOf("root");
  const view = adapter.mount(root);
  await view.ask();
  let commits = 0;
  new MutationObserver(() => void commits++).observe(root, { subtree: true, childList: true, characterData: true });
  const startedAt = now();
  const all = deltas(answer({ size }));
  for (let at = 0; at < all.length; at += DELTAS_A_FRAME) {
    for (const delta of all.slice(at, at + DELTAS_A_FRAME)) view.push(delta);
    await frame();
  }
  view.end();
  await pause(1_000);
  return { commits, streamMs: now() - startedAt, shown: (root.textContent ?? "").replace(/\s+/g, "").length };
}
