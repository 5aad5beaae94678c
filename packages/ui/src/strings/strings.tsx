"use client";
import { createContext, useContext, useMemo, type ReactElement, type ReactNode } from "react";
import { en, type StringOverrides, type Strings } from "./en.js";

const StringsContext = createContext<Strings>(en);

/** The words of the nearest `StringsProvider`; English without one. */
export function useStrings(): Strings {
  return useContext(StringsContext);
}

export interface StringsProviderProps {
  /** Replaces single entries; entries left out come from the provider above, and at last from English. */
  readonly value: StringOverrides | undefined;
  readonly children?: ReactNode;
}

/** Replaces words below it. Renders no element. */
export function StringsProvider({ value, children }: StringsProviderProps): ReactElement {
  const above = useContext(StringsContext);
  const merged = useMemo(() => mergeStrings(above, value), [above, value]);
  return <StringsContext.Provider value={merged}>{children}</StringsContext.Provider>;
}

export function mergeStrings(base: Strings, overrides: StringOverrides | undefined): Strings {
  if (overrides === undefined) return base;
  const merged: Record<string, unknown> = { ...base };
  for (const [group, value] of Object.entries(overrides)) {
    const known = merged[group];
    merged[group] = typeof known === "object" && typeof value === "object" ? { ...known, ...value } : value;
  }
  return merged as Strings;
}
