"use client";
import { createContext, useId, useMemo, useState, type Context } from "react";
import type { TextMark } from "./marked-text.js";

/** What a reader has done with one mark. Kept by what the mark is, since its place in the list may change. */
export interface MarkState {
  readonly isOpen?: boolean;
  readonly isSeen?: boolean;
  /** The struck wording has stood there for its moment. */
  readonly isFolded?: boolean;
}

export interface MarksState {
  readonly marks: readonly TextMark[];
  readonly states: ReadonlyMap<string, MarkState>;
  readonly change: (key: string, change: MarkState) => void;
  /** Corrections that were there before the reader came. */
  readonly old: ReadonlySet<string>;
  readonly idPrefix: string;
}

const NO_MARKS: MarksState = { marks: [], states: new Map(), change: () => {}, old: new Set(), idPrefix: "" };
export const MarksContext: Context<MarksState> = createContext<MarksState>(NO_MARKS);

export function keyOf(mark: TextMark, index: number): string {
  return mark.kind === "revised" ? `r${mark.revision}` : `${mark.kind}-${index}`;
}

/**
 * The marks of one part and what was done with them, for the blocks drawn from it: opening one draws none of the others again.
 * Marks are selected anew from every snapshot, and equal ones are no change.
 */
export function useMarksState(marks: readonly TextMark[]): MarksState {
  const [states, setStates] = useState<ReadonlyMap<string, MarkState>>(new Map());
  const [old] = useState(() => new Set(marks.map(keyOf)));
  const idPrefix = useId();
  const key = marks.length === 0 ? "" : JSON.stringify(marks);
  return useMemo<MarksState>(
    () => ({
      marks,
      states,
      old,
      idPrefix,
      change: (name, change) => setStates((before) => new Map([...before, [name, { ...before.get(name), ...change }]])),
    }),
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- the key is the value of the marks
    [key, states, old, idPrefix],
  );
}
