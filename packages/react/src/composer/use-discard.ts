"use client";

import type { Session } from "@unsay/core";
import { useCallback, useState } from "react";
import { useSessionOr } from "../session/context.js";
import { useUndoWindow } from "./use-undo-window.js";

export interface UseDiscardResult {
  /** Answers that are put away on this page. What they did stays to be listed. */
  readonly discarded: ReadonlySet<string>;
  /** Hides an answer. It ends nothing and deletes nothing. */
  readonly discard: (messageId: string) => void;
  /** The answer that may be brought back now. */
  readonly undoable: string | null;
  readonly undo: () => void;
}

/** Putting answers away, each for 10 s not for good. */
export function useDiscard(options: { readonly session?: Session | undefined } = {}): UseDiscardResult {
  const session = useSessionOr(options.session);
  const [discarded, setDiscarded] = useState<ReadonlySet<string>>(new Set());
  const window = useUndoWindow<string>();
  const { subject, open, close } = window;
  const discard = useCallback(
    (messageId: string) => {
      setDiscarded((all) => new Set([...all, messageId]));
      session.noteInterrupt({ discarded: true });
      open(messageId);
    },
    [session, open],
  );
  const undo = useCallback(() => {
    setDiscarded((all) => new Set([...all].filter((id) => id !== subject)));
    session.noteInterrupt({ discarded: false });
    close();
  }, [session, subject, close]);
  return { discarded, discard, undoable: subject, undo };
}
