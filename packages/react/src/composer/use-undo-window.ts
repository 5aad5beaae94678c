"use client";

import { useCallback, useEffect, useState } from "react";
import { useClock } from "../session/context.js";

/** How long what was done may be taken back, in ms. */
export const UNDO_WINDOW_MS = 10_000;

export interface UndoWindow<Subject> {
  /** What may be taken back now; `null` when nothing may. */
  readonly subject: Subject | null;
  readonly open: (subject: Subject) => void;
  readonly close: () => void;
}

/** A while in which one thing may be taken back. The next thing closes the window of the one before. */
export function useUndoWindow<Subject>(windowMs: number = UNDO_WINDOW_MS): UndoWindow<Subject> {
  const clock = useClock();
  const [held, setHeld] = useState<{ readonly subject: Subject } | null>(null);
  useEffect(() => (held === null ? undefined : clock.after(windowMs, () => setHeld(null))), [clock, held, windowMs]);
  const open = useCallback((subject: Subject) => setHeld({ subject }), []);
  const close = useCallback(() => setHeld(null), []);
  return { subject: held?.subject ?? null, open, close };
}
