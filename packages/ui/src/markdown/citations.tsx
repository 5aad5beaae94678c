"use client";
import { Fragment, useContext, useMemo, type ReactNode } from "react";
import type { ValuePart } from "@unsay/core";
import { Citation } from "../source/source.js";
import { CitedSourcesContext } from "./cited-sources.js";
import { useMarkdownOptions } from "./markdown-options.js";

/** What numbers in brackets become in a text. */
export interface Citing {
  readonly sources: readonly ValuePart[];
  /** Also behind a letter. */
  readonly isAnywhere: boolean;
}

export const NOTHING_CITED: Citing = { sources: [], isAnywhere: false };

/** No sources where the app has turned citations off. */
export function useCiting(): Citing {
  const sources = useContext(CitedSourcesContext);
  const { citations = true } = useMarkdownOptions();
  return useMemo(() => (citations === false ? NOTHING_CITED : { sources, isAnywhere: citations === "anywhere" }), [sources, citations]);
}

/** Behind a letter, a digit or a closing bracket a number may be an index, as in `list[1]`. */
const CHAIN = /(?<![\p{L}\p{N}_)\]])(?:\[\d{1,3}\])+(?!\()/gu;
const CHAIN_ANYWHERE = /(?:\[\d{1,3}\])+(?!\()/gu;

/** The words with a citation in the place of each number that one source stands behind. Every other number stays as it was written. */
export function withCitations(text: string, { sources, isAnywhere }: Citing, words: (text: string) => ReactNode): ReactNode {
  if (sources.length === 0 || !text.includes("[")) return words(text);
  const pieces: ReactNode[] = [];
  let offset = 0;
  for (const chain of text.matchAll(isAnywhere ? CHAIN_ANYWHERE : CHAIN)) {
    for (const match of chain[0].matchAll(/\[(\d+)\]/gu)) {
      const source = sources[Number(match[1]) - 1];
      if (source === undefined) continue;
      const at = chain.index + match.index;
      pieces.push(words(text.slice(offset, at)), <Citation number={Number(match[1])} part={source} />);
      offset = at + match[0].length;
    }
  }
  if (pieces.length === 0) return words(text);
  return [...pieces, words(text.slice(offset))].map((piece, index) => <Fragment key={index}>{piece}</Fragment>);
}
