/** What of an element can be seen now, from 0 to 1. One that is taller than the room it has counts as whole when it fills it. */
export function visibleShare(element: HTMLElement): number {
  const rect = element.getBoundingClientRect();
  if (rect.height === 0 || rect.width === 0) return hasNoLayout() ? 1 : 0;
  let { top, bottom, left, right } = intersect(rect, { top: 0, bottom: window.innerHeight, left: 0, right: window.innerWidth });
  let room = window.innerHeight;
  for (const box of clippingBoxes(element)) {
    ({ top, bottom, left, right } = intersect({ top, bottom, left, right }, box));
    room = Math.min(room, box.height);
  }
  if (bottom <= top || right <= left) return 0;
  return Math.min(1, (bottom - top) / Math.min(rect.height, room)) * Math.min(1, (right - left) / rect.width);
}

type Edges = Pick<DOMRect, "top" | "bottom" | "left" | "right">;

function intersect(one: Edges, other: Edges): Edges {
  return {
    top: Math.max(one.top, other.top),
    bottom: Math.min(one.bottom, other.bottom),
    left: Math.max(one.left, other.left),
    right: Math.min(one.right, other.right),
  };
}

/** Up to a dialog, which stands above the page and is clipped by nothing in it. */
function clippingBoxes(element: HTMLElement): readonly DOMRect[] {
  const boxes: DOMRect[] = [];
  for (let at = element; at.parentElement !== null && at.localName !== "dialog"; at = at.parentElement) {
    if (getComputedStyle(at.parentElement).overflow !== "visible" && at.parentElement !== document.body)
      boxes.push(at.parentElement.getBoundingClientRect());
  }
  return boxes;
}

/** A document that lays nothing out, such as that of a test without a browser, hides nothing either. */
function hasNoLayout(): boolean {
  return window.innerWidth > 0 && document.documentElement.getBoundingClientRect().width === 0;
}
