"use client";

import type { AssistantMessage } from "@unsay/core";
import { useEffect, useLayoutEffect, useMemo, useReducer, useRef, useState, type RefObject } from "react";
import { isUsedSpan } from "../guard/used-range.js";
import { useUses } from "../guard/uses-context.js";
import { useClock } from "../session/context.js";
import { selectCorrections, type Correction } from "./corrections.js";

/** Corrections that follow one another within this time are told together. */
export const REVISION_GROUP_MS = 5_000;

/**
 * The corrections that a reader has to be told at the top of an answer: in its first block, of words they used, or above
 * what they have in view. The first is told at once; those within five seconds of it are told together after them.
 */
export function useCorrectionStrip(message: AssistantMessage, container?: RefObject<HTMLElement | null>): readonly Correction[] {
  const corrections = useMemo(() => selectCorrections(message), [message]);
  const above = useAboveView(corrections, container);
  const uses = useUses(message.id);
  const wanted = useMemo(
    () =>
      corrections.filter(
        ({ revision, isLeading, replaces }) => isLeading || above.has(revision) || replaces.some((span) => isUsedSpan(uses, span)),
      ),
    [corrections, above, uses],
  );
  return useGrouped(wanted);
}

/** What came while it stood above the upper edge. Where it stood when it came decides, not where it stands now. */
function useAboveView(corrections: readonly Correction[], container: RefObject<HTMLElement | null> | undefined): ReadonlySet<number> {
  const [above, setAbove] = useState<ReadonlySet<number>>(new Set());
  const known = useRef(new Set(corrections.map(({ revision }) => revision)));
  useLayoutEffect(() => {
    const fresh = corrections.filter(({ revision }) => !known.current.has(revision));
    for (const { revision } of fresh) known.current.add(revision);
    const hidden = fresh.filter(({ revision }) => isAboveView(container?.current ?? null, revision));
    if (hidden.length > 0) setAbove((before) => new Set([...before, ...hidden.map(({ revision }) => revision)]));
  }, [corrections, container]);
  return above;
}

function isAboveView(answer: HTMLElement | null, revision: number): boolean {
  const mark = answer?.querySelector(`ins[data-rev="${revision}"]`);
  if (answer == null || mark == null) return false;
  const edge = answer.closest('[data-unsay="transcript"]')?.getBoundingClientRect().top ?? 0;
  return mark.getBoundingClientRect().bottom <= edge;
}

/** The strip changes at once, and then not again before the group is over. What is gone from the answer goes at once. */
function useGrouped(wanted: readonly Correction[]): readonly Correction[] {
  const clock = useClock();
  const [told, setTold] = useState<ReadonlySet<number>>(() => revisionsOf(wanted));
  const [openUntil, setOpenUntil] = useState(Number.NEGATIVE_INFINITY);
  const isBehind = wanted.some(({ revision }) => !told.has(revision));
  const tell = (): void => {
    setTold(revisionsOf(wanted));
    setOpenUntil(clock.now() + REVISION_GROUP_MS);
  };
  const isDue = isBehind && clock.now() >= openUntil;
  const [looks, look] = useReducer((count: number) => count + 1, 0);
  if (isDue) tell();
  const isWaiting = isBehind && !isDue;
  useEffect(() => (isWaiting ? clock.after(openUntil - clock.now(), look) : undefined), [clock, isWaiting, openUntil, looks]);
  return useMemo(() => wanted.filter(({ revision }) => told.has(revision)), [wanted, told]);
}

function revisionsOf(corrections: readonly Correction[]): ReadonlySet<number> {
  return new Set(corrections.map(({ revision }) => revision));
}
