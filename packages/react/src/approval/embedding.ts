/**
 * Inside a page of somebody else that page can lay things over a gate. `watched`: the browser says whether it does;
 * `unwatched`: nobody can say, and the reader is told so.
 */
export type Embedding = "none" | "watched" | "unwatched";

export function embeddingOf(view: Window | undefined = globalThis.window): Embedding {
  if (view === undefined || view.parent === view || isSameOrigin(view.parent)) return "none";
  return canWatchOcclusion() ? "watched" : "unwatched";
}

function isSameOrigin(parent: Window): boolean {
  try {
    return parent.document !== undefined;
  } catch {
    return false;
  }
}

function canWatchOcclusion(): boolean {
  return typeof IntersectionObserverEntry !== "undefined" && "isVisible" in IntersectionObserverEntry.prototype;
}

/** The second version of the observer looks at most so often, in ms. */
const OCCLUSION_DELAY_MS = 100;

/** Tells when something of another page covers the element, where the browser can say so. Returns the way out. */
export function watchOcclusion(element: HTMLElement, onChange: (isClear: boolean) => void): () => void {
  if (embeddingOf() !== "watched") return () => {};
  const options: IntersectionObserverInit & { trackVisibility: boolean; delay: number } = {
    trackVisibility: true,
    delay: OCCLUSION_DELAY_MS,
    threshold: [0, 0.9, 1],
  };
  const observer = new IntersectionObserver((entries) => {
    const last: (IntersectionObserverEntry & { readonly isVisible?: boolean }) | undefined = entries.at(-1);
    if (last !== undefined) onChange(last.isVisible === true);
  }, options);
  observer.observe(element);
  return () => observer.disconnect();
}
