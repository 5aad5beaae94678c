"use client";

import { useCallback, useEffect, useRef, useState, type RefCallback } from "react";
import { useClock } from "../session/context.js";
import { lastKeyAt } from "./use-typing-watch.js";

/** Nothing opens over a hand that has typed within this time, in ms. */
export const TYPING_HOLD_MS = 2_000;

export interface DecisionDialog {
  readonly isOpen: boolean;
  readonly open: () => void;
  /** Decide later: it closes, and nothing is decided. */
  readonly park: () => void;
  readonly ref: RefCallback<HTMLDialogElement>;
}

/**
 * Opens a modal request once, if the page has the focus and nobody has typed for two seconds; else the reader opens it.
 * `focusTitle` gives the first focus; make it outside the component or memoise it.
 */
export function useDecisionDialog(approvalId: string, isAsking: boolean, focusTitle: (dialog: HTMLDialogElement) => void): DecisionDialog {
  const clock = useClock();
  const [openFor, setOpenFor] = useState<string | null>(null);
  const offered = useRef<string | null>(null);

  useEffect(() => {
    if (!isAsking || offered.current === approvalId) return;
    offered.current = approvalId;
    // Whether the reader is there is known only now.
    // oxlint-disable-next-line react/set-state-in-effect
    if (document.hasFocus() && clock.now() - lastKeyAt(clock) >= TYPING_HOLD_MS) setOpenFor(approvalId);
  }, [approvalId, clock, isAsking]);

  const ref = useCallback(
    (dialog: HTMLDialogElement | null) => {
      if (dialog === null || dialog.open) return;
      dialog.showModal();
      focusTitle(dialog);
    },
    [focusTitle],
  );
  const open = useCallback(() => setOpenFor(approvalId), [approvalId]);
  const park = useCallback(() => setOpenFor(null), []);
  return { isOpen: isAsking && openFor === approvalId, open, park, ref };
}
