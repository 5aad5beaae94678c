import { Fragment, type ReactNode } from "react";

/** UTF-16 units of text that are laid out as one; so many are several screens. */
const STRETCH = 16_384;
/** A word that is longer is cut. */
const LONGEST_WORD = 256;

const characters = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/**
 * Text of any length, as the only child of what it stands in or among others. Of an absurdly long one all but the end stands in
 * boxes as wide as the lines, each laid out by itself and only where it is near what is in view; white space between them stays
 * text, so that a selection, a copy and the browser's search find what was written.
 */
export function inStretches(text: string): ReactNode {
  if (text.length <= STRETCH) return text;
  const nodes: ReactNode[] = [];
  let from = 0;
  while (text.length - from > STRETCH) {
    const to = endOfStretch(text, from + STRETCH);
    const words = text.slice(from, to).trimEnd();
    nodes.push(
      <Fragment key={from}>
        <span className="unsay-stretch">{words}</span>
        {text.slice(from + words.length, to)}
      </Fragment>,
    );
    from = to;
  }
  return [...nodes, <Fragment key="end">{text.slice(from)}</Fragment>];
}

/** Behind the last white space, or else between two characters. Depends on what stands before `limit`, so that growing text is cut where it was. */
function endOfStretch(text: string, limit: number): number {
  const last = text.slice(limit - LONGEST_WORD, limit);
  const word = /\S*$/.exec(last)?.index ?? 0;
  if (word > 0) return limit - LONGEST_WORD + word;
  return limit - LONGEST_WORD + (characters.segment(last + text.slice(limit, limit + 2)).containing(LONGEST_WORD)?.index ?? LONGEST_WORD);
}
