"use client";
import { createContext, useId, useMemo, useState, type Context, type ReactElement, type ReactNode } from "react";
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

/** Gives the marks of one part to the blocks drawn from it, so that opening one re-renders none of the others. */
export function MarksProvider({ marks, children }: { readonly marks: readonly TextMark[]; readonly children: ReactNode }): ReactElement {
  const [states, setStates] = useState<ReadonlyMap<string, MarkState>>(new Map());
  const [old] = useState(() => new Set(marks.map(keyOf)));
  const idPrefix = useId();
  const value = useMemo<MarksState>(
    () => ({
      marks,
      states,
      old,
      idPrefix,
      change: (key, change) => setStates((before) => new Map([...before, [key, { ...before.get(key), ...change }]])),
    }),
    [marks, states, old, idPrefix],
  );
  return <MarksContext.Provider value={value}>{children}</MarksContext.Provider>;
}
