"use client";

import type { ToolCall } from "@unsay/core";
import { useCallback, useState } from "react";
import { useClock } from "../session/context.js";
import type { RiskOf, UseApprovalResult } from "../types.js";
import { WATCH_EVERY_MS } from "./gate-watch.js";
import { riskOf } from "./risk.js";
import { useBeforePaint } from "./use-before-paint.js";
import { visibleShare } from "./visible-share.js";

/** More requests than this are shown in several parts. */
export const BATCH_ROWS = 20;
const SEEN_SHARE = 0.9;

/** Why these can't be decided as a batch, row by row; `null` where they can. */
export function whyNotBatch(calls: readonly ToolCall[], of: RiskOf = riskOf): "single" | "mixed" | "risky" | null {
  const [first] = calls;
  if (first === undefined || calls.length === 1) return "single";
  if (calls.some(({ name }) => name !== first.name)) return "mixed";
  return calls.some((call) => of(call, call.args) > 2) ? "risky" : null;
}

/** Lists of at most 20, as equal as can be. */
export function splitBatch<Row>(rows: readonly Row[]): readonly (readonly Row[])[] {
  const parts = Math.max(1, Math.ceil(rows.length / BATCH_ROWS));
  const size = Math.ceil(rows.length / parts);
  return Array.from({ length: parts }, (_, part) => rows.slice(part * size, (part + 1) * size));
}

export interface UseBatchResult {
  readonly parts: readonly (readonly ToolCall[])[];
  /** Rows the reader has chosen. With none of them, Approve is for all, once every row has been in view. */
  readonly chosen: ReadonlySet<string>;
  readonly toggle: (callId: string) => void;
  /** Every row has been in view. */
  readonly isSeen: boolean;
  /** Ref of one row; it is seen when nearly all of it has been in view. */
  readonly rowRef: (callId: string) => (element: HTMLElement | null) => void;
}

/** Choices about several calls of one tool, sent as one answer a call. Nothing is chosen beforehand. */
export function useBatch({ calls, select }: Pick<UseApprovalResult, "calls" | "select">): UseBatchResult {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const { seen, rowRef } = useSeenRows();
  const isSeen = calls.every(({ id }) => seen.has(id));
  useBeforePaint(() => select(chosen.size === 0 && isSeen ? null : chosen), [chosen, isSeen, select]);
  const toggle = useCallback((callId: string) => {
    setChosen((current) => {
      const next = new Set(current);
      if (!next.delete(callId)) next.add(callId);
      return next;
    });
  }, []);
  return { parts: splitBatch(calls), chosen, toggle, isSeen, rowRef };
}

function useSeenRows(): Pick<UseBatchResult, "rowRef"> & { readonly seen: ReadonlySet<string> } {
  const clock = useClock();
  const [rows] = useState(() => new Map<string, HTMLElement>());
  const [refs] = useState(() => new Map<string, (element: HTMLElement | null) => void>());
  const [seen, setSeen] = useState<ReadonlySet<string>>(new Set());
  useBeforePaint(() => {
    const known = new Set<string>();
    let cancel = (): void => {};
    function look(): void {
      const before = known.size;
      for (const [id, row] of rows) if (visibleShare(row) >= SEEN_SHARE) known.add(id);
      if (known.size > before) setSeen(new Set(known));
      cancel = clock.after(WATCH_EVERY_MS, look);
    }
    look();
    return () => cancel();
  }, [clock, rows]);
  const rowRef = (id: string): ((element: HTMLElement | null) => void) => {
    const known = refs.get(id);
    if (known !== undefined) return known;
    const ref = (element: HTMLElement | null): void => {
      if (element === null) rows.delete(id);
      else rows.set(id, element);
    };
    refs.set(id, ref);
    return ref;
  };
  return { seen, rowRef };
}
