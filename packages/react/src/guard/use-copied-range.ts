"use client";

import { useEffect, useLayoutEffect, useRef, type RefObject } from "react";

type OnCopied = (range: Range, element: HTMLElement) => void;

interface Watched {
  readonly element: HTMLElement;
  readonly onCopied: OnCopied;
}

/** One listener for all answers of the page: a selection may reach over several. */
const watched = new Set<Watched>();

/** Tells of what is copied by the browser's own means from an element. The clipboard is never touched. */
export function useCopiedRange(body: RefObject<HTMLElement | null>, onCopied: OnCopied): void {
  const latest = useRef(onCopied);
  // Not an effect of its own after the paint: that would be one more task for each word.
  useLayoutEffect(() => {
    latest.current = onCopied;
  });
  useEffect(() => {
    if (body.current === null) return;
    const entry: Watched = { element: body.current, onCopied: (...copied) => latest.current(...copied) };
    if (watched.size === 0) document.addEventListener("copy", onCopy);
    watched.add(entry);
    return () => {
      watched.delete(entry);
      if (watched.size === 0) document.removeEventListener("copy", onCopy);
    };
  }, [body]);
}

function onCopy(): void {
  const selection = document.getSelection();
  if (selection === null || selection.isCollapsed || selection.rangeCount === 0) return;
  const range = selection.getRangeAt(0);
  for (const { element, onCopied } of watched) if (range.intersectsNode(element)) onCopied(range.cloneRange(), element);
}
