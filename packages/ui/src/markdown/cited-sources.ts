"use client";
import { createContext, useMemo, useRef, type Context } from "react";
import type { Part, ValuePart } from "@unsay/core";

const NO_SOURCES: readonly ValuePart[] = [];

/** What `[1]` and its like in the text below may mean. */
export const CitedSourcesContext: Context<readonly ValuePart[]> = createContext<readonly ValuePart[]>(NO_SOURCES);

/**
 * The sources that numbers in an answer count, as long as there is one list of them: with two, a number could mean either.
 * The same array until they change.
 */
export function useNumberedSources(parts: readonly Part[]): readonly ValuePart[] {
  const held = useRef(NO_SOURCES);
  return useMemo(() => {
    const next = numberedSources(parts);
    if (next.length !== held.current.length || next.some((part, index) => part !== held.current[index])) held.current = next;
    return held.current;
  }, [parts]);
}

function numberedSources(parts: readonly Part[]): readonly ValuePart[] {
  const first = parts.findIndex(isSource);
  const last = parts.findLastIndex(isSource);
  const list = first === -1 ? [] : parts.slice(first, last + 1).filter(isSource);
  return list.length === last - first + 1 ? list : NO_SOURCES;
}

function isSource(part: Part): part is ValuePart {
  return part.type === "value" && part.kind === "source";
}
