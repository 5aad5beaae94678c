interface Kept {
  readonly root: Element;
  readonly anchor: number;
  readonly focus: number;
  readonly words: string;
}

/**
 * Keeps a selection inside growing text. React writes a text node anew when it grows, and browsers move a selection in it
 * to its start; before the next paint it is put back where its words stand. Returns the way out.
 */
export function keepSelection(content: HTMLElement): () => void {
  let kept: Kept | null = null;
  const remember = (): void => {
    kept = readSelection(content);
  };
  const restore = (): void => {
    if (kept !== null && !isIntact(kept)) restoreSelection(kept);
  };
  const observer = new MutationObserver(restore);
  observer.observe(content, { subtree: true, characterData: true, childList: true });
  document.addEventListener("selectionchange", remember);
  return () => {
    observer.disconnect();
    document.removeEventListener("selectionchange", remember);
  };
}

/** Inside one block: what reaches over several has its ends in blocks that do not change any more, but for the last. */
function readSelection(content: HTMLElement): Kept | null {
  const selection = document.getSelection();
  if (selection === null || selection.isCollapsed || selection.rangeCount === 0) return null;
  const { anchorNode, focusNode } = selection;
  if (anchorNode === null || focusNode === null || !content.contains(anchorNode) || !content.contains(focusNode)) return null;
  const common = selection.getRangeAt(0).commonAncestorContainer;
  const root = (common instanceof Element ? common : common.parentElement)?.closest('[data-unsay="answer.block"]') ?? content;
  const anchor = offsetIn(root, anchorNode, selection.anchorOffset);
  const focus = offsetIn(root, focusNode, selection.focusOffset);
  return { root, anchor, focus, words: wordsBetween(root, anchor, focus) };
}

function isIntact({ root, anchor, focus }: Kept): boolean {
  const selection = document.getSelection();
  if (selection?.anchorNode == null || selection.focusNode === null) return false;
  return (
    offsetIn(root, selection.anchorNode, selection.anchorOffset) === anchor &&
    offsetIn(root, selection.focusNode, selection.focusOffset) === focus
  );
}

/** Only where the same words stand: what was corrected under a selection is not selected again. */
function restoreSelection({ root, anchor, focus, words }: Kept): void {
  if (!root.isConnected || wordsBetween(root, anchor, focus) !== words) return;
  const from = placeIn(root, anchor);
  const to = placeIn(root, focus);
  if (from !== null && to !== null) document.getSelection()?.setBaseAndExtent(from.node, from.offset, to.node, to.offset);
}

function wordsBetween(root: Element, anchor: number, focus: number): string {
  const text = root.textContent ?? "";
  return text.slice(Math.min(anchor, focus), Math.max(anchor, focus));
}

function offsetIn(root: Element, node: Node, offset: number): number {
  const range = document.createRange();
  range.setStart(root, 0);
  if (!root.contains(node)) return -1;
  range.setEnd(node, offset);
  return range.toString().length;
}

function placeIn(root: Element, offset: number): { readonly node: Node; readonly offset: number } | null {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  let rest = offset;
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const length = node.nodeValue?.length ?? 0;
    if (rest <= length) return { node, offset: rest };
    rest -= length;
  }
  return null;
}
