"use client";

import { whyNotUndoable, type AssistantMessage, type Receipt, type Session } from "@unsay/core";
import { useStore } from "zustand";
import { useClock, useSessionOr } from "../session/context.js";
import { useNow } from "../session/use-now.js";

export interface UseReceiptResult {
  readonly receipt: Receipt | null;
  readonly message: AssistantMessage | null;
  /** Undo may be offered: it was declared and has not been done. The server may still say that its time is over. */
  readonly canUndo: boolean;
  /** Whole seconds until it can't be undone any more, by this device's clock, for display; `null` where nobody set a time. */
  readonly undoableForS: number | null;
  /** Asks for it. Why it was refused stands in `receipt.request`; that it was undone, only another receipt says. */
  readonly undo: () => void;
}

/** One receipt and whether what it says can be undone now. */
export function useReceipt(receiptId: string, options: { readonly session?: Session | undefined } = {}): UseReceiptResult {
  const session = useSessionOr(options.session);
  const clock = useClock();
  const message = useStore(session.store, ({ messages }) => {
    const owner = messages.findLast((candidate) => candidate.role === "assistant" && candidate.receipts.some(({ id }) => id === receiptId));
    return owner?.role === "assistant" ? owner : null;
  });
  const receipt = message?.receipts.find(({ id }) => id === receiptId) ?? null;
  const canUndo = message !== null && receipt !== null && whyNotUndoable(message, receipt) === null;
  useNow(1_000, canUndo && receipt?.undo !== undefined);
  const leftMs = canUndo && receipt?.undo !== undefined ? receipt.undo.untilAt - clock.epoch() : null;
  return {
    receipt,
    message,
    canUndo,
    undoableForS: leftMs === null ? null : Math.max(0, Math.ceil(leftMs / 1_000)),
    undo: () => {
      session.undo(receiptId).catch(() => {});
    },
  };
}
