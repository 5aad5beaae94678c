"use client";
import { useEffect, useRef, useState } from "react";

/** What a run of code is. The theme has a colour for each; none changes the width of a letter. */
export type CodeTokenKind = "keyword" | "string" | "number" | "comment" | "name" | "type" | "meta" | "inserted" | "deleted";

export interface CodeToken {
  readonly text: string;
  /** Plain without. */
  readonly kind?: CodeTokenKind;
}

/** Any highlighter. The texts of the tokens, joined, must be the code; otherwise it is shown plain. `null` for a language it does not know. */
export interface CodeHighlighter {
  readonly tokenize: (code: string, language: string) => readonly CodeToken[] | null | Promise<readonly CodeToken[] | null>;
}

/** Tokens of the groups of lines that have been looked at, by group. */
export type HighlightedGroups = readonly (readonly CodeToken[])[];

const NOTHING: HighlightedGroups = [];
const MAX_CODE = 50_000;
const MAX_LINE = 2_000;
const GROWTH = 1.25;

/**
 * Colours of closed lines, worked out while the page has nothing else to do. A line without colours yet is plain text of the same size, so
 * nothing moves when they come; lines coloured once keep theirs until better ones are there. Long code is looked at
 * again only when it has grown by a quarter, so the whole costs what a few passes cost.
 */
export function useHighlighting(
  highlighter: CodeHighlighter | undefined,
  groups: readonly string[],
  language: string,
  isComplete: boolean,
): HighlightedGroups {
  const [coloured, setColoured] = useState<HighlightedGroups>(NOTHING);
  const done = useRef(0);
  const length = groups.reduce((sum, group) => sum + group.length, 0);
  const isDue = length > 0 && (isComplete ? length !== done.current : length > done.current * GROWTH);
  useEffect(() => {
    if (highlighter === undefined || language === "" || !isDue || !isWithinLimits(groups, length)) return undefined;
    return whenIdle(async (isCurrent) => {
      const tokens = await tokenizeSafely(highlighter, groups.join(""), language);
      if (!isCurrent()) return;
      done.current = length;
      setColoured((before) => keepEqual(before, splitByGroups(tokens, groups)));
    });
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- groups that grow less than a quarter wait for the next pass
  }, [highlighter, language, isDue, isComplete]);
  return coloured;
}

function isWithinLimits(groups: readonly string[], length: number): boolean {
  return length <= MAX_CODE && groups.every((group) => group.split("\n").every((line) => line.length <= MAX_LINE));
}

/** Longest time in ms that a busy page keeps code without colours. */
const MAX_WAIT = 250;

/** In the time that the page has left over; after the paint where the browser does not say when that is. */
function whenIdle(work: (isCurrent: () => boolean) => Promise<void>): () => void {
  let isCurrent = true;
  const start = (): void => void (isCurrent && work(() => isCurrent));
  if (typeof requestIdleCallback === "function") requestIdleCallback(start, { timeout: MAX_WAIT });
  else setTimeout(start, 0);
  return () => {
    isCurrent = false;
  };
}

async function tokenizeSafely(highlighter: CodeHighlighter, code: string, language: string): Promise<readonly CodeToken[]> {
  try {
    const tokens = await highlighter.tokenize(code, language);
    return tokens !== null && tokens.map(({ text }) => text).join("") === code ? tokens : [];
  } catch {
    return []; // Colours are an extra: whatever goes wrong with them, the code is there.
  }
}

/** Tokens do not keep to groups: one that reaches over several is cut. */
function splitByGroups(tokens: readonly CodeToken[], groups: readonly string[]): HighlightedGroups {
  if (tokens.length === 0) return NOTHING;
  const split: CodeToken[][] = groups.map(() => []);
  let group = 0;
  let room = groups[0]?.length ?? 0;
  for (const token of tokens) {
    let rest = token.text;
    while (rest !== "") {
      while (room === 0 && group < groups.length - 1) {
        group += 1;
        room = groups[group]?.length ?? 0;
      }
      const text = rest.slice(0, room);
      split[group]?.push({ ...token, text });
      room -= text.length;
      rest = rest.slice(text.length);
      if (text === "") return split;
    }
  }
  return split;
}

/** Groups whose colours did not change keep their identity, and are not drawn again. */
function keepEqual(before: HighlightedGroups, after: HighlightedGroups): HighlightedGroups {
  return after.map((group, index) => {
    const earlier = before[index];
    return earlier !== undefined && isSame(earlier, group) ? earlier : group;
  });
}

function isSame(one: readonly CodeToken[], other: readonly CodeToken[]): boolean {
  return one.length === other.length && one.every((token, index) => token.text === other[index]?.text && token.kind === other[index]?.kind);
}
